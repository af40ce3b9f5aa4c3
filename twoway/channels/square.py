"""The square: what its collector and its sender share."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError

from twoway.channel import Channel, Limits, Policy
from twoway.config.sections import Section
from twoway.config.values import Name, Seconds, Url
from twoway.domain import Visibility
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary
from twoway.ports import Access
from twoway.raw import entries
from twoway.secrets import Secret
from twoway.text import canonical, one_line
from twoway.waiting import retry_at

if TYPE_CHECKING:
    import httpx2

TEXT_REFUSED = frozenset({400, 403, 409, 413, 422})
"""Statuses of a POST that say something about its words; the same words would be refused again."""
M = TypeVar("M", bound=BaseModel)


def _loopback(url: str) -> str:
    host = urlsplit(url).hostname or ""
    if host != "localhost" and not _is_loopback(host):
        raise ValueError("the square runs on this machine only; write http://127.0.0.1:PORT")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(Section):
    """The section ``[channels.NAME]`` of a channel of the kind square."""

    url: Annotated[Url, AfterValidator(_loopback)]
    """Where the square runs, on this machine."""
    token: Secret
    """The brand's bearer token there."""
    handle: Name
    """The brand's handle there; a token of another account is refused."""
    timeout_seconds: Annotated[Seconds, Field(ge=1, le=120)] = 10


class Person(BaseModel):
    """Who posted."""

    id: str
    handle: str
    name: str = ""


class Post(BaseModel):
    """A post as the API gives it."""

    id: str = Field(pattern=r"^\d{1,19}$")
    account: Person
    text: str
    visibility: Visibility
    in_reply_to: str | None
    thread: str
    version: int
    created_at: datetime
    edited_at: datetime | None
    url: str
    key: str | None = None


class Notice(BaseModel):
    """One entry of the listings of mentions and of messages."""

    id: int
    at: datetime
    post: Post


class Event(BaseModel):
    """One entry of the activity feed."""

    id: int
    kind: Literal["posted", "edited", "deleted"]
    at: datetime
    post_id: str
    post: Post | None


class Me(BaseModel):
    """The account the token belongs to."""

    id: str
    handle: str


class Instance(BaseModel):
    """What this square takes and how it behaves."""

    length: int
    idempotent: bool
    read_back_lag: float | None
    position: int
    account: Me


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes: the post it answers, as it was when it was heard."""

    post: str
    visibility: Visibility
    handle: str
    version: int

    @classmethod
    def of(cls, post: Post) -> str:
        """The reply address of a post, as a mention carries it."""
        address = cls(post.id, post.visibility, post.account.handle, post.version)
        return canonical({name: getattr(address, name) for name in cls.__slots__})


def read_address(written: str) -> Address:
    """The address that ``Address.of`` wrote. Raises ValueError for anything else."""
    return TypeAdapter(Address).validate_json(written)


@dataclass
class Square:
    """The brand's login: speaks HTTP and turns every failure into a ChannelError that says what to do next."""

    name: str
    http: "httpx2.Client"
    token: str
    handle: str

    @cached_property
    def instance(self) -> Instance:
        """How this square behaves; asked once."""
        return self.ask_instance()

    def ask_instance(self) -> Instance:
        """How this square behaves, and where its activity feed stands right now. AuthFailed as somebody else."""
        found = self.one(Instance, "instance", "/api/v1/instance")
        if found.account.handle != self.handle.casefold():
            said = f"the token belongs to @{found.account.handle}, not to @{self.handle}"
            raise AuthFailed(self.name, "instance", one_line(said))
        return found

    def one(self, model: type[M], operation: str, path: str, **query: Any) -> M:
        """What a path answers, as a ``model``."""
        return self._read(model, operation, self._ask(operation, "GET", path, params=query).content)

    def listing(self, operation: str, path: str, **query: Any) -> list[tuple[Any, bytes]]:
        """The entries of a listing, each with its bytes as received."""
        body = self._ask(operation, "GET", path, params=query).content
        try:
            return list(entries(body))
        except (ValueError, RecursionError) as error:
            raise Temporary(self.name, operation, f"the answer is no list: {one_line(str(error))}") from error

    def post(self, operation: str, key: str, **body: Any) -> Post:
        """Posts once; DeliveryUnknown where it may have been accepted."""
        answer = self._ask(operation, "POST", "/api/v1/posts", json=body, headers={"Idempotency-Key": key})
        try:
            return self._read(Post, operation, answer.content)
        except Temporary as error:
            raise DeliveryUnknown(self.name, operation, error.said) from error

    def _read(self, model: type[M], operation: str, body: bytes) -> M:
        try:
            return model.model_validate_json(body)
        except ValidationError as error:
            said = f"the answer cannot be read ({error.error_count()} mistakes)"
            raise Temporary(self.name, operation, said) from error

    def _ask(self, operation: str, method: str, path: str, **request: Any) -> "httpx2.Response":
        import httpx2

        from twoway.http import NEVER_LEFT, AnswerRefused

        doubt = DeliveryUnknown if method == "POST" else Temporary
        try:
            answer = self.http.request(method, path, **request)
        except NEVER_LEFT as error:
            raise Temporary(self.name, operation, self._said(str(error) or "no connection")) from error
        except (httpx2.HTTPError, AnswerRefused) as error:
            raise doubt(self.name, operation, self._said(f"{type(error).__name__} {error}")) from error
        if answer.status_code >= 300:
            raise self._refusal(operation, method, answer)
        return answer

    def _refusal(self, operation: str, method: str, answer: "httpx2.Response") -> ChannelError:
        code, words = _error_of(answer)
        said = self._said(f"{answer.status_code} {words}")
        status, sending = answer.status_code, method == "POST"
        if status == 429:
            return RateLimited(self.name, operation, said, retry_at(answer.headers.get("retry-after", "")))
        if status == 401 or (status == 403 and not sending):
            return AuthFailed(self.name, operation, said)
        if code in ("gone", "not_found"):
            return Gone(self.name, operation, said)
        if sending and status >= 500:
            return DeliveryUnknown(self.name, operation, said)
        if sending and status in TEXT_REFUSED:
            return Rejected(self.name, operation, said)
        # A redirect, a proxy's page, a path that is no square's: nothing was accepted, and nothing is known to be gone.
        return Temporary(self.name, operation, said)

    def _said(self, words: str) -> str:
        """The platform's words, harmless, short, and without our secret should it repeat it."""
        return one_line(words.replace(self.token, "[token]"), 300)


def _error_of(answer: "httpx2.Response") -> tuple[str, str]:
    """Code and message of the square's own error; of anything else no code and the beginning of what it says."""
    try:
        error = json.loads(answer.content)["error"]
        return str(error["code"]), str(error["message"])
    except (ValueError, LookupError, TypeError):
        return "", answer.text[:300]


def connect(settings: Settings, access: Access) -> Square:
    """The brand's login; the first request is made by whoever uses it."""
    token = settings.token.get_secret_value()
    headers = {"Authorization": f"Bearer {token}"}
    http = access.http(base_url=settings.url, headers=headers, timeout=settings.timeout_seconds)
    return Square(access.name, http, token, settings.handle.removeprefix("@"))


def check(connection: Square) -> None:
    """Asks for what only the account's token may see."""
    connection.ask_instance()


CHANNEL = Channel(
    kind="square",
    label="The square",
    settings=Settings,
    connect=connect,
    check=check,
    limits=Limits(length=500, parts=4, poll_seconds=5, sends_per_minute=None, read_back_lag=0),
    policy=Policy(),
    collector="listener.square:Collector",
    sender="responders.square:Sender",
)
