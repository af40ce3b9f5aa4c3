"""A whole desk that hears direct messages on X: private stays private, and their troubles are theirs alone."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desk import health
from desk.schedule import forget
from desk.web.app import create_app
from responders import review
from responders.deliver import LOOK_AGAIN
from tests.conftest import Freeze
from tests.desk.web.conftest import Place
from tests.fakes.x import TOKEN, FakeX
from tests.office import ANSWER, Office, open_office
from tests.x.test_desk import CONFIG
from twoway import clock
from twoway.channels.x import X
from twoway.store import conversations, outside

SENDING = "/2/dm_conversations"


@pytest.fixture
def office(platform: FakeX, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("X_TOKEN", TOKEN)
    with open_office(tmp_path, CONFIG.format(url=platform.url, budget=500) + "direct_messages = true\n", "x") as found:
        yield found


def test_a_message_is_answered_in_private_once_though_the_receipt_was_lost(
    office: Office, platform: FakeX, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.write("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    assert conversations.by_id(office.desk.store, 1).visibility == "private"
    delivery = office.approve()
    time.shift(20)
    platform.faults.order("drop-after", method="POST", path=SENDING)
    office.deliver()
    assert office.delivery(delivery).state == "unknown"
    time.shift(LOOK_AGAIN)
    office.deliver()
    assert office.delivery(delivery).state == "sent"
    office.hear()
    assert platform.messages_of_brand() == [ANSWER]
    assert platform.posts_of_brand() == []
    outside = office.desk.store.read().execute("SELECT count(*) FROM outside_answers").fetchone()
    assert tuple(outside) == (0,)


def test_an_answer_that_never_arrived_is_sent_again_once_that_is_certain(
    office: Office, platform: FakeX, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.write("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    delivery = office.approve()
    time.shift(20)
    platform.faults.order("drop-before", method="POST", path=SENDING)
    for _ in range(12):
        office.deliver()
        time.shift(LOOK_AGAIN)
    assert office.delivery(delivery).state == "sent"
    assert platform.messages_of_brand() == [ANSWER]


@pytest.mark.parametrize("between", [True, False], ids=["heard before", "heard together"])
def test_what_was_answered_there_counts_as_answered(
    office: Office, platform: FakeX, freeze: Freeze, between: bool
) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.write("Petra", "mein Gurt ist kaputt, was nun?")
    if between:
        office.hear()
    time.shift(60)
    platform.write_elsewhere("Petra", "Schon unterwegs!")
    office.hear()
    found = conversations.by_id(office.desk.store, 1)
    assert (found.state, found.awaiting_since) == ("waiting", None)
    [answer] = outside.of_conversation(office.desk.store, 1)
    assert answer.text == "Schon unterwegs!"


def test_what_we_said_first_answers_nothing_that_came_after(office: Office, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.write_elsewhere("Petra", "Ihr Paket ist unterwegs.")
    time.shift(30)
    platform.write("Petra", "mein Gurt ist kaputt, was nun?")
    time.shift(30)
    office.hear()
    conversation = conversations.by_id(office.desk.store, 1)
    assert (conversation.state, conversation.awaiting_since is not None) == ("open", True)


def test_what_is_said_in_public_and_in_private_are_two_conversations(office: Office, platform: FakeX) -> None:
    office.hear()
    platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    platform.write("Petra", "meine Nummer ist 42, was nun?")
    office.hear()
    seen = {conversations.by_id(office.desk.store, number).visibility for number in (1, 2)}
    assert seen == {"public", "private"}


def test_an_app_that_may_not_read_them_hears_everything_else_and_is_told_what_to_do(
    office: Office, platform: FakeX, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    platform.server.letters.may.clear()
    for number in range(3):
        office.hear()
        platform.say(f"Petra {number}", "mein Gurt ist kaputt, was nun?")
        time.shift(timedelta(minutes=2))
    office.hear()
    assert len(office.heard) == 3
    assert (office.channel.paused_at, office.channel.poll_after) == (None, None)
    assert len(platform.requests("/2/dm_events")) == 1
    [found] = health.of(office.desk)
    assert (found.state, found.outages, found.channel.last_success_at) == ("erring", [], found.channel.polled_at)
    page = Place(office.desk, None, create_app(office.desk)).person("viewer").get("/health")
    assert "lets this app read no direct messages" in page


def test_messages_take_no_post_s_place_among_what_may_be_kept(
    office: Office, platform: FakeX, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(X, "most_kept", lambda self: 2)
    time = freeze(clock.now())
    office.hear()
    for number in range(6):
        platform.write("Petra", f"danke {number}")
        time.shift(60)
    posts = {platform.say(f"Tom {number}", "danke, alles gut") for number in range(2)}
    office.hear()
    for number in range(1, 4):
        review.close(office.desk.store, office.anna, number, None, "nothing to answer")
    time.shift(timedelta(hours=1))
    for name in ("Kim", "Lou"):
        platform.say(name, "danke, alles gut")
        time.shift(60)
    office.hear()
    forget(office.desk)
    rows = office.desk.store.read().execute("SELECT remote_id FROM mentions WHERE erased_at IS NOT NULL").fetchall()
    assert {row[0] for row in rows} == posts


@pytest.mark.parametrize("path", ["/2/dm_events", "/2/users/1000000/mentions", "/2/tweets/search/recent"])
def test_a_limit_of_one_listing_holds_no_other(office: Office, platform: FakeX, freeze: Freeze, path: str) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.faults.order("limit", path=path, seconds=600)
    said = {
        f"dm:{platform.write('Petra', 'Hallo')}": "/2/dm_events",
        platform.say("Petra", "mein Gurt ist kaputt"): "/2/users/1000000/mentions",
        platform.talk("Tom", "mein Rucksack"): "/2/tweets/search/recent",
    }
    asked = len(platform.requests(path))
    for _ in range(4):
        office.hear()
        time.shift(timedelta(minutes=2))
    assert office.heard == {name for name, of in said.items() if of != path}
    assert len(platform.requests(path)) == asked + 1
    assert "429" in (office.channel.last_error or "")
    time.shift(timedelta(minutes=3))
    office.hear()
    assert office.heard == set(said)
    assert office.channel.last_error is None


def test_the_inbox_says_how_long_a_message_may_be(office: Office, platform: FakeX) -> None:
    office.hear()
    platform.write("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    review.save(office.desk.store, office.anna, 1, "日本語 " * 200)
    page = Place(office.desk, None, create_app(office.desk)).person().get("/conversations/1")
    told = re.search(r'<p class="length">(.*?)</p>', page)
    assert told
    assert told[1] == "799 / 10000 characters"
