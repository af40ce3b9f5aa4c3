"""Two hours in which a platform answers nothing but 503, while people go on: nothing lost or doubled, all told."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import health, schedule
from desk.health import Health
from desk.web.app import create_app
from desk.wiring import Desk, open_desk
from responders import review
from tests.conftest import Clock, Freeze
from tests.contract.rig import Rig
from tests.desk.web.conftest import Place
from twoway import channels as kinds
from twoway import clock
from twoway.config import ConfiguredChannel, Query, load
from twoway.store import sessions, users

CONFIG = """
[desk]
brand = "Wanderlust"
allow_private = ["127.0.0.1"]
[model]
name = "rules"
[channels.town]
kind = "log"
undo_seconds = 0
"""
NAME = "town"
STEP = timedelta(minutes=10)
ANSWER = "Liebe Petra, wir schicken Ihnen heute einen neuen Gurt."
pytestmark = pytest.mark.needs("outage")


@dataclass
class Office:
    """A whole desk on the platform, and what customers said there."""

    desk: Desk
    rig: Any
    time: Clock
    said: list[str] = field(default_factory=list)

    def say(self, text: str) -> str:
        self.said.append(self.rig.say("Petra", text))
        return self.said[-1]

    def work(self, after: timedelta = STEP) -> None:
        """Some time later: everything that the schedule does."""
        self.time.shift(after)
        schedule.collect(self.desk, NAME)
        schedule.judge_all(self.desk)
        schedule.deliver_all(self.desk, "worker")

    def approve(self, said: str) -> None:
        """Anna answers what was said."""
        store, outlet = self.desk.store, self.desk.outlet(NAME)
        anna = users.add(store, "anna", "Anna Berger", "AB", "admin", None)
        session = sessions.begin(store, anna.id, "password")[1]
        [(number,)] = self.rows("SELECT conversation_id FROM mentions WHERE remote_id = ?", self.rig.heard_as(said))
        review.save(store, anna, number, ANSWER)
        prepared = review.prepare(store, outlet, anna, number)
        review.approve(store, outlet, anna, session, prepared, prepared.preview.sha256)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.desk.store.read().execute(sql, values)]

    @property
    def health(self) -> Health:
        """Of the channel."""
        [found] = health.of(self.desk)
        return found

    def page(self) -> str:
        """The health page as a colleague reads it."""
        place: Any = Place(self.desk, self.rig.platform, create_app(self.desk))
        return str(place.person("viewer", f"viewer{clock.now().timestamp()}").get("/health"))


@pytest.fixture
def office(rig: Rig, tmp_path: Path, freeze: Freeze) -> Iterator[Office]:
    """A desk that has read the platform once."""
    time = freeze(clock.now())
    (folder := tmp_path / "desk").mkdir()
    (folder / "twoway.toml").write_text(CONFIG)
    config = load(folder / "twoway.toml")
    made: Any = rig
    kind = next(kind for kind in kinds.paths() if kinds.channel(kind).settings is type(made.settings))
    channel = ConfiguredChannel(NAME, kind, config.channels[NAME].common, made.settings)
    query = getattr(rig, "query", Query())
    desk = open_desk(replace(config, channels={NAME: channel}, query=query))
    found = Office(desk, rig, time)
    found.work()
    yield found
    desk.close()


def test_nothing_is_lost_or_doubled_over_two_hours_of_outage_and_the_health_tells_it(office: Office) -> None:
    rig, can = office.rig, office.rig.can
    first, changed, taken = (office.say(text) for text in ("my strap broke", "my zip broke", "my lamp broke"))
    office.work()
    if "api" in can:
        office.approve(first)
    rig.platform.faults.order("error-before", times=10**9)
    begun = clock.now()
    for number in range(12):
        meanwhile = office.say(f"during the outage {number}")
        office.work()
    assert (office.health.state, office.health.advice) == ("erring", "lasting")
    assert "503" in office.page()
    if "edit" in can:
        rig.edit("Petra", changed, "my buckle broke")
    if "delete" in can:
        rig.delete("Petra", taken)
    rig.platform.faults.heal()
    for _ in range(4):
        office.work()

    heard = office.rows("SELECT remote_id FROM mentions")
    assert sorted(heard) == sorted((rig.heard_as(one),) for one in office.said)
    texts = dict(office.rows("SELECT remote_id, text FROM mentions"))
    assert "during the outage 11" in texts[rig.heard_as(meanwhile)]
    if "edit" in can:
        assert "my buckle broke" in texts[rig.heard_as(changed)]
    if "delete" in can:
        assert [id_ for (id_,) in office.rows("SELECT remote_id FROM mentions WHERE deleted_at IS NOT NULL")] == [
            rig.heard_as(taken)
        ]
    if "api" in can:
        # Where all of it is one conversation, what was approved is stale by then.
        alone = office.rows("SELECT count(DISTINCT conversation_id) FROM mentions") != [(1,)]
        assert office.rows("SELECT state FROM deliveries") == [("sent" if alone else "cancelled",)]
        assert len(rig.in_our_name(0)) == alone

    found = office.health
    assert (found.state, found.advice) == ("fine", None)
    [outage] = found.outages
    assert clock.parse(outage.since) - begun <= STEP
    assert outage.until
    assert clock.parse(outage.until) - clock.parse(outage.since) >= timedelta(hours=2) - STEP
    assert outage.heard >= 10  # some platforms know whole seconds only
    page = office.page()
    assert "Outages (1)" in page
    assert f"Heard of that time: {outage.heard} mentions." in page
