"""A whole desk on Mastodon: heard, judged, answered once though the answer's receipt was lost, and kept in step."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from desk.wiring import Desk, open_desk
from listener.collect import collect_once
from models.judging import judge_once
from responders import review
from responders.deliver import LOOK_AGAIN, deliver_once
from responders.queue import queue_once
from tests.conftest import Freeze
from tests.fakes.mastodon import TOKEN, WINDOW, FakeMastodon
from twoway import clock
from twoway.config import load
from twoway.store import channels, conversations, deliveries, mentions, sessions, standings, users

CONFIG = """
[desk]
brand = "Wanderlust"
allow_private = ["127.0.0.1"]
[model]
name = "rules"
[channels.social]
kind = "mastodon"
url = "{url}"
token = "env:MASTODON_TOKEN"
undo_seconds = 0
timeout_seconds = 2
"""


@dataclass
class Office:
    """A desk and whoever works there."""

    desk: Desk
    platform: FakeMastodon

    def hear(self) -> bool:
        """One poll, and what follows from it."""
        collector, standing = lambda: self.desk.collector("social"), lambda: self.desk.standing("social")
        heard = collect_once(self.desk.store, "social", collector, standing=standing)
        while judge_once(self.desk.store, self.desk.judge) or queue_once(self.desk.store):
            pass
        return heard

    def approve(self, text: str) -> int:
        """Anna answers the first conversation."""
        store, outlet = self.desk.store, self.desk.outlet("social")
        anna = users.add(store, "anna", "Anna Berger", "AB", "admin", None)
        session = sessions.begin(store, anna.id, "password")[1]
        review.save(store, anna, 1, text)
        prepared = review.prepare(store, outlet, anna, 1)
        return review.approve(store, outlet, anna, session, prepared, prepared.preview.sha256).id

    def deliver(self) -> None:
        """One round of sending and reading back."""
        deliver_once(self.desk.store, self.desk.outlets(), "worker")

    @property
    def channel(self) -> channels.ChannelRow:
        """Its health."""
        return channels.by_name(self.desk.store, "social")


@pytest.fixture
def office(platform: FakeMastodon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("MASTODON_TOKEN", TOKEN)
    config = tmp_path / "twoway.toml"
    config.write_text(CONFIG.format(url=platform.url), "utf-8")
    desk = open_desk(load(config))
    yield Office(desk, platform)
    desk.close()


ANSWER = "Das tut uns leid. Wir schicken Ihnen heute einen neuen Gurt."


def state(office: Office, delivery: int) -> str:
    return deliveries.get(office.desk.store.read(), delivery).state


def test_an_answer_whose_receipt_was_lost_stands_there_once(
    office: Office, platform: FakeMastodon, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.say("Petra", "mein Gurt ist kaputt, was nun?", visibility="direct")
    office.hear()
    delivery = office.approve(ANSWER)
    time.shift(20)
    platform.faults.order("drop-after", method="POST", path="/api/v1/statuses")
    office.deliver()
    assert state(office, delivery) == "unknown"
    time.shift(LOOK_AGAIN)
    office.deliver()
    assert state(office, delivery) == "sent"
    assert platform.posts_of_brand() == [f"@petra@chaos.example {ANSWER}"]
    assert platform.town.posts[max(platform.town.posts)].visibility == "direct"


def test_an_answer_that_never_arrived_is_sent_again_once_that_is_certain(
    office: Office, platform: FakeMastodon, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    delivery = office.approve(ANSWER)
    time.shift(20)
    platform.faults.order("drop-before", method="POST", path="/api/v1/statuses")
    for _ in range(12):
        office.deliver()
        time.shift(LOOK_AGAIN)
    assert state(office, delivery) == "sent"
    assert len(platform.posts_of_brand()) == 1


def test_an_edit_and_a_deletion_reach_the_conversation(office: Office, platform: FakeMastodon, freeze: Freeze) -> None:
    time = freeze(clock.now())
    office.hear()
    said = platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    version = conversations.by_id(office.desk.store, 1).version
    time.shift(60)
    platform.town.edit(said, "@wanderlust mein Reißverschluss ist kaputt")
    office.hear()
    assert mentions.by_id(office.desk.store, 1).text.endswith("Reißverschluss ist kaputt")
    assert conversations.by_id(office.desk.store, 1).version > version
    time.shift(60)
    platform.town.delete(said)
    office.hear()
    assert mentions.by_id(office.desk.store, 1).deleted_at is not None


def test_two_hours_without_the_instance_lose_and_double_nothing(
    office: Office, platform: FakeMastodon, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    said = [platform.say("Petra", "before")]
    office.hear()
    platform.faults.order("error-before", path="/api", times=10_000)
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


def test_a_revoked_token_pauses_the_channel(office: Office, platform: FakeMastodon) -> None:
    platform.server.scopes = frozenset()
    office.hear()
    assert "authorized scopes" in (office.channel.paused_reason or "")


def test_what_the_instance_still_takes_is_kept_with_the_channel(office: Office, freeze: Freeze) -> None:
    freeze(clock.now())
    office.platform.server.left = 123
    office.hear()
    found = standings.of(office.desk.store, office.channel.id)
    assert (found.remaining, found.limit) == (123, 300)
    assert found.resets_at
    assert abs(found.resets_at - clock.now() - WINDOW) < timedelta(seconds=2)
