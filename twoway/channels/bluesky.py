"""Bluesky, or another network of the AT Protocol: what its collector and its sender share.

Plain XRPC through the desk's own client (docs/decisions): every request is made once, redirects are refused, and the
tokens go only to the server that gave them.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from twoway import clock
from twoway.channel import Channel, Limits, Policy
from twoway.channels.bluesky_chat import LENGTH as MESSAGE_LENGTH
from twoway.channels.bluesky_errors import is_over, refusal, resets_at, unanswered
from twoway.channels.bluesky_session import Account, Session
from twoway.channels.bluesky_text import LENGTH, length
from twoway.config.sections import Query, Searching
from twoway.config.values import Name, Seconds, Url, Yes
from twoway.domain import Standing
from twoway.errors import AuthFailed, DeliveryUnknown, RateLimited, Temporary
from twoway.ports import Access, Memory
from twoway.raw import entries, member
from twoway.secrets import Secret

if TYPE_CHECKING:
    import httpx2

LARGEST = 30_000_000
"""Bytes of an answer: a thread may be long."""
REMEMBERED = 100_000
"""Posts whose hash is kept in memory."""
CHAT = "chat."
"""What the methods of direct messages begin with; the account's server passes them on to another one."""
PROXY = {"atproto-proxy": "did:web:api.bsky.chat#bsky_chat"}
CONVERSATIONS = f"{CHAT}bsky.convo.listConvos"
M = TypeVar("M", bound=BaseModel)


class Settings(Searching):
    """The section ``[channels.NAME]`` of a channel of the kind bluesky."""

    url: Url = "https://bsky.social"
    """The server where the account logs in."""
    handle: Name
    """The brand's handle (or its DID)."""
    password: Secret
    """An app password of that account."""
    direct_messages: Yes = False
    """The app password has to allow it; most that were made for posts alone do not."""
    timeout_seconds: Annotated[Seconds, Field(ge=1, le=120)] = 20


@dataclass
class Bluesky:
    """The brand's login, made on first use; turns every failure into a ChannelError that says what to do next."""

    name: str
    http: "httpx2.Client"
    url: str
    handle: str
    password: str = field(repr=False)
    memory: Memory
    query: Query
    direct_messages: bool = False
    """Whether they are heard."""
    hashes: dict[str, str] = field(default_factory=dict, repr=False)
    """Of posts that were heard or looked at, the hash of what they said."""
    began: datetime = field(default_factory=clock.now)
    _session: Session | None = None
    _useless: Session | None = None
    """One that was new when direct messages were refused to it as if it were over: another would be, too."""
    _lock: RLock = field(default_factory=RLock)
    _quiet: dict[str, datetime] = field(default_factory=dict)
    """Until when nothing may be read, written or logged in, of posts and of the chat, as the server said."""
    _standing: Standing | None = None

    @property
    def me(self) -> str:
        """The brand's DID."""
        return self._logged_in("login").did

    def get(self, operation: str, method: str, **query: Any) -> bytes:
        """What a query is answered with. Raises ChannelError."""
        return self._ask(operation, "read", method, params=query)

    def one(self, model: type[M], operation: str, method: str, **query: Any) -> M:
        """What a query is answered with, as a ``model``. Raises ChannelError."""
        return self._read(model, operation, self.get(operation, method, **query))

    def listing(self, operation: str, method: str, name: str, **query: Any) -> tuple[list[tuple[Any, bytes]], str]:
        """A page of a listing, each entry with its bytes as received, and its cursor; none at the end."""
        body = self.get(operation, method, **query)
        try:
            return list(entries(member(body, name))), str(json.loads(body).get("cursor") or "")
        except (ValueError, KeyError, RecursionError) as error:
            raise Temporary(self.name, operation, f"the answer is no list of {name}") from error

    def write(self, model: type[M], operation: str, method: str, body: dict[str, Any]) -> M:
        """Writes once; DeliveryUnknown where it may have been accepted. Raises ChannelError."""
        answer = self._ask(operation, "write", method, json=body)
        try:
            return self._read(model, operation, answer)
        except Temporary as error:
            raise DeliveryUnknown(self.name, operation, error.said) from error

    def remember(self, uri: str, cid: str) -> None:
        """Keep the hash of what a post says now."""
        if len(self.hashes) >= REMEMBERED:
            self.hashes.clear()
        self.hashes[uri] = cid

    def first_heard(self, uri: str, cid: str, at: datetime) -> None:
        """Keep the hash of what a post said when it was heard, unless that may have been before this login's time."""
        if uri not in self.hashes and at >= self.began:
            self.remember(uri, cid)

    @property
    def left(self) -> int | None:
        """Requests that the server still takes, by its last answer; None where it did not say."""
        known = self.standing()
        return known.remaining if known else None

    def standing(self) -> Standing | None:
        """Requests left, by the server's last answer."""
        return self._standing

    def _ask(self, operation: str, kind: str, method: str, **request: Any) -> bytes:
        chat = method.startswith(CHAT)
        if chat:
            kind, request["headers"] = f"chat {kind}", PROXY
        session = self._logged_in(operation)
        answer = self._request(operation, kind, method, session, **request)
        if is_over(answer, chat=chat) and not (chat and session is self._useless):
            # It was refused before anything was done: asking again with a new token repeats nothing.
            session = self._renewed(operation, session)
            answer = self._request(operation, kind, method, session, **request)
            if chat and is_over(answer, chat=chat):
                self._useless = session
        if not chat:
            self._standing = Standing(_number(answer, "remaining"), _number(answer, "limit"), resets_at(answer))
        return self._taken(operation, kind, answer)

    def _request(self, operation: str, kind: str, method: str, session: Session, **request: Any) -> "httpx2.Response":
        return self._carry(operation, kind, f"{self._server(session)}/xrpc/{method}", session.access_jwt, **request)

    def _carry(
        self, operation: str, kind: str, url: str, token: str, headers: dict[str, str] | None = None, **request: Any
    ) -> "httpx2.Response":
        import httpx2

        from twoway.http import AddressRefused, AnswerRefused

        until = self._quiet.get(kind)
        if until and clock.now() < until:
            said = f"nothing more until {clock.stamp(until)}, as it said"
            raise RateLimited(self.name, operation, said, until, alone=kind.startswith("chat"))
        headers = {**(headers or {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        try:
            return self.http.request("GET" if kind.endswith("read") else "POST", url, headers=headers, **request)
        except (httpx2.HTTPError, AddressRefused, AnswerRefused) as error:
            raise unanswered(self.name, operation, error, writing=kind.endswith("write")) from error

    def _taken(self, operation: str, kind: str, answer: "httpx2.Response") -> bytes:
        if answer.is_success:
            return answer.content
        found = refusal(
            self.name,
            operation,
            answer,
            secrets=self._secrets(),
            writing=kind.endswith("write"),
            chat=kind.startswith("chat"),
        )
        if isinstance(found, RateLimited):
            self._quiet[kind] = found.retry_at
        raise found

    def _secrets(self) -> tuple[str, ...]:
        session = self._session
        return (self.password, *((session.access_jwt, session.refresh_jwt) if session else ()))

    def _server(self, session: Session) -> str:
        """The account's own server, unless its document would send the tokens over an open line."""
        secure = session.server.startswith("https://") or not self.url.startswith("https://")
        return session.server if session.server and secure else self.url

    def _logged_in(self, operation: str) -> Session:
        with self._lock:
            if self._session is None:
                self._session = self._log_in(operation)
            return self._session

    def _renewed(self, operation: str, stale: Session) -> Session:
        """A session with a new token, whoever of several threads gets it; a new login where it cannot be renewed."""
        with self._lock:
            if self._session is stale:
                self._session = self._refreshed(operation, stale) or self._log_in(operation)
            return self._logged_in(operation)

    def _refreshed(self, operation: str, stale: Session) -> Session | None:
        url = f"{self._server(stale)}/xrpc/com.atproto.server.refreshSession"
        try:
            body = self._taken(operation, "login", self._carry(operation, "login", url, stale.refresh_jwt))
        except AuthFailed:
            return None
        renewed = self._read(Session, operation, body)
        return renewed if renewed.did_doc else renewed.model_copy(update={"did_doc": stale.did_doc})

    def _log_in(self, operation: str) -> Session:
        url = f"{self.url}/xrpc/com.atproto.server.createSession"
        login = {"identifier": self.handle, "password": self.password}
        session = self._read(
            Session, operation, self._taken(operation, "login", self._carry(operation, "login", url, "", json=login))
        )
        if not session.active:
            raise AuthFailed(self.name, operation, f"the account is not active ({session.status or 'no reason given'})")
        return session

    def _read(self, model: type[M], operation: str, body: bytes) -> M:
        try:
            return model.model_validate_json(body)
        except ValidationError as error:
            said = f"the answer cannot be read ({error.error_count()} mistakes)"
            # Not chained: it would show what was read, tokens too.
            raise Temporary(self.name, operation, said) from None


def _number(answer: "httpx2.Response", name: str) -> int | None:
    written = answer.headers.get(f"ratelimit-{name}", "")
    return int(written) if written.isascii() and written.isdecimal() else None


def connect(settings: Settings, access: Access) -> Bluesky:
    """The brand's login; the first request is made by whoever uses it."""
    http = access.http(timeout=settings.timeout_seconds, largest=LARGEST)
    handle, password = settings.handle.removeprefix("@"), settings.password.get_secret_value()
    return Bluesky(
        access.name, http, settings.url, handle, password, access.memory, access.query, settings.direct_messages
    )


def check(connection: Bluesky) -> None:
    """Asks who we are and what we may hear; a login that does this may answer, too."""
    found = connection.one(Account, "check", "com.atproto.server.getSession")
    if not found.active:
        raise AuthFailed(connection.name, "check", f"the account is not active ({found.status or 'no reason given'})")
    connection.get("check", "app.bsky.notification.listNotifications", limit=1, priority="false")
    if connection.direct_messages:
        connection.get("check", CONVERSATIONS, limit=1)


CHANNEL = Channel(
    kind="bluesky",
    label="Bluesky",
    settings=Settings,
    connect=connect,
    check=check,
    # 35,000 points a day are granted, two a post; ten posts a minute are a tenth of that. An account's own server shows
    # at once what it has taken, and a record's key can be taken once only.
    limits=Limits(
        length=LENGTH,
        private=MESSAGE_LENGTH,
        counted=lambda preview, part: length(part),
        parts=4,
        poll_seconds=60,
        sends_per_minute=10,
        read_back_lag=0,
    ),
    # The API does not say who agrees to training, and what is deleted there cannot be called back from a chat.
    policy=Policy(train=False, quote_in_alerts=False),
    collector="listener.bluesky:Collector",
    sender="responders.bluesky:Sender",
)
