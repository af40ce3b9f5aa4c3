"""A whole desk on Mastodon: heard, judged, answered once though the answer's receipt was lost, and kept in step."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from responders.deliver import LOOK_AGAIN
from tests.conftest import Freeze
from tests.fakes.mastodon import TOKEN, WINDOW, FakeMastodon
from tests.office import ANSWER, Office, open_office
from twoway import clock
from twoway.store import conversations, mentions, standings

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


@pytest.fixture
def office(platform: FakeMastodon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("MASTODON_TOKEN", TOKEN)
    with open_office(tmp_path, CONFIG.format(url=platform.url), "social") as found:
        yield found


def test_an_answer_whose_receipt_was_lost_stands_there_once(
    office: Office, platform: FakeMastodon, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.say("Petra", "mein Gurt ist kaputt, was nun?", visibility="direct")
    office.hear()
    delivery = office.approve()
    time.shift(20)
    platform.faults.order("drop-after", method="POST", path="/api/v1/statuses")
    office.deliver()
    assert office.state(delivery) == "unknown"
    time.shift(LOOK_AGAIN)
    office.deliver()
    assert office.state(delivery) == "sent"
    assert platform.posts_of_brand() == [f"@petra@chaos.example {ANSWER}"]
    assert platform.town.posts[max(platform.town.posts)].visibility == "direct"


def test_an_answer_that_never_arrived_is_sent_again_once_that_is_certain(
    office: Office, platform: FakeMastodon, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    delivery = office.approve()
    time.shift(20)
    platform.faults.order("drop-before", method="POST", path="/api/v1/statuses")
    for _ in range(12):
        office.deliver()
        time.shift(LOOK_AGAIN)
    assert office.state(delivery) == "sent"
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


def test_what_the_instance_still_takes_is_kept_with_the_channel(
    office: Office, platform: FakeMastodon, freeze: Freeze
) -> None:
    freeze(clock.now())
    platform.server.left = 123
    office.hear()
    found = standings.of(office.desk.store, office.channel.id)
    assert (found.remaining, found.limit) == (123, 300)
    assert found.resets_at
    assert abs(found.resets_at - clock.now() - WINDOW) < timedelta(seconds=2)
