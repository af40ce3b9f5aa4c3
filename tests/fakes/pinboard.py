"""The pinboard of the page about adding a channel: it keeps its notes, and refuses what it does not know."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from desk.loopback import running
from tests.fakes.faults import Faults
from tests.fakes.faulty import Faulty, Receive, Send
from twoway import clock

TOKEN, BRAND = "a-pin-that-must-never-be-shown", "kaffeenord"
Note = dict[str, Any]


class Refusal(Exception):
    """What the board says no with."""


@dataclass
class Pinboard:
    """The board; ASGI."""

    notes: list[Note] = field(default_factory=list)

    def pin(self, by: str, text: str, answers: int | None = None, key: str = "") -> Note:
        """Somebody pins a note; the same key is pinned once."""
        known = next((note for note in self.notes if key and note["key"] == key), None)
        if known:
            return known
        at = clock.stamp(clock.now())
        self.notes.append(
            note := {"id": len(self.notes) + 1, "by": by, "text": text, "at": at, "answers": answers, "key": key}
        )
        return note  # fmt: skip

    def of(self, person: str) -> list[Note]:
        """What somebody pinned."""
        return [note for note in self.notes if note["by"] == person]

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        body = (await receive()).get("body", b"")
        status, said = self._answer(scope, body)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(said).encode()})

    def _answer(self, scope: Any, body: bytes) -> tuple[int, Any]:
        if dict(scope["headers"]).get(b"authorization") != f"Bearer {TOKEN}".encode():
            return 401, {"error": "who are you?"}
        query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode()).items()}
        for method, pattern, known, handler in ROUTES:
            found = re.fullmatch(pattern, scope["path"])
            if method == scope["method"] and found:
                if strange := query.keys() - known:
                    return 400, {"error": f"no such parameter: {', '.join(sorted(strange))}"}
                try:
                    return 200, handler(self, query, body, *found.groups())
                except Refusal as refusal:
                    return 404, {"error": str(refusal)}
        return 404, {"error": "no such path"}

    def _me(self, query: dict[str, str], body: bytes) -> Any:
        return {"handle": BRAND}

    def _newest(self, query: dict[str, str], body: bytes) -> Any:
        return {"id": len(self.notes)}

    def _all(self, query: dict[str, str], body: bytes) -> Any:
        return _page(self.notes, query)

    def _own(self, query: dict[str, str], body: bytes, person: str) -> Any:
        return _page(self.of(person), query)

    def _thread(self, query: dict[str, str], body: bytes, number: str) -> Any:
        if not any(note["id"] == int(number) for note in self.notes):
            raise Refusal("no such note")
        return [note for note in self.notes if note["id"] == int(number) or note["answers"] == int(number)]

    def _post(self, query: dict[str, str], body: bytes) -> Any:
        return self.pin(BRAND, **json.loads(body))


def _page(found: list[Note], query: dict[str, str]) -> list[Note]:
    return [note for note in found if note["id"] > int(query["after"])][: int(query["limit"])]


PAGED = frozenset({"after", "limit"})
ROUTES: list[tuple[str, str, frozenset[str], Callable[..., Any]]] = [
    ("GET", "/api/me", frozenset(), Pinboard._me),
    ("GET", "/api/newest", frozenset(), Pinboard._newest),
    ("GET", "/api/notes", PAGED, Pinboard._all),
    ("GET", r"/api/people/(\w+)/notes", PAGED, Pinboard._own),
    ("GET", r"/api/notes/(\d+)/thread", frozenset(), Pinboard._thread),
    ("POST", "/api/notes", frozenset(), Pinboard._post),
]
"""Method, path, known parameters."""


@dataclass
class FakePinboard:
    """A running board: where it is, what it keeps, what goes wrong."""

    url: str
    board: Pinboard
    faults: Faults


@contextmanager
def fake_pinboard(folder: Path) -> Iterator[FakePinboard]:
    """A board on loopback; the record of what it received lies in ``folder``."""
    board, faults = Pinboard(), Faults(folder)
    with running(Faulty(board, faults)) as url:
        yield FakePinboard(url, board, faults)
