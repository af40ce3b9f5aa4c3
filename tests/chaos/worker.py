"""One worker process: it hears, judges, queues, drafts, has answers approved by a script, and delivers, until it dies.

Nothing in the desk knows of that: waits are shortened, and deaths arranged, from outside.
"""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from threading import Timer
from typing import Any

import httpx2
from pydantic import SecretStr

from listener.collect import collect_once
from listener.square import Collector
from models.judging import judge_once
from responders import deliver, review
from responders.compose import library
from responders.draft import Writer, draft_once
from responders.outlet import Outlet
from responders.queue import queue_once
from responders.square import Sender
from tests.chaos.plan import Life
from tests.chaos.process import pause
from tests.fakes.square import BRAND, TOKEN
from tests.kills.worker import NAME, REVIEWER, UNDER_WAY, Checkpoints, Everything
from twoway import waiting
from twoway.channels import square
from twoway.domain import OwnPost, Page, Part, Receipt
from twoway.errors import ChannelError, NotFound, Refused, StoreError
from twoway.ports import Access
from twoway.store import (
    Store,
    channels,
    clocks,
    database,
    events,
    hold,
    inbound,
    inbox,
    mentions,
    open_store,
    sessions,
    users,
)
from twoway.store import desk as stamps

LEASE = timedelta(seconds=2.5)
"""Longer than the platform is waited for."""
LATE = timedelta(seconds=1.5)
"""Longer than the platform takes to accept what nobody waits for any more."""
ALIKE = {
    "before sending": ("before sending",),
    "after sending": ("after sending",),
    "after the receipt": ("after commit of twoway.store.receipts.part_sent",),
    "before a commit of changes": ("before commit of twoway.store.hearing.keep_page",),
}


@dataclass
class Deaths(Checkpoints):
    """Ends the life at the step, and the occurrence of it, that was ordered."""

    life: Life = field(default_factory=lambda: Life(0))
    occurred: int = 0
    changes: bool = False

    def reach(self, label: str) -> None:
        """A step."""
        self.passed += 1
        if self.life.end:
            self.occurred += label in ALIKE.get(self.life.end, ()) and (self.changes or "changes" not in self.life.end)
        else:
            self.occurred = self.passed
        if self.occurred == self.life.count > 0:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Dying:
    """A sender during whose remote writes one can die."""

    sender: Sender
    deaths: Deaths

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sender, name)

    def send(self, part: Part) -> Receipt:
        """One remote write."""
        self.deaths.reach("before sending")
        if self.deaths.life.end == "during sending":
            after = self.deaths.life.number % 7 / 1000
            Timer(after, os.kill, (os.getpid(), signal.SIGKILL)).start()
        receipt = self.sender.send(part)
        self.deaths.reach("after sending")
        return receipt


class Watched(Collector):
    """Says which pages bring changed words, which no platform tells twice."""

    deaths: Deaths

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """The pages."""
        for page in super().collect(stream, cursor):
            self.deaths.changes = any(not isinstance(change, OwnPost) for change in page.changes)
            yield page
        self.deaths.changes = False


@dataclass
class Worker:
    """A desk at work."""

    store: Store
    folder: Path
    url: str
    deaths: Deaths
    lease: timedelta

    def __post_init__(self) -> None:
        self.life = self.deaths.life
        self.settings = square.Settings(url=self.url, token=SecretStr(TOKEN), handle=BRAND, timeout_seconds=1)
        channel = channels.register(self.store, NAME, "square", 3600)
        door = inbound.ChannelDoor(self.store, channel.id)
        self.connection = square.connect(
            self.settings, Access(NAME, stamps.stamp(self.store).instance, door, self.http)
        )
        sender = Dying(Sender(self.connection, self.settings), self.deaths)
        self.outlet = Outlet(
            NAME, channel.id, square.CHANNEL, lambda: sender, lambda text: "und", undo_seconds=self.life.undo_seconds
        )
        self.writer = Writer(library(), {channel.id: self.outlet}, BRAND, "en")
        self.name = f"life {self.life.number} of {os.getpid()}"
        self.numbers = count()

    def http(self, *, headers: dict[str, str], **how: Any) -> httpx2.Client:
        """A client by which the platform's record tells the workers apart."""
        return httpx2.Client(
            headers={**headers, "User-Agent": f"life {self.life.number}"}, **how, verify=False, trust_env=False
        )

    def work(self) -> None:
        """Round after round; a file that is locked or full ends a round, not the worker."""
        begun = None
        for number in count(1):
            with suppress(StoreError):
                begun = begun or self._begin()
                with self._disk(full=number == self.life.disk_full):
                    self._round(*begun)
            pause(0.02)

    def hear(self) -> None:
        """Poll once."""
        Watched.deaths = self.deaths
        collect_once(self.store, NAME, partial(Watched, self.connection, self.settings))

    def _begin(self) -> tuple[users.User, sessions.Session]:
        user = users.by_login(self.store, REVIEWER)
        return user, sessions.begin(self.store, user.id, "script")[1]

    def _disk(self, *, full: bool) -> "_Disk":
        return _Disk(self.store, full)

    def _round(self, user: users.User, session: sessions.Session) -> None:
        self.hear()
        events.seal_once(self.store)
        while clocks.clock_once(self.store):
            pass
        while judge_once(self.store, Everything()) or queue_once(self.store):
            pass
        draft_once(self.store, self.writer)
        for line in inbox.lines(self.store, "open", limit=1000):
            if line.awaiting_since and line.delivery not in UNDER_WAY:
                with suppress(Refused, ChannelError, NotFound):  # somebody was quicker; the next round hears it
                    self._answer(user, session, line.id)
        for _ in range(6):
            if not deliver.deliver_once(self.store, {NAME: self.outlet}, self.name, self.lease):
                break

    def _answer(self, user: users.User, session: sessions.Session, conversation: int) -> None:
        """What the script approves is of other words each time; what it had before it is noted first."""
        name = f"n{self.life.number}x{next(self.numbers)}"
        words = " ".join(f"{name}w{number}" for number in range(90 if conversation % 4 == 0 else 3))
        review.save(self.store, user, conversation, words)
        prepared = review.prepare(self.store, self.outlet, user, conversation)
        saw = [row.remote_id for row in mentions.of_conversation(self.store, conversation)]
        version = square.read_address(prepared.preview.address).version
        note = {"parts": list(prepared.preview.parts), "saw": saw, "version": version}
        with (self.folder / "approved.jsonl").open("a") as notes:
            notes.write(json.dumps(note) + "\n")
        after = "resolved" if conversation % 3 else "waiting"
        review.approve(self.store, self.outlet, user, session, prepared, prepared.preview.sha256, after)


@dataclass
class _Disk:
    """While it is full, the file cannot grow."""

    store: Store
    full: bool

    def __enter__(self) -> None:
        if self.full:
            self._allow(1)

    def __exit__(self, *error: object) -> None:
        if self.full:
            self._allow(2**30)

    def _allow(self, pages: int) -> None:
        self.store._writer.execute(f"PRAGMA max_page_count = {pages}")  # never below what the file has already


def swap(where: Any, name: str, other: object) -> None:
    """Put something in the place of what is there; loudly, should it have another name by now."""
    getattr(where, name)
    setattr(where, name, other)


def hasten() -> None:
    """What takes minutes takes moments."""
    soon = timedelta(seconds=0.1)
    swap(deliver, "LOOK_AGAIN", LATE)
    swap(deliver, "backoff", lambda attempts: soon)
    swap(waiting, "WAIT", soon)
    swap(database, "BUSY_SECONDS", 1)


def opened(folder: Path, url: str, life: Life) -> Worker:
    """A worker on the desk's file, before its first round."""
    hasten()
    store = open_store(folder / "twoway.db", demo=True)
    hold.check(store)  # as the desk does when it starts
    deaths = Deaths(0, -1, life=life)
    deaths.watch(store)
    return Worker(store, folder, url, deaths, LEASE)
