"""X, through its API v2: what its collector and its sender share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from twoway import clock
from twoway.channel import Channel, Limits, Policy
from twoway.channels.x_errors import moment, refusal
from twoway.channels.x_money import ANSWER, HEAR, Prices, Purse
from twoway.channels.x_posts import Id, Listed
from twoway.channels.x_route import Tier
from twoway.channels.x_text import LIMIT, length
from twoway.config.sections import Query, Searching
from twoway.config.values import Name, Seconds, Url
from twoway.domain import Standing
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, RateLimited, Temporary
from twoway.ports import Access, Memory
from twoway.secrets import Secret
from twoway.text import one_line

if TYPE_CHECKING:
    from tweepy import Client

    from twoway.channels.requests_wire import Wire

HOST = "https://api.twitter.com"
"""The only one that tweepy knows; requests are signed for it."""
LARGEST = 30_000_000
"""Bytes of an answer: a hundred posts may have 25,000 characters each."""
KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
SEARCH = {"self-serve": 512, "enterprise": 4_096}
"""Characters of a search."""
PARTS = {"self-serve": 1, "enterprise": 4}
"""Posts that an answer may be split into: who did not summon us twice is not answered twice."""


class Settings(Searching):
    """The section ``[channels.NAME]`` of a channel of the kind x."""

    handle: Annotated[str, Field(pattern=r"^\w{1,15}$")]
    """The account's, without @."""
    user_id: Id | None = None
    """The account's number; None: asked for, which costs."""
    token: Secret | None = None
    """An OAuth 2.0 user token; the four keys of OAuth 1.0a go before it."""
    consumer_key: Secret | None = None
    consumer_secret: Secret | None = None
    access_token: Secret | None = None
    access_token_secret: Secret | None = None
    tier: Tier = "self-serve"
    monthly_budget: Annotated[Decimal, Field(gt=0, le=1_000_000)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    prices: Prices = Prices()
    longest_post: Annotated[int, Field(ge=LIMIT, le=25_000)] = LIMIT
    """Accounts that pay for it may write more than 280."""
    longest_search: Annotated[int, Field(ge=64, le=4_096)] | None = None
    """None: as the tier has it."""
    parts: Annotated[int, Field(ge=1, le=4)] | None = None
    """None: as the tier has it."""
    url: Url = HOST
    """Another address of X's API, such as a gateway of one's own."""
    timeout_seconds: Annotated[Seconds, Field(ge=1, le=120)] = 20

    @property
    def search_length(self) -> int:
        """Of one search, in characters."""
        return self.longest_search or SEARCH[self.tier]

    @property
    def longest(self) -> int | None:
        """What the account may write."""
        return self.longest_post

    @property
    def most_parts(self) -> int:
        """Posts of one answer."""
        return self.parts or PARTS[self.tier]

    @property
    def keys(self) -> dict[str, str]:
        """Those of OAuth 1.0a by tweepy's names, if there are any."""
        found = {name: getattr(self, name) for name in KEYS}
        return {name: key.get_secret_value() for name, key in found.items() if key}

    @model_validator(mode="after")
    def _one_login(self) -> Self:
        if len(self.keys) not in (0, len(KEYS)):
            raise ValueError(f"these four belong together: {', '.join(KEYS)}")
        if not self.keys and not self.token:
            raise ValueError(f"a login is missing: write {', '.join(KEYS)}, or token")
        return self


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
    _quiet: dict[str, datetime] = field(default_factory=dict)
    """Until when an operation is not to be tried, as X said: each has a limit of its own."""
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
        """As many posts as there is money for between two ``sizes``. Raises ChannelError."""
        count, hold = self.purse.page(operation, purpose, price, sizes, along=along)
        try:
            body = self.ask(operation, lambda: request(count))
        except ChannelError:
            self.purse.ledger.settle(hold, Decimal(0))  # what was refused, or never came, is not paid for
            raise
        try:
            listed = Listed.read(body)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            self.purse.ledger.settle(hold, count * price)
            said = f"the answer cannot be read: {one_line(str(error))}"
            raise Temporary(self.name, operation, said) from error
        self.purse.settle(hold, price, listed)
        return listed

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
        until = self._quiet.get(operation)
        if until and clock.now() < until:
            raise RateLimited(self.name, operation, f"nothing more until {clock.stamp(until)}, as it said", until)
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
            self._quiet[operation] = found.retry_at
            if self.wire.last is not None and self.wire.last.status_code == 402:
                self.purse.ledger.exhausted()
        return found

    def _note(self, operation: str) -> None:
        headers = self.wire.last.headers if self.wire.last else {}
        remaining, limit = (headers.get(f"x-rate-limit-{name}", "") for name in ("remaining", "limit"))
        if remaining.isdecimal() and limit.isdecimal():
            reset = moment(headers.get("x-rate-limit-reset", ""))
            self._left[operation] = Standing(remaining=int(remaining), limit=int(limit), resets_at=reset)

    def most_kept(self) -> int | None:
        """As many mentions as can be looked up once a round: X wants to be asked what became of each within a day."""
        return self.purse.most_kept

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
    id: Id


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
    """Asks whose login it is; that may cost a cent."""
    connection.ask_me()


CHANNEL = Channel(
    kind="x",
    label="X",
    settings=Settings,
    connect=connect,
    check=check,
    limits=Limits(
        length=LIMIT,
        counted=lambda preview, part: length(part),
        parts=4,
        poll_seconds=60,
        sends_per_minute=6,
        read_back_lag=120,
    ),
    # Its rules: nobody's account is matched with a person elsewhere without their consent, nothing is trained on posts,
    # and what is deleted there has to go within a day, which a chat does not do.
    policy=Policy(merge_authors=False, train=False, quote_in_alerts=False),
    collector="listener.x:Collector",
    sender="responders.x:Sender",
)
