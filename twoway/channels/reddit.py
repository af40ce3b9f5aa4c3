"""Reddit: what its collector and its sender share."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from twoway import clock
from twoway.channel import Channel, Limits, Policy
from twoway.channels.reddit_errors import Asked, hide, rate, refusal
from twoway.channels.reddit_settings import Settings
from twoway.channels.reddit_things import Comment, Message, Thing, position, read
from twoway.channels.reddit_told import Told
from twoway.config.sections import Query
from twoway.domain import Standing
from twoway.errors import AuthFailed, DeliveryUnknown, RateLimited, Temporary
from twoway.ports import Access, Memory
from twoway.raw import entries, member
from twoway.text import one_line

if TYPE_CHECKING:
    from praw import Reddit as Library

    from twoway.channels.requests_wire import Wire

Entries = list[tuple[Any, bytes]]
"""Values of a listing, each with its bytes as received."""
INFO = 100
"""Things that one request may ask for by name."""
ANCHORS = 3
"""Things of a page that its listing may go on after."""
NEEDED = frozenset({"identity", "read", "history", "privatemessages", "submit"})
"""Scopes that a login must have been given."""
RESERVE = 5
"""Requests that reading leaves for answers, of those that Reddit takes until its next reset."""


class Me(BaseModel):
    """The account that a login is for."""

    name: str


@dataclass
class Reddit:
    """The brand's login: calls praw and turns every failure into a ChannelError that says what to do next.

    praw is not made for several threads: they take turns.
    """

    name: str
    library: "Library"
    wire: "Wire"
    settings: Settings
    memory: Memory
    query: Query
    told: Told = field(default_factory=Told)
    _standing: Standing | None = None
    _quiet: dict[bool, datetime] = field(default_factory=dict)
    """Until when nothing may be asked (False) or written (True), as Reddit said."""
    _lock: RLock = field(default_factory=RLock)

    @cached_property
    def me(self) -> str:
        """The brand's name; asked once. AuthFailed where the login is somebody else's."""
        return self.ask_me()

    def ask_me(self) -> str:
        """Whose login it is. AuthFailed where it is not the configured account's."""
        try:
            name = Me.model_validate_json(self.get("login", "api/v1/me")).name
        except ValidationError as error:
            raise Temporary(self.name, "login", "the answer cannot be read") from error
        if name.casefold() != self.settings.username.casefold():
            said = f"this is the login of u/{one_line(name)}, not of u/{self.settings.username}"
            raise AuthFailed(self.name, "login", said)
        return name

    @property
    def left(self) -> int | None:
        """Requests that Reddit still takes, by its last answer; None where it did not say."""
        known = self.standing()
        return known.remaining if known else None

    def standing(self) -> Standing | None:
        """The rate, by Reddit's last answer."""
        known = self._standing
        over = known and (known.resets_at is None or known.resets_at <= clock.now())
        return Standing(limit=known.limit) if known and over else known

    def log_in(self, operation: str) -> frozenset[str]:
        """What the login was given to do. Raises ChannelError."""
        with self._lock:
            self._keep_to_the_rate(operation, writing=False)
            self._log_in(operation)
            scopes = frozenset(self._core.authorizer.scopes or ())
        return NEEDED if "*" in scopes else scopes

    def listing(self, operation: str, path: str, **query: Any) -> tuple[Entries, str]:
        """A page of a listing, each entry with its bytes as received, and the name after which it goes on."""
        body = self.get(operation, path, **query)
        try:
            return children(body)
        except (ValueError, KeyError, RecursionError) as error:
            raise Temporary(self.name, operation, f"the answer is no listing: {one_line(str(error))}") from error

    def page(self, operation: str, path: str, below: str, limit: int, **query: Any) -> tuple[Entries, str]:
        """A page and how its listing goes on below it: how many were seen, and the things that it may go on after.

        Where that thing was deleted meanwhile Reddit gives an empty page, so that the last few are tried in turn.
        """
        count, *anchors = below.split() or ["0"]
        listed, after = self.listing(operation, path, **query, limit=limit) if not anchors else ([], "")
        for anchor in anchors:
            listed, after = self.listing(operation, path, **query, limit=limit, after=anchor, count=count)
            if listed:
                break
        if after and after in anchors:
            raise Temporary(self.name, operation, "the listing gave the same page again")
        names = [entry["data"]["name"] for entry, _ in listed if position(entry)]
        tried = list(dict.fromkeys((after, *reversed(names[-ANCHORS:]))))[:ANCHORS]
        return listed, " ".join((str(int(count) + len(listed)), *tried)) if after else ""

    def things(self, operation: str, names: Iterable[str]) -> dict[str, tuple[Thing, bytes]]:
        """Comments and posts by their names, as they are now; those that are not shown to us are left out."""
        found: dict[str, tuple[Thing, bytes]] = {}
        for some in _batches(dict.fromkeys(filter(None, names))):
            for entry, raw in self.listing(operation, "api/info/", id=",".join(some))[0]:
                try:
                    thing = read(entry)
                except ValidationError:
                    continue
                found[thing.name] = (thing, raw)
        return found

    def get(self, operation: str, path: str, **query: Any) -> bytes:
        """The bytes of an answer. Raises ChannelError."""
        return self._ask(operation, lambda: self.library.request(method="GET", path=path, params=query))

    def post(self, operation: str, thing: str, text: str) -> Comment | Message:
        """Answers a thing, once; DeliveryUnknown where it may have been accepted."""
        data = {"thing_id": thing, "text": text}
        body = self._ask(operation, lambda: self.library.post("api/comment/", data=data), writing=True)
        try:
            entry, _ = next(entries(member(member(member(body, "json"), "data"), "things")))
            said = read(entry)
        except (ValueError, KeyError, StopIteration, RecursionError) as error:
            # In a quarantined subreddit it takes the answer and shows nothing.
            raise DeliveryUnknown(self.name, operation, "it was taken, but not shown") from error
        if not isinstance(said, Comment | Message):
            raise DeliveryUnknown(self.name, operation, "something else came back than an answer")
        return said

    def _ask(self, operation: str, request: Callable[[], Any], *, writing: bool = False) -> bytes:
        with self._lock:
            self._keep_to_the_rate(operation, writing)
            self._log_in(operation)
            try:
                return self._once(operation, request, writing)
            except AuthFailed:
                if not self._renews_login(operation):
                    raise
            if writing:
                raise Temporary(self.name, operation, "the login had run out and was renewed; nothing was sent")
            return self._once(operation, request, writing)

    def _once(
        self, operation: str, request: Callable[[], Any], writing: bool = False, logging_in: bool = False
    ) -> bytes:
        """One request. Raises ChannelError."""
        self._core.rate_limiter.next_request_timestamp_ns = None  # it would sleep until then
        self.wire.forget()
        try:
            request()
        except Exception as error:  # the library trips over odd answers in its own ways, also after a post was taken
            asked = Asked(self.name, operation, self._secrets, writing, logging_in)
            found = refusal(asked, error, self.wire.last)
            if isinstance(found, RateLimited):
                self._quiet[writing] = found.retry_at
            # Whoever repeats our request would put a secret into a traceback.
            raise found from (error if hide(str(error), self._secrets) == str(error) else None)
        finally:
            self._note()
        return self.wire.last.content if self.wire.last else b""

    def _note(self) -> None:
        found = rate(self.wire.last) if self.wire.last else Standing()
        if found.remaining is not None:
            self._standing = found

    def _keep_to_the_rate(self, operation: str, writing: bool) -> None:
        until = self._quiet.get(writing)
        if until and clock.now() < until:
            raise RateLimited(self.name, operation, f"nothing more until {clock.stamp(until)}, as it said", until)
        left = self.standing()
        if left and left.remaining is not None and left.resets_at and left.remaining <= (0 if writing else RESERVE):
            said = f"all requests until {clock.stamp(left.resets_at)} are used up"
            raise RateLimited(self.name, operation, said, left.resets_at)

    @property
    def _core(self) -> Any:
        from twoway.channels.reddit_library import core_of

        return core_of(self.library)

    def _log_in(self, operation: str) -> None:
        """Apart from the request, so that what fails here was certainly never sent."""
        if not self._core.authorizer.is_valid():
            self._once(operation, self._core.authorizer.refresh, logging_in=True)

    def _renews_login(self, operation: str) -> bool:
        """Whether a 401 was about an access token that had run out, and there is a new one now. Raises AuthFailed."""
        if self.wire.last is None or self.wire.last.status_code != 401:
            return False
        self._log_in(operation)
        return True

    @property
    def _secrets(self) -> tuple[str, ...]:
        held = (self.settings.client_secret, self.settings.password, self.settings.refresh_token)
        renewed, access = (getattr(self._core.authorizer, name, "") for name in ("refresh_token", "access_token"))
        login = f"{self.settings.client_id}:{self.settings.client_secret.get_secret_value()}".encode()
        return (
            *(one.get_secret_value() for one in held if one),
            renewed or "",
            access or "",
            b64encode(login).decode(),
        )


def _batches(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    held = list(names)
    return (tuple(held[at : at + INFO]) for at in range(0, len(held), INFO))


def children(body: bytes) -> tuple[Entries, str]:
    """The entries of a listing and what it goes on after. Raises ValueError, KeyError."""
    data = member(body, "data")
    after = json.loads(member(data, "after"))
    return list(entries(member(data, "children"))), after if isinstance(after, str) else ""


def connect(settings: Settings, access: Access) -> Reddit:
    """The brand's login; the first request is made by whoever uses it."""
    from twoway.channels.reddit_library import library

    made, wire = library(settings, access.http(timeout=settings.timeout_seconds))
    return Reddit(access.name, made, wire, settings, access.memory, access.query)


def check(connection: Reddit) -> None:
    """Asks what the login was given to do, and who we are."""
    if lacking := sorted(NEEDED - connection.log_in("login")):
        said = f"the login lacks the scopes {', '.join(lacking)}; make one that has them"
        raise AuthFailed(connection.name, "scopes", said)
    connection.ask_me()


CHANNEL = Channel(
    kind="reddit",
    label="Reddit",
    settings=Settings,
    connect=connect,
    check=check,
    # Its listings are copies that may be some minutes behind.
    limits=Limits(length=10_000, poll_seconds=60, sends_per_minute=6, read_back_lag=300),
    # Reddit's rules: no account is matched with a person elsewhere, nothing is trained on what is posted, and what is
    # deleted there has to go within two days, which a chat does not do.
    policy=Policy(merge_authors=False, train=False, quote_in_alerts=False),
    collector="listener.reddit:Collector",
    sender="responders.reddit:Sender",
)
