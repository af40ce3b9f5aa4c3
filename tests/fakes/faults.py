"""Faults of a platform, ordered one by one: what goes wrong with the next request that fits.

Orders come from a Python object, from a control file (a JSON line each, appended by any process) or by
``POST /orders``; whatever arrives at the platform is written to a file of its own, a JSON line a request.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Literal, get_args

Kind = Literal[
    "drop-before",  # the connection ends before anything was accepted
    "drop-after",  # everything was accepted, then the connection ends without a word
    "limit",  # 429; with seconds it says when to come back
    "error-before",  # 503, nothing accepted
    "error-after",  # 503, everything accepted
    "slow",  # waits that many seconds, then goes on as if nothing had been
    "malformed",  # the answer is cut in the middle
    "nonsense",  # the answer is a page in HTML
    "spoilt",  # the first entry of a listing has lost its fields, but for its id
    "repeat",  # the last answer of that path once more
    "shuffle",  # the entries of a page in another order
    "echo",  # 422 that repeats the request's headers, token and all
]


@dataclass(frozen=True, slots=True)
class Order:
    """One fault, ``times`` over, for requests with that method whose path begins so."""

    kind: Kind
    method: str = ""
    path: str = ""
    times: int = 1
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"no such fault: {self.kind}; there are {', '.join(get_args(Kind))}")

    def fits(self, method: str, path: str) -> bool:
        """Is this fault meant for such a request?"""
        return self.method in ("", method) and path.startswith(self.path)


@dataclass
class Faults:
    """The orders that are open, and the record of what was received."""

    folder: Path
    _open: list[Order] = field(default_factory=list)
    _read: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def control(self) -> Path:
        """The file that other processes append orders to."""
        return self.folder / "orders.jsonl"

    @property
    def received(self) -> Path:
        """The file that says what arrived."""
        return self.folder / "received.jsonl"

    def order(self, kind: Kind, **details: Any) -> None:
        """The next request that fits goes wrong."""
        with self._lock:
            self._open.append(Order(kind, **details))

    def heal(self) -> None:
        """Nothing that was ordered goes wrong any more."""
        with self._lock:
            self._open.clear()

    def take(self, method: str, path: str) -> Order | None:
        """The oldest open order for such a request, used up by one."""
        with self._lock:
            self._read_control()
            for place, order in enumerate(self._open):
                if order.fits(method, path):
                    rest = [Order(**{**asdict(order), "times": order.times - 1})] if order.times > 1 else []
                    self._open[place : place + 1] = rest
                    return order
            return None

    def _read_control(self) -> None:
        if not self.control.exists():
            return
        with self.control.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    return  # still being written
                self._open.append(Order(**json.loads(line)))
                self._read += len(line)

    def record(self, **entry: Any) -> None:
        """Writes what arrived and what became of it."""
        with self._lock, self.received.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=True) + "\n")

    def log(self) -> Iterator[dict[str, Any]]:
        """What was received so far."""
        if self.received.exists():
            yield from map(json.loads, self.received.read_text("utf-8").splitlines())
