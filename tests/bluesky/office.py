"""A desk with an account on Bluesky, and whoever works there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desk.wiring import Desk, open_desk
from listener.collect import collect_once
from models.judging import judge_once
from responders import review
from responders.deliver import deliver_once
from responders.queue import queue_once
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.bluesky_town import BRAND
from twoway.config import load
from twoway.store import channels, deliveries, sessions, users

CONFIG = """
[desk]
brand = "Wanderlust"
allow_private = ["127.0.0.1"]
[model]
name = "rules"
[query]
any = ["Wanderlust"]
[channels.sky]
kind = "bluesky"
url = "{url}"
handle = "{handle}"
password = "env:BLUESKY_PASSWORD"
undo_seconds = 0
timeout_seconds = 2
{more}
"""
ANSWER = "Das tut uns leid. Wir schicken Ihnen heute einen neuen Gurt."


@dataclass
class Office:
    """A desk and whoever works there."""

    desk: Desk

    def hear(self) -> bool:
        """One poll, and what follows from it."""
        heard = collect_once(self.desk.store, "sky", lambda: self.desk.collector("sky"))
        while judge_once(self.desk.store, self.desk.judge) or queue_once(self.desk.store):
            pass
        return heard

    def approve(self, text: str = ANSWER) -> int:
        """Anna answers the first conversation."""
        store, outlet = self.desk.store, self.desk.outlet("sky")
        anna = users.add(store, "anna", "Anna Berger", "AB", "admin", None)
        session = sessions.begin(store, anna.id, "password")[1]
        review.save(store, anna, 1, text)
        prepared = review.prepare(store, outlet, anna, 1)
        return review.approve(store, outlet, anna, session, prepared, prepared.preview.sha256).id

    def deliver(self) -> None:
        """One round of sending and reading back."""
        deliver_once(self.desk.store, self.desk.outlets(), "worker")

    def state(self, delivery: int) -> str:
        """Of a delivery."""
        return deliveries.get(self.desk.store.read(), delivery).state

    @property
    def heard(self) -> int:
        """Mentions that are kept."""
        return int(self.desk.store.read().execute("SELECT count(*) FROM mentions").fetchone()[0])

    @property
    def owed(self) -> int:
        """Conversations that wait for an answer."""
        sql = "SELECT count(*) FROM conversations WHERE awaiting_since IS NOT NULL"
        return int(self.desk.store.read().execute(sql).fetchone()[0])

    @property
    def channel(self) -> channels.ChannelRow:
        """Its health."""
        return channels.by_name(self.desk.store, "sky")


@contextmanager
def open_office(folder: Path, platform: FakeBluesky, more: str = "") -> Iterator[Office]:
    """A desk that has not read anything yet; ``more`` goes into the channel's section."""
    config = folder / "twoway.toml"
    config.write_text(CONFIG.format(url=platform.url, handle=BRAND, more=more), "utf-8")
    desk = open_desk(load(config))
    try:
        yield Office(desk)
    finally:
        desk.close()
