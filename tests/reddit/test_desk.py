"""A whole desk on Reddit: heard, judged, answered once though the answer's receipt was lost, and kept in step."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from responders.deliver import LOOK_AGAIN
from tests.conftest import Freeze
from tests.fakes.reddit import FakeReddit
from tests.fakes.reddit_api import CLIENT, REFRESH, SECRET
from tests.fakes.reddit_town import BRAND, HOME
from tests.office import ANSWER, Office, open_office
from twoway import channels as kinds
from twoway import clock
from twoway.errors import Refused
from twoway.store import conversations, deliveries, mentions, standings

CONFIG = f"""
[desk]
brand = "Wanderlust"
allow_private = ["127.0.0.1"]
[model]
name = "rules"
[query]
any = ["Gurt"]
[channels.forum]
kind = "reddit"
client_id = "{CLIENT}"
client_secret = "env:REDDIT_CLIENT_SECRET"
username = "{BRAND}"
refresh_token = "env:REDDIT_REFRESH_TOKEN"
subreddits = ["{HOME}"]
undo_seconds = 0
timeout_seconds = 2
"""


@pytest.fixture
def office(platform: FakeReddit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("REDDIT_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("REDDIT_REFRESH_TOKEN", REFRESH)
    with open_office(tmp_path, f'{CONFIG}api_url = "{platform.url}"\nlogin_url = "{platform.url}"\n', "forum") as found:
        yield found


@pytest.mark.parametrize("private", [False, True])
def test_an_answer_whose_receipt_was_lost_stands_there_once(
    office: Office, platform: FakeReddit, freeze: Freeze, private: bool
) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.say("Petra", "mein Gurt ist kaputt, was nun?", private=private)
    office.hear()
    delivery = office.approve()
    time.shift(20)
    platform.faults.order("drop-after", method="POST", path="/api/comment")
    office.deliver()
    assert office.state(delivery) == "unknown"
    time.shift(LOOK_AGAIN)
    office.deliver()
    assert office.state(delivery) == "sent"
    assert platform.in_name_of_brand() == [ANSWER]


def test_an_answer_that_never_arrived_is_sent_again_once_that_is_certain(
    office: Office, platform: FakeReddit, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    delivery = office.approve()
    time.shift(20)
    platform.faults.order("drop-before", method="POST", path="/api/comment")
    for _ in range(12):
        office.deliver()
        time.shift(LOOK_AGAIN)
    assert office.state(delivery) == "sent"
    assert platform.in_name_of_brand() == [ANSWER]


def test_an_edit_and_a_deletion_reach_the_conversation(office: Office, platform: FakeReddit, freeze: Freeze) -> None:
    time = freeze(clock.now())
    office.hear()
    said = platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    version = conversations.by_id(office.desk.store, 1).version
    office.hear()
    assert conversations.by_id(office.desk.store, 1).version == version
    time.shift(60)
    platform.town.edit(said, f"u/{BRAND} mein Reißverschluss ist kaputt", early=True)
    office.hear()
    assert mentions.by_id(office.desk.store, 1).text.endswith("Reißverschluss ist kaputt")
    assert conversations.by_id(office.desk.store, 1).version > version
    time.shift(60)
    platform.town.delete(said)
    office.hear()
    assert mentions.by_id(office.desk.store, 1).deleted_at is not None


def test_what_is_come_upon_counts_as_the_query_says(office: Office, platform: FakeReddit, freeze: Freeze) -> None:
    freeze(clock.now())
    office.hear()
    town = platform.town
    post = town.post(town.join("Otto"), "Mein Gurt ist kaputt")
    town.comment(town.join("Tom"), post.name, "schönes Wetter")
    town.comment(town.join("Tom"), post.name, "mein GURT auch!")
    office.hear()
    heard = [mentions.by_id(office.desk.store, number).text for number in (1, 2)]
    assert sorted(heard) == ["Mein Gurt ist kaputt", "mein GURT auch!"]
    assert {mentions.by_id(office.desk.store, number).thread for number in (1, 2)} == {post.name}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_thread_that_is_shut_is_answered_by_hand_or_not_at_all(
    office: Office, platform: FakeReddit, freeze: Freeze, when: str
) -> None:
    freeze(clock.now())
    office.hear()
    said = platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    post = platform.town.said[platform.town.said[said].root]
    post.locked = when == "before"
    office.hear()
    post.locked = True
    office.desk._connections["forum"].told._versions.clear()  # as after a restart
    office.hear()
    if when == "before":
        assert office.state(office.approve()) == "pending"
        assert deliveries.get(office.desk.store.read(), 1).route == "hand"
    else:
        with pytest.raises(Refused, match="locked the thread"):
            office.approve()
    office.deliver()
    assert platform.in_name_of_brand() == []


def test_two_hours_without_reddit_lose_and_double_nothing(office: Office, platform: FakeReddit, freeze: Freeze) -> None:
    time = freeze(clock.now())
    office.hear()
    said = [platform.say("Petra", "before")]
    office.hear()
    platform.faults.order("error-before", path="/", times=100_000)
    for number in range(24):
        said.append(platform.say("Petra", f"meanwhile {number}"))
        office.hear()
        time.shift(300)
    assert "503" in (office.channel.last_error or "")
    assert office.channel.paused_at is None
    platform.faults._open.clear()
    time.shift(300)
    office.hear()
    office.hear()
    assert office.channel.last_error is None
    heard = [mentions.by_id(office.desk.store, number + 1).remote_id for number in range(len(said))]
    assert sorted(heard) == sorted(said)


def test_a_revoked_login_pauses_the_channel(office: Office, platform: FakeReddit) -> None:
    office.hear()
    platform.server.revoke()
    office.hear()
    assert "login" in (office.channel.paused_reason or "") or "400" in (office.channel.paused_reason or "")


def test_what_reddit_still_takes_is_kept_with_the_channel(office: Office, platform: FakeReddit, freeze: Freeze) -> None:
    freeze(clock.now())
    office.hear()
    found = standings.of(office.desk.store, office.channel.id)
    assert (found.remaining, found.limit) == (1_000 - platform.server.used, 1_000)
    assert found.resets_at
    assert found.resets_at - clock.now() <= timedelta(minutes=10)


def test_its_people_are_matched_with_nobody_and_its_texts_train_nothing() -> None:
    policy = kinds.channel("reddit").policy
    assert (policy.merge_authors, policy.train, policy.quote_in_alerts) == (False, False, False)
