"""ASGI middleware that lets a real platform fail as ordered."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.faults import Faults, Order
from twoway import clock

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


@dataclass
class Answer:
    """What the platform would have said."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    at: str = ""
    """When the platform got to it."""


class Dialect:
    """How a platform words its faults; this one is the square's."""

    listings: tuple[str, ...] = ()
    """What holds a listing's entries, where an answer is no list itself."""
    kept = "id"
    """What a spoilt entry still has."""

    def error(self, status: int, code: str, message: str) -> Answer:
        """A refusal."""
        body = json.dumps({"error": {"code": code, "message": message}}).encode()
        return Answer(status, [(b"content-type", b"application/json")], body)

    def retry(self, seconds: float) -> tuple[bytes, bytes]:
        """The header that says when to come back."""
        return b"retry-after", str(int(seconds)).encode()

    def text(self, body: bytes) -> str:
        """The words of a post in a request."""
        try:
            return str(json.loads(body)["text"])
        except (ValueError, LookupError, TypeError):
            return ""

    def each(self, answer: Answer, change: Callable[[list[Any]], list[Any]]) -> Answer:
        """The answer with the entries of its listing changed, if it is one."""
        found = json.loads(answer.body)
        if isinstance(found, list):
            found = change(found) if found else found
        else:
            found |= {name: change(found[name]) for name in self.listings if found.get(name)}
        return Answer(answer.status, answer.headers, json.dumps(found).encode())

    def spoilt(self, entry: Any) -> Any:
        """An entry that has lost its fields."""
        return {self.kept: entry[self.kept]}


class Faulty:
    """Wraps the platform; has to be the outermost application, right under uvicorn, to end connections."""

    def __init__(self, app: App, faults: Faults, dialect: Dialect | None = None) -> None:
        self._app = app
        self._faults = faults
        self._dialect = dialect or Dialect()
        self._last: dict[str, tuple[str, Answer]] = {}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Passes on what is not to be spoilt; the event stream always."""
        if scope["type"] != "http" or scope["path"] == "/live":
            await self._app(scope, receive, send)
            return
        body = await _body(receive)
        if (scope["method"], scope["path"]) == ("POST", "/orders"):
            await self._control(body, send)
            return
        order = self._faults.take(scope["method"], scope["path"])
        answer = await self._run(order, scope, body)
        self._record(order, scope, body, answer)
        if order and order.kind.startswith("drop"):
            await _hang_up(receive, send)
            return
        said = self._spoil(order, scope, answer)
        if said.status < 300 and (order is None or order.kind == "shuffle"):
            self._last[scope["path"]] = (scope["query_string"].decode(), said)
        headers = [(name, value) for name, value in said.headers if name != b"content-length"]
        headers.append((b"content-length", str(len(said.body)).encode()))
        await send({"type": "http.response.start", "status": said.status, "headers": headers})
        await send({"type": "http.response.body", "body": said.body})

    async def _run(self, order: Order | None, scope: MutableMapping[str, Any], body: bytes) -> Answer | None:
        """What the platform does with the request; None where it never gets it."""
        if order and order.kind in ("drop-before", "error-before", "limit", "echo"):
            return None
        if order and order.kind == "slow":
            await asyncio.sleep(order.seconds or 1.0)
        answer = Answer(0, [], at=clock.stamp(clock.now()))

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
            answer.body += message.get("body", b"")

        delivered = False

        async def receive() -> Message:
            nonlocal delivered
            if delivered:
                await asyncio.Event().wait()  # nobody hangs up before the platform has answered
            delivered = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, receive, keep)
        return answer

    def _spoil(self, order: Order | None, scope: MutableMapping[str, Any], answer: Answer | None) -> Answer:
        kind = order.kind if order else ""
        if order and kind == "limit":
            said = self._dialect.error(429, "too_many", "slower, please")
            said.headers += [self._dialect.retry(order.seconds)] if order.seconds is not None else []
            return said
        if kind == "echo":
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            return self._dialect.error(422, "invalid", f"what is this: {headers}")
        if answer is None or kind == "error-after":
            return self._dialect.error(503, "down", "down for maintenance")
        if kind == "repeat":
            asked, before = self._last.get(scope["path"], ("", answer))
            return answer if _further_on(asked, scope["query_string"].decode()) else before
        return {
            "malformed": lambda: Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2]),
            "nonsense": lambda: Answer(answer.status, [(b"content-type", b"text/html")], b"<html><b>Welcome"),
            "spoilt": lambda: self._dialect.each(answer, lambda found: [self._dialect.spoilt(found[0]), *found[1:]]),
            "shuffle": lambda: self._dialect.each(answer, lambda found: found[1:] + found[:1]),
        }.get(kind, lambda: answer)()

    def _record(self, order: Order | None, scope: MutableMapping[str, Any], body: bytes, answer: Answer | None) -> None:
        headers = dict(scope["headers"])
        self._faults.record(
            at=answer.at if answer else "",
            agent=headers.get(b"user-agent", b"").decode(),
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode(),
            key=headers.get(b"idempotency-key", b"").decode(),
            text=self._dialect.text(body),
            status=answer.status if answer else 0,
            fault=order.kind if order else "",
        )

    async def _control(self, body: bytes, send: Send) -> None:
        self._faults.order(**json.loads(body))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def _body(receive: Receive) -> bytes:
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body


async def _hang_up(receive: Receive, send: Send) -> None:
    """Ends the connection without a byte; `send` is uvicorn's own, which knows the socket."""
    send.__self__.transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _further_on(asked: str, asks: str) -> bool:
    """Whether an older answer began further on than is asked for now, as after a restore: it would be no repetition,
    but a page that leaves out what lies between, which nobody could notice."""
    before, now = (parse_qs(query).get("after", ["0"])[0] for query in (asked, asks))
    return before.isdecimal() and now.isdecimal() and int(before) > int(now)
