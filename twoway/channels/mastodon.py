"""Mastodon, and whatever else speaks its API: what its collector and its sender share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, Field, ValidationError

from twoway import clock
from twoway.channel import Channel, Limits, Policy
from twoway.channels.mastodon_errors import rate, refusal
from twoway.channels.mastodon_posts import Account, Instance, Scope, Status, read_address
from twoway.channels.mastodon_text import length
from twoway.config.sections import Query, Searching
from twoway.config.values import Seconds, Url
from twoway.domain import Preview, Standing
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, RateLimited, Temporary
from twoway.ports import Access, Memory
from twoway.raw import entries, member
from twoway.secrets import Secret
from twoway.text import one_line, order

if TYPE_CHECKING:
    from mastodon import Mastodon as Library

    from twoway.channels.requests_wire import Wire

NEEDED = ("read:notifications", "read:statuses", "write:statuses")
"""Scopes an application must have been given; ``read`` and ``write`` hold all that begins so."""
TO_SEARCH = "read:search"
LARGEST = 30_000_000
"""Bytes of an answer: a thread may have four thousand posts below the one that is answered."""
M = TypeVar("M", bound=BaseModel)


class Settings(Searching):
    """The section ``[channels.NAME]`` of a channel of the kind mastodon."""

    url: Url
    """The instance where the brand's account is."""
    token: Secret
    """An access token of that account."""
    visibilities: Annotated[tuple[Scope, ...], Field(min_length=1)] = ("public", "unlisted", "private", "direct")
    """Which posts are heard."""
    timeout_seconds: Annotated[Seconds, Field(ge=1, le=120)] = 20


@dataclass
class Mastodon:
    """The brand's login: calls Mastodon.py and turns every failure into a ChannelError that says what to do next."""

    name: str
    library: "Library"
    wire: "Wire"
    token: str
    memory: Memory
    query: Query
    singly: bool = False
    """Whether the server turned out to be older than the request for many posts at once (4.3)."""
    _quiet: dict[bool, datetime] = field(default_factory=dict)
    """Until when nothing may be asked (False) or written (True), as the instance said."""

    @cached_property
    def instance(self) -> Instance:
        """What the instance takes; asked once. Those before 4.0 and some others know only the older path."""
        try:
            return self.one(Instance, "instance", self.library.instance_v2)
        except ChannelError:
            if self.wire.last is None or self.wire.last.status_code != 404:
                raise
            return self.one(Instance, "instance", self.library.instance_v1)

    @cached_property
    def me(self) -> Account:
        """The brand's account; asked once."""
        return self.ask_me()

    def ask_me(self) -> Account:
        """Whose token it is. AuthFailed where it is nobody's."""
        return self.one(Account, "login", self.library.account_verify_credentials)

    @property
    def left(self) -> int | None:
        """Requests that the instance still takes in these five minutes, by its last answer to this thread."""
        known = self.standing()
        return known.remaining if known else None

    def standing(self) -> Standing | None:
        """The rate, by the last answer to this thread. A token of Mastodon does not end by itself."""
        return rate(self.wire.last) if self.wire.last else None

    def one(self, model: type[M], operation: str, request: Callable[[], Any]) -> M:
        """What a call of the library answers, as a ``model``."""
        return self._read(model, operation, self.ask(operation, request))

    def listing(self, operation: str, request: Callable[[], Any], within: str = "") -> list[tuple[Any, bytes]]:
        """The entries of a listing, each with its bytes as received; of the one that stands ``within`` the answer."""
        body = self.ask(operation, request)
        try:
            return list(entries(member(body, within) if within else body))
        except (ValueError, LookupError, RecursionError) as error:
            raise Temporary(self.name, operation, f"the answer is no list: {one_line(str(error))}") from error

    def page(self, operation: str, request: Callable[[], Any]) -> tuple[list[tuple[Any, bytes]], str]:
        """A page of a listing and the id below which it goes on; none at its end.

        A page may be short or empty with more behind it, where the instance left something out.
        """
        listed = self.listing(operation, request)
        links = self.wire.last.links if self.wire.last else {}
        below = parse_qs(urlsplit(links.get("next", {}).get("url", "")).query).get("max_id", [""])[0]
        ids = [str(entry["id"]) for entry, _ in listed if isinstance(entry, dict) and "id" in entry]
        return listed, below or min(ids, key=order, default="")

    def post(self, operation: str, request: Callable[[], Any]) -> Status:
        """Writes once; DeliveryUnknown where it may have been accepted."""
        body = self.ask(operation, request, writing=True)
        try:
            return self._read(Status, operation, body)
        except Temporary as error:
            raise DeliveryUnknown(self.name, operation, error.said) from error

    def ask(self, operation: str, request: Callable[[], Any], *, writing: bool = False) -> bytes:
        """The bytes that a call of the library was answered with. Raises ChannelError."""
        until = self._quiet.get(writing)
        if until and clock.now() < until:
            raise RateLimited(self.name, operation, f"nothing more until {clock.stamp(until)}, as it said", until)
        self.wire.forget()
        try:
            request()
        except Exception as error:  # the library trips over odd answers in its own ways, also after a post was taken
            # An instance that repeats our request would put the token into a traceback.
            raise self._refusal(operation, error, writing) from (None if self.token in str(error) else error)
        return self.wire.last.content if self.wire.last else b""

    def _refusal(self, operation: str, error: Exception, writing: bool) -> ChannelError:
        found = refusal(self.name, operation, error, self.wire.last, writing=writing, secret=self.token)
        if isinstance(found, RateLimited):
            self._quiet[writing] = found.retry_at
        return found

    def _read(self, model: type[M], operation: str, body: bytes) -> M:
        try:
            return model.model_validate_json(body)
        except ValidationError as error:
            said = f"the answer cannot be read ({error.error_count()} mistakes)"
            raise Temporary(self.name, operation, said) from error


def connect(settings: Settings, access: Access) -> Mastodon:
    """The brand's login; the first request is made by whoever uses it."""
    from mastodon import Mastodon as Library

    from twoway.channels.requests_wire import Wire, session

    token, timeout = settings.token.get_secret_value(), settings.timeout_seconds
    wire = Wire(access.http(headers={"Authorization": f"Bearer {token}"}, timeout=timeout, largest=LARGEST))
    # Its own log_in() and version checks ask again and again where an instance is down: neither is used.
    library = Library(
        api_base_url=settings.url, ratelimit_method="throw", request_timeout=timeout, session=session(wire)
    )
    return Mastodon(access.name, library, wire, token, access.memory, access.query)


def check(connection: Mastodon) -> None:
    """Asks who we are, what we may hear, and whether the application was allowed to write."""
    connection.ask_me()
    connection.ask("notifications", lambda: connection.library.notifications(types=["mention"], limit=1))
    found = connection.one(_Application, "scopes", connection.library.app_verify_credentials)
    searches = connection.query.any or connection.query.all
    for scope in (*NEEDED, TO_SEARCH) if searches else NEEDED:
        if found.scopes and not {scope, scope.partition(":")[0]} & set(found.scopes):
            said = f"the token's application lacks the scope {scope}; make a token that has it"
            raise AuthFailed(connection.name, "scopes", said)


class _Application(BaseModel):
    scopes: tuple[str, ...] = ()


def _counted(preview: Preview, part: str) -> int:
    """By the instance that the address was written for; a warning counts in every part."""
    return length(part, preview.subject, read_address(preview.address).link)


CHANNEL = Channel(
    kind="mastodon",
    label="Mastodon",
    settings=Settings,
    connect=connect,
    check=check,
    # How long an answer may be is the instance's to say; it stands in each reply address. Instances may read from a
    # copy of their database that is some seconds behind.
    limits=Limits(length=None, counted=_counted, parts=4, poll_seconds=60, sends_per_minute=10, read_back_lag=60),
    # The rules of large instances forbid training on what people post there.
    policy=Policy(train=False),
    collector="listener.mastodon:Collector",
    sender="responders.mastodon:Sender",
)
