"""A whole desk with one channel, and whoever works there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from desk.wiring import Desk, open_desk
from listener.collect import collect_once
from models.judging import judge_once
from responders import review
from responders.deliver import deliver_once
from responders.queue import queue_once
from twoway.config import load
from twoway.store import channels, deliveries, sessions, users
from twoway.store.deliveries import DeliveryRow
from twoway.store.sessions import Session
from twoway.store.users import User

ANSWER = "Das tut uns leid. Wir schicken Ihnen heute einen neuen Gurt."


@dataclass
class Office:
    """A desk and whoever works there; ``name`` is the channel's."""

    desk: Desk
    name: str

    @cached_property
    def anna(self) -> User:
        """Who answers."""
        return users.add(self.desk.store, "anna", "Anna Berger", "AB", "admin", None)

    @cached_property
    def session(self) -> Session:
        """Anna's."""
        return sessions.begin(self.desk.store, self.anna.id, "password")[1]

    def hear(self) -> bool:
        """One poll, and what follows from it."""
        desk, name = self.desk, self.name
        heard = collect_once(desk.store, name, lambda: desk.collector(name), standing=lambda: desk.standing(name))
        while judge_once(desk.store, desk.judge) or queue_once(desk.store):
            pass
        return heard

    def approve(self, conversation: int = 1, text: str = ANSWER) -> int:
        """Anna answers a conversation; the delivery."""
        store, outlet = self.desk.store, self.desk.outlet(self.name)
        review.save(store, self.anna, conversation, text)
        prepared = review.prepare(store, outlet, self.anna, conversation)
        return review.approve(store, outlet, self.anna, self.session, prepared, prepared.preview.sha256).id

    def deliver(self) -> None:
        """One round of sending and reading back."""
        deliver_once(self.desk.store, self.desk.outlets(), "worker")

    def delivery(self, number: int) -> DeliveryRow:
        """How it stands."""
        return deliveries.get(self.desk.store.read(), number)

    def state(self, delivery: int) -> str:
        """How far an answer is."""
        return self.delivery(delivery).state

    @property
    def heard(self) -> set[str]:
        """The ids of everything that was heard."""
        return {row[0] for row in self.desk.store.read().execute("SELECT remote_id FROM mentions").fetchall()}

    @property
    def owed(self) -> int:
        """Conversations that wait for an answer."""
        sql = "SELECT count(*) FROM conversations WHERE awaiting_since IS NOT NULL"
        return int(self.desk.store.read().execute(sql).fetchone()[0])

    @property
    def channel(self) -> channels.ChannelRow:
        """Its health."""
        return channels.by_name(self.desk.store, self.name)


@contextmanager
def open_office(folder: Path, config: str, name: str) -> Iterator[Office]:
    """A desk that has not read anything yet, by the configuration's words; ``name`` is that of its channel."""
    written = folder / "twoway.toml"
    written.write_text(config, "utf-8")
    desk = open_desk(load(written))
    try:
        yield Office(desk, name)
    finally:
        desk.close()
