"""The other system that a form's answers go to: takes only what Standard Webhooks and our contract allow."""

import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from desk.loopback import running
from tests.fakes.faults import Faults
from tests.fakes.faulty import Dialect, Faulty

PATH = "/answers"
SECRET = "whsec_" + "b3RoZXItc3lzdGVtJ3Mtb3duLXNlY3JldC1vZi10ZXN0"
FIELDS = {"id", "message", "request", "thread", "name", "email", "subject", "text"}
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class ReceiverDialect(Dialect):
    """Its words for a fault."""

    def text(self, body: bytes) -> str:
        """The words of an answer."""
        try:
            return str(json.loads(body)["data"]["text"])
        except (ValueError, LookupError, TypeError):
            return ""


@dataclass
class Receiver:
    """What it got, by id; ``says`` and ``status`` are its answer to a new one."""

    faults: Faults
    url: str = ""
    secret: str = SECRET
    lists: bool = True
    """Whether it answers GET by id."""
    status: int = 201
    says: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        body = (await receive()).get("body", b"")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        status, said = self._answer(scope["method"], scope["path"], headers, body)
        given = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": given})
        await send({"type": "http.response.body", "body": json.dumps(said).encode() if said is not None else b""})

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        try:
            Webhook(self.secret).verify(body, headers, json_parse=False)
        except WebhookVerificationError as error:
            return 401, {"error": str(error)}
        if method == "POST" and path == PATH:
            return self._take(headers, body)
        name = path.removeprefix(f"{PATH}/")
        if method == "GET" and self.lists and name != path and headers["webhook-id"] == name:
            return (200, self._said(name)) if name in self.answers else (404, None)
        return 405, {"error": f"{method} {path} is nothing here"}

    def _take(self, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        sent = json.loads(body)
        data = sent.get("data", {})
        if headers.get("content-type") != "application/json" or sent.keys() != {"type", "data"}:
            return 400, {"error": "no such body"}
        if sent["type"] != "answer" or data.keys() != FIELDS or data["id"] != headers["webhook-id"]:
            return 422, {"error": "no such fields"}
        if self.status >= 300:
            return self.status, self.says
        if self.answers.setdefault(data["id"], data) != data:
            return 409, {"error": "another answer came under this id"}
        return self.status, self._said(data["id"])

    def _said(self, id_: str) -> Any:
        return {"id": f"answer-{id_}"} if self.says is None else self.says


@contextmanager
def fake_receiver(folder: Path) -> Iterator[Receiver]:
    """A receiver on loopback; its record lies in ``folder``."""
    receiver = Receiver(Faults(folder))
    with running(Faulty(receiver.serve, receiver.faults, ReceiverDialect())) as url:
        receiver.url = f"{url}{PATH}"
        yield receiver
