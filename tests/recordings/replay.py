"""A small server on loopback that answers by method and path what was recorded, each once, and in its order."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from desk.loopback import running
from tests.recordings.sources import Exchange

LEFT_OUT = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection", "set-cookie", "date"})


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    query: dict[str, list[str]]
    form: dict[str, list[str]]


@dataclass
class Replay:
    """Answers as it was recorded; ``always`` is answered any number of times."""

    recorded: list[Exchange]
    always: list[Exchange]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive()).get("body", b"")
        query, form = parse_qs(scope["query_string"].decode()), parse_qs(body.decode("utf-8", "replace"))
        self.asked.append(Asked(scope["method"], scope["path"], query, form))
        found = self._take(scope["method"], scope["path"])
        told = ((name, value) for name, values in found.headers.items() for value in values if name not in LEFT_OUT)
        headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in told]
        await send({"type": "http.response.start", "status": found.status, "headers": headers})
        await send({"type": "http.response.body", "body": found.body.encode()})

    def _take(self, method: str, path: str) -> Exchange:
        for held in (self.recorded, self.always):
            for one in held:
                if (one.method, _path(one.url)) == (method, path.rstrip("/")):
                    if held is self.recorded:
                        held.remove(one)
                    return one
        return Exchange(method, path, "", 418, {}, "nothing was recorded for this")


def _path(url: str) -> str:
    return urlsplit(url).path.rstrip("/")


@contextmanager
def replay(recorded: Iterable[Exchange], always: Iterable[Exchange] = ()) -> Iterator[Replay]:
    """A server for the block."""
    made = Replay(list(recorded), list(always))
    with running(made) as url:
        made.url = url
        yield made
