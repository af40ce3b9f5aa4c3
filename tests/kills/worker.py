"""One life of a desk without web and model: it hears, judges, queues, drafts, approves and delivers until it is killed.

It dies by its own hand, with SIGKILL, at the N-th checkpoint: before and after every commit, before and after every
remote write. Nothing in the desk knows of that.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from pydantic import SecretStr

import twoway.http  # noqa: F401 - imported once, before the forks
from listener.collect import collect_once
from listener.square import Collector
from models.judging import judge_once
from responders import deliver, review
from responders.outlet import Outlet
from responders.queue import queue_once
from responders.square import Sender
from tests.fakes.square import BRAND, TOKEN, client
from twoway.channels import square
from twoway.domain import Absent, Finding, Flag, Judgement, OwnPost, Page, Part, Preview, Receipt, Scores, Target
from twoway.errors import Refused
from twoway.ports import Access
from twoway.store import Store, channels, deliveries, events, hold, inbound, inbox, open_store, sessions, users
from twoway.store import desk as stamps

NAME = "square"
REVIEWER = "reviewer"
AT_ONCE = timedelta(0)
PATIENCE = 30
"""Seconds; the platform cannot tell at once that a part is absent."""
CLIENT = partial(client, verify=False)
"""Without TLS there are no certificates to load, which would take half of each short life."""
UNDER_WAY = ("pending", "sending", "unknown")


class Everything:
    """A judge to whom everything wants an answer."""

    model = "kills 1"

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """One judgement a text."""
        yes, no = Flag(True, 0.9), Flag(False, 0.1)
        calm = Scores("calm", {"calm": 1.0})
        found = Judgement("en", Scores("neutral", {"neutral": 1.0}), no, yes, no, calm, False, self.model)
        return [found for _ in texts]


@dataclass
class Checkpoints:
    """Counts the steps of a life and ends it at the one that was ordered: a number (0: never) or a step's name.

    ``log`` outlives it.
    """

    die_at: int | str
    log: int
    passed: int = 0

    def reach(self, label: str) -> None:
        """A step."""
        self.passed += 1
        dies = self.die_at in (self.passed, label)
        os.write(self.log, f"{'killed' if dies else 'passed'} {label}\n".encode())
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, store: Store) -> None:
        """Step before and after every commit."""
        write = store.write

        @contextmanager
        def watched() -> Iterator[Any]:
            label = _caller(sys._getframe(1))
            with write() as db:
                yield db
                self.reach(f"before commit of {label}")
            self.reach(f"after commit of {label}")

        store.write = watched  # type: ignore[method-assign]


def _caller(frame: FrameType | None) -> str:
    while frame and frame.f_code.co_filename.endswith("contextlib.py"):
        frame = frame.f_back
    return f"{frame.f_globals['__name__']}.{frame.f_code.co_name}" if frame else "?"


@dataclass
class Watched:
    """A sender that steps before and after every remote write; ``blind`` sees nothing of what stands there already."""

    sender: Sender
    checkpoints: Checkpoints
    blind: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sender, name)

    def send(self, part: Part) -> Receipt:
        """One remote write."""
        self.checkpoints.reach("before sending")
        receipt = self.sender.send(part)
        self.checkpoints.reach("after sending")
        return receipt

    def find(self, part: Part, since: datetime) -> Finding:
        """Reading back, or pretending to."""
        return Absent("not asked") if self.blind else self.sender.find(part, since)

    def look(self, preview: Preview) -> Target:
        """Looking once more, with or without an eye for what is there of ours."""
        target = self.sender.look(preview)
        return replace(target, answer=None) if self.blind else target


class Deaf(Collector):
    """Does not hear our own posts."""

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages without them."""
        for page in super().collect(stream, cursor):
            yield replace(page, changes=tuple(one for one in page.changes if not isinstance(one, OwnPost)))


@dataclass
class Life:
    """A desk at work on its own file."""

    store: Store
    url: str
    checkpoints: Checkpoints
    blind: bool = False
    worker: str = field(default_factory=lambda: f"life {os.getpid()}")

    def __post_init__(self) -> None:
        self.channel = channels.register(self.store, NAME, "square", 3600).id
        self.settings = square.Settings(url=self.url, token=SecretStr(TOKEN), handle=BRAND, timeout_seconds=1)
        door = inbound.ChannelDoor(self.store, self.channel)
        self.connection = square.connect(self.settings, Access(NAME, stamps.stamp(self.store).instance, door, CLIENT))
        sender = Watched(Sender(self.connection, self.settings), self.checkpoints, self.blind)
        self.outlet = Outlet(NAME, self.channel, square.CHANNEL, lambda: sender, lambda text: "und", undo_seconds=0)

    def work(self) -> None:
        """Until there is nothing left to do."""
        user = _reviewer(self.store)
        _, session = sessions.begin(self.store, user.id, "script")
        collector = Deaf if self.blind else Collector
        deadline = time.monotonic() + PATIENCE
        while True:
            collect_once(self.store, NAME, partial(collector, self.connection, self.settings))
            events.seal_once(self.store)
            while judge_once(self.store, Everything()):
                pass
            while queue_once(self.store):
                pass
            self.answer(user, session)
            while deliver.deliver_once(self.store, {NAME: self.outlet}, self.worker, AT_ONCE):
                pass
            if not self.owes():
                return
            if time.monotonic() > deadline:
                raise RuntimeError("this never comes to an end")

    def owes(self) -> bool:
        """Whether an answer is awaited or on its way."""
        states = deliveries.states(self.store)
        awaited = any(line.awaiting_since for line in inbox.lines(self.store, "open", limit=1000))
        return awaited or any(states.get(state) for state in UNDER_WAY)

    def answer(self, user: users.User, session: sessions.Session) -> None:
        """Write and approve an answer, of other words each time, for whatever awaits one."""
        for line in inbox.lines(self.store, "open", limit=1000):
            if line.awaiting_since is None or line.delivery in UNDER_WAY:
                continue
            try:
                review.save(self.store, user, line.id, words(line.id, _tried(self.store, line.id)))
                prepared = review.prepare(self.store, self.outlet, user, line.id)
                after = "resolved" if line.id % 3 else "waiting"
                review.approve(self.store, self.outlet, user, session, prepared, prepared.preview.sha256, after)
            except Refused:
                continue  # the customer was quicker; the next round hears it


def _tried(store: Store, conversation: int) -> int:
    return len(deliveries.of_conversation(store, conversation))


def words(conversation: int, tried: int) -> str:
    """An answer that no other has; every third is too long for one post."""
    name = f"c{conversation}t{tried}"
    return " ".join(f"{name}w{number}" for number in range(120 if conversation % 3 == 0 else 3))


def _reviewer(store: Store) -> users.User:
    found = next((user for user in users.all_of(store) if user.login == REVIEWER), None)
    return found or users.add(store, REVIEWER, "The script", "S", "approver", None)


def live(folder: Path, url: str, die_at: int | str, *, blind: bool = False) -> None:
    """One life, from opening the file to having nothing left to do, or to its end."""
    deliver.LOOK_AGAIN = AT_ONCE
    waits: Callable[[int], timedelta] = lambda attempts: AT_ONCE  # noqa: E731
    deliver.backoff = waits
    log = os.open(folder / "steps.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    store = open_store(folder / "twoway.db", demo=True)
    checkpoints = Checkpoints(die_at, log)
    checkpoints.watch(store)
    hold.check(store)  # as a desk does when it opens its file
    Life(store, url, checkpoints, blind).work()
    store.close()
    os.close(log)
