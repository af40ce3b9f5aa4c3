"""A whole desk on Bluesky: heard, judged, answered once though the answer's receipt was lost, and kept in step."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from desk.wiring import Desk, open_desk
from listener.collect import collect_once
from models.judging import judge_once
from responders import review
from responders.deliver import LOOK_AGAIN, deliver_once
from responders.queue import queue_once
from tests.conftest import Freeze
from tests.contract.bluesky import PUT
from tests.fakes.bluesky import PASSWORD, FakeBluesky
from tests.fakes.bluesky_town import BRAND
from twoway import clock
from twoway.config import load
from twoway.errors import Refused
from twoway.store import channels, deliveries, mentions, sessions, users

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
    def channel(self) -> channels.ChannelRow:
        """Its health."""
        return channels.by_name(self.desk.store, "sky")


@pytest.fixture
def office(platform: FakeBluesky, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("BLUESKY_PASSWORD", PASSWORD)
    config = tmp_path / "twoway.toml"
    config.write_text(CONFIG.format(url=platform.url, handle=BRAND), "utf-8")
    desk = open_desk(load(config))
    yield Office(desk)
    desk.close()


@pytest.mark.parametrize("fault", ["drop-after", "drop-before", "error-after", "error-before"])
def test_an_answer_in_doubt_stands_there_once(
    office: Office, platform: FakeBluesky, freeze: Freeze, fault: str
) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    delivery = office.approve()
    time.shift(20)
    platform.faults.order(fault, method="POST", path=PUT)
    office.deliver()
    assert office.state(delivery) == "unknown"
    for _ in range(12):
        time.shift(LOOK_AGAIN)
        office.deliver()
    assert office.state(delivery) == "sent"
    assert [post.record["text"] for post in platform.of_brand()] == [ANSWER]


def test_our_answer_is_heard_as_the_receipt_of_what_was_in_doubt(
    office: Office, platform: FakeBluesky, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    delivery = office.approve()
    time.shift(20)
    platform.faults.order("drop-after", method="POST", path=PUT)
    office.deliver()
    office.hear()
    assert office.state(delivery) == "sent"
    assert len(platform.of_brand()) == 1


def test_two_hours_without_the_network_lose_and_double_nothing(
    office: Office, platform: FakeBluesky, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    said = [platform.say("Petra", "before")]
    office.hear()
    platform.faults.order("error-before", path="/xrpc", times=10_000)
    for number in range(24):
        said.append(platform.say("Petra", f"meanwhile {number}"))
        office.hear()
        time.shift(300)
    assert "503" in (office.channel.last_error or "")
    assert office.channel.paused_at is None
    platform.faults._open.clear()
    office.hear()
    office.hear()
    assert office.channel.last_error is None
    heard = [mentions.by_id(office.desk.store, number + 1).remote_id for number in range(len(said))]
    assert sorted(heard) == sorted(said)


def test_a_revoked_password_pauses_the_channel(office: Office, platform: FakeBluesky) -> None:
    platform.revoke()
    office.hear()
    assert "app password" in (office.channel.paused_reason or "")


def test_the_brands_query_is_searched_for(office: Office, platform: FakeBluesky) -> None:
    office.hear()
    said = platform.town.say(platform.town.join("Petra"), "Mein Gurt von Wanderlust ist kaputt").uri
    office.hear()
    assert mentions.by_id(office.desk.store, 1).remote_id == said


def test_a_gate_that_was_shut_since_is_told_before_anybody_approves(office: Office, platform: FakeBluesky) -> None:
    office.hear()
    said = platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    platform.town.gated.add(said)
    with pytest.raises(Refused, match="does not let our account reply"):
        office.approve()
    assert platform.of_brand() == []


def test_a_deletion_reaches_the_conversation(office: Office, platform: FakeBluesky, freeze: Freeze) -> None:
    time = freeze(clock.now())
    office.hear()
    said = platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    time.shift(60)
    platform.town.delete(said)
    office.hear()
    assert mentions.by_id(office.desk.store, 1).deleted_at is not None
