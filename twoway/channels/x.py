"""X, through its API v2: what its collector and its sender share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import AliasChoices, BaseModel, Field, ValidationError

from twoway import clock
from twoway.channel import Channel, Limits, Policy
from twoway.channels.x_errors import moment, refusal
from twoway.channels.x_messages import LONGEST, PARTS, STREAM, look_whether_allowed, message_length
from twoway.channels.x_money import ANSWER, HEAR, Purse
from twoway.channels.x_posts import Id, Listed
from twoway.channels.x_reach import LAG
from twoway.channels.x_settings import HOST, Settings
from twoway.channels.x_text import LIMIT, length
from twoway.config.sections import Query
from twoway.config.values import Name
from twoway.domain import Standing
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, RateLimited, Temporary
from twoway.ports import Access, Hold, Memory
from twoway.text import one_line

if TYPE_CHECKING:
    from tweepy import Client

    from twoway.channels.requests_wire import Wire

LARGEST = 30_000_000
"""Bytes of an answer: a hundred posts may have 25,000 characters each."""


@dataclass
class X:
    """The brand's login: calls tweepy and turns every failure into a ChannelError that says what to do next."""

    name: str
    library: "Client"
    wire: "Wire"
    settings: Settings
    memory: Memory
    query: Query
    purse: Purse
    _quiet: dict[str, RateLimited] = field(default_factory=dict)
    """Why an operation is not to be tried, and until when: each has a limit of its own."""
    _left: dict[str, Standing] = field(default_factory=dict)

    @property
    def signed(self) -> bool:
        """Are requests signed (OAuth 1.0a), and not sent with a token?"""
        return bool(self.settings.keys)

    @cached_property
    def me(self) -> str:
        """The account's number."""
        return self.settings.user_id or self.ask_me().id

    def ask_me(self) -> "Myself":
        """Whose login it is. AuthFailed where it is nobody's, or another account's."""
        hold = self.purse.hold("login", HEAR, self.purse.prices.user)
        try:
            body = self.ask("login", lambda: self.library.get_me(user_auth=self.signed))
            found = _Answer.model_validate_json(body).data
        except ValidationError as error:
            said = f"the answer cannot be read ({error.error_count()} mistakes)"
            raise Temporary(self.name, "login", said) from error
        except ChannelError:
            self.purse.ledger.settle(hold, Decimal(0))
            raise
        if found.username.casefold() != self.settings.handle.casefold():
            raise AuthFailed(self.name, "login", f"this login is @{found.username}'s, not @{self.settings.handle}'s")
        return found

    def posts(
        self,
        operation: str,
        request: Callable[[int], Any],
        sizes: tuple[int, int],
        *,
        purpose: str,
        price: Decimal,
        along: bool = False,
    ) -> Listed:
        """As many posts as there is money for between two ``sizes``; people and pictures come ``along``, or none do.

        Raises ChannelError.
        """
        each = price + (self.purse.along if along else 0)
        count, hold = self.purse.page(operation, purpose, each, sizes)
        listed = self._listed(operation, lambda: request(count), hold, count * price)
        self.purse.settle(hold, price, listed)
        return listed

    def messages(
        self,
        operation: str,
        request: Callable[[int], Any],
        sizes: tuple[int, int],
        *,
        purpose: str,
        along: bool = False,
    ) -> Listed:
        """The same of direct messages. Raises ChannelError."""
        price, day = self.purse.prices.message, clock.now().date()
        each = price + (self.purse.along_message if along else 0)
        count, hold = self.purse.page(operation, purpose, each, sizes)
        listed = self._listed(operation, lambda: request(count), hold, count * price)
        self.purse.settle_messages(hold, listed, day)
        return listed

    def _listed(self, operation: str, request: Callable[[], Any], hold: Hold, price: Decimal) -> Listed:
        """``price``: of an answer that cannot be read."""
        try:
            body = self.ask(operation, request)
        except ChannelError:
            self.purse.ledger.settle(hold, Decimal(0))  # what was refused, or never came, is not paid for
            raise
        try:
            return Listed.read(body)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            self.purse.ledger.settle(hold, price)
            said = f"the answer cannot be read: {one_line(str(error))}"
            raise Temporary(self.name, operation, said) from error

    def post(self, operation: str, price: Decimal, request: Callable[[], Any]) -> str:
        """Writes once; the new post's id. DeliveryUnknown where it may have been accepted."""
        hold = self.purse.hold(operation, ANSWER, price)
        try:
            body = self.ask(operation, request, writing=True)
            return _Posted.model_validate_json(body).data.id
        except ValidationError as error:
            raise DeliveryUnknown(self.name, operation, "the answer cannot be read") from error
        except DeliveryUnknown:
            raise
        except ChannelError:
            self.purse.ledger.settle(hold, Decimal(0))
            raise

    def ask(self, operation: str, request: Callable[[], Any], *, writing: bool = False) -> bytes:
        """The bytes that a call of the library was answered with. Raises ChannelError."""
        quiet = self._quiet.get(operation)
        if quiet and clock.now() < quiet.retry_at:
            said = f"nothing more until {clock.stamp(quiet.retry_at)}: {quiet.said}"
            raise type(quiet)(self.name, operation, said, quiet.retry_at, alone=quiet.alone)
        self.wire.forget()
        try:
            request()
        except ChannelError:
            raise  # of asking who we are, on the way
        except Exception as error:  # the library trips over odd answers in its own ways, also after a post was taken
            # Whatever repeats our request would put a key into a traceback.
            shown = any(secret in str(error) for secret in self._secrets)
            raise self._refusal(operation, error, writing) from (None if shown else error)
        finally:
            self._note(operation)
        return self.wire.last.content if self.wire.last else b""

    @property
    def _secrets(self) -> tuple[str, ...]:
        token = self.settings.token
        return (*self.settings.keys.values(), *((token.get_secret_value(),) if token else ()))

    def _refusal(self, operation: str, error: Exception, writing: bool) -> ChannelError:
        found = refusal(self.name, operation, error, self.wire.last, writing=writing, secrets=self._secrets)
        if isinstance(found, RateLimited):
            self.rest(found)
            if self.wire.last is not None and self.wire.last.status_code == 402:
                self.purse.ledger.exhausted()
        return found

    def rest(self, why: RateLimited) -> None:
        """Do not try an operation again before its time."""
        self._quiet[why.operation] = why

    def left(self, operation: str) -> int | None:
        """Requests that X still takes of it for now; None where that is not known."""
        told = self._left.get(operation)
        return told.remaining if told and told.resets_at and told.resets_at > clock.now() else None

    def _note(self, operation: str) -> None:
        headers = self.wire.last.headers if self.wire.last else {}
        remaining, limit = (headers.get(f"x-rate-limit-{name}", "") for name in ("remaining", "limit"))
        if remaining.isdecimal() and limit.isdecimal():
            reset = moment(headers.get("x-rate-limit-reset", ""))
            self._left[operation] = Standing(remaining=int(remaining), limit=int(limit), resets_at=reset)

    def most_kept(self) -> int | None:
        """As many mentions as can be looked up once a round: X wants to be asked what became of each within a day."""
        return self.purse.most_kept

    def unfollowed(self) -> tuple[str, ...]:
        """Messages cannot be looked up, nor does X want it."""
        return (STREAM,)

    def standing(self) -> Standing:
        """The scarcest of X's limits, and the month's money."""
        now = clock.now()
        current = [one for one in self._left.values() if one.resets_at and one.resets_at > now]
        scarcest = min(current, key=lambda one: (one.remaining or 0) / (one.limit or 1), default=Standing())
        return Standing(
            remaining=scarcest.remaining,
            limit=scarcest.limit,
            resets_at=scarcest.resets_at,
            spent=self.purse.ledger.spent(),
            budget=self.purse.budget,
            currency=self.purse.currency,
        )


class Myself(BaseModel):
    """The account that a login is for."""

    id: Id
    username: Name


class _Answer(BaseModel):
    data: Myself


class _New(BaseModel):
    id: Id = Field(validation_alias=AliasChoices("id", "dm_event_id"))


class _Posted(BaseModel):
    data: _New


def connect(settings: Settings, access: Access) -> X:
    """The brand's login; the first request is made by whoever uses it."""
    import requests
    from tweepy import Client

    from twoway.channels.requests_wire import Wire, session

    # Signed by the library, or with a token that it never sees: at DEBUG it writes that into the log.
    token = None if settings.keys else settings.token
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    kept = ("content-type", "authorization") if settings.keys else ("content-type",)
    http = access.http(headers=headers, timeout=settings.timeout_seconds, largest=LARGEST)
    wire = Wire(http, kept, (HOST, settings.url))
    library = Client(**settings.keys, return_type=requests.Response, wait_on_rate_limit=False)
    library.session = session(wire)
    purse = Purse(access.name, settings.monthly_budget, settings.currency, settings.prices, access.ledger)
    return X(access.name, library, wire, settings, access.memory, access.query, purse)


def check(connection: X) -> None:
    """Asks whose login it is, and whether messages may be read where they are wanted; each may cost a cent."""
    connection.ask_me()
    if connection.settings.direct_messages:
        look_whether_allowed(connection)


CHANNEL = Channel(
    kind="x",
    label="X",
    settings=Settings,
    connect=connect,
    check=check,
    limits=Limits(
        length=LIMIT,
        private=LONGEST,
        counted=lambda preview, part: message_length(part) if preview.visibility == "private" else length(part),
        parts=PARTS,
        poll_seconds=60,
        sends_per_minute=6,
        read_back_lag=LAG,
    ),
    # Its rules: nobody's account is matched with a person elsewhere without their consent, nothing is trained on posts,
    # and what is deleted there has to go within a day, which a chat does not do.
    policy=Policy(merge_authors=False, train=False, quote_in_alerts=False),
    collector="listener.x:Collector",
    sender="responders.x:Sender",
)
