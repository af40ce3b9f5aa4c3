"""A whole desk on X: answered once, by the API or by hand, within the budget; what goes there goes here."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from desk.schedule import forget
from responders import review
from responders.deliver import LOOK_AGAIN
from tests.conftest import Freeze
from tests.fakes.x import TOKEN, FakeX
from tests.office import ANSWER, Office, open_office
from twoway import clock
from twoway.store import conversations, mentions, standings

CONFIG = """
[desk]
brand = "Wanderlust"
allow_private = ["127.0.0.1"]
[model]
name = "rules"
[query]
any = ["Rucksack"]
[channels.x]
kind = "x"
url = "{url}"
handle = "wanderlust"
user_id = "1000000"
token = "env:X_TOKEN"
monthly_budget = {budget}
undo_seconds = 0
timeout_seconds = 2
"""


@pytest.fixture
def budget() -> str:
    return "500"


@pytest.fixture
def office(platform: FakeX, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: str) -> Iterator[Office]:
    monkeypatch.setenv("X_TOKEN", TOKEN)
    with open_office(tmp_path, CONFIG.format(url=platform.url, budget=budget), "x") as found:
        yield found


def test_an_answer_whose_receipt_was_lost_stands_there_once(office: Office, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    delivery = office.approve()
    time.shift(20)
    platform.faults.order("drop-after", method="POST", path="/2/tweets")
    office.deliver()
    assert office.delivery(delivery).state == "unknown"
    time.shift(LOOK_AGAIN)
    office.deliver()
    assert office.delivery(delivery).state == "sent"
    assert platform.posts_of_brand() == [f"@petra {ANSWER}"]


def test_an_answer_that_never_arrived_is_sent_again_once_that_is_certain(
    office: Office, platform: FakeX, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    delivery = office.approve()
    time.shift(20)
    platform.faults.order("drop-before", method="POST", path="/2/tweets")
    for _ in range(12):
        office.deliver()
        time.shift(LOOK_AGAIN)
    assert office.delivery(delivery).state == "sent"
    assert len(platform.posts_of_brand()) == 1


def test_who_did_not_call_us_is_answered_by_hand_with_link_and_evidence(
    office: Office, platform: FakeX, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    said = platform.talk("Petra", "mein Rucksack von Wanderlust ist kaputt, was nun?")
    office.hear()
    mention = mentions.by_id(office.desk.store, 1)
    assert (mention.route, mention.url) == ("hand", f"https://x.com/petra/status/{said}")
    delivery = office.approve()
    time.shift(60)
    office.deliver()
    assert (office.delivery(delivery).route, office.delivery(delivery).state) == ("hand", "pending")
    assert platform.posts_of_brand() == []
    answer = platform.answer_elsewhere(said, ANSWER)
    review.answered_by_hand(office.desk.store, office.anna, delivery, f"https://x.com/wanderlust/status/{answer}")
    assert office.delivery(delivery).state == "sent"


def test_an_edit_may_take_the_summons_back_before_the_answer_goes_out(
    office: Office, platform: FakeX, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    office.hear()
    said = platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    delivery = office.approve()
    platform.town.edit(said, "schon gut, was nun?")
    time.shift(60)
    office.deliver()
    assert office.delivery(delivery).state == "cancelled"
    time.shift(timedelta(hours=20))
    office.hear()
    assert mentions.by_id(office.desk.store, 1).route == "hand"
    assert platform.posts_of_brand() == []


def test_an_answer_given_elsewhere_closes_the_matter(office: Office, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    office.hear()
    said = platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    time.shift(60)
    platform.answer_elsewhere(said, "@petra Schon unterwegs!")
    office.hear()
    assert conversations.by_id(office.desk.store, 1).state == "waiting"


def test_what_is_deleted_there_is_gone_here_within_a_day(office: Office, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    office.hear()
    said = platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    time.shift(timedelta(minutes=10))
    platform.town.delete(said)
    for _ in range(6):
        time.shift(timedelta(hours=4) - timedelta(minutes=10))
        office.hear()
        forget(office.desk)
    row = mentions.by_id(office.desk.store, 1)
    assert (row.text, row.deleted_at is not None, row.erased_at is not None) == ("", True, True)


@pytest.mark.parametrize("budget", ["2"])
def test_what_no_money_is_left_to_follow_is_forgotten_first(office: Office, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    office.hear()
    for number in range(6):
        platform.say(f"Petra {number}", "danke, alles gut")
        time.shift(60)
    office.hear()
    for number in range(1, 7):
        review.close(office.desk.store, office.anna, number, None, "nothing to answer")
        time.shift(60)
    assert office.desk.most_kept("x") == 3
    forget(office.desk)
    assert office.desk.store.read().execute("SELECT count(*) FROM mentions WHERE erased_at IS NULL").fetchone()[0] == 6
    time.shift(timedelta(hours=1))
    for number in range(6, 10):
        platform.say(f"Petra {number}", "danke, alles gut")
        time.shift(60)
    office.hear()
    forget(office.desk)
    left = office.desk.store.read().execute("SELECT count(*) FROM mentions WHERE erased_at IS NULL").fetchone()[0]
    assert left == 4


def test_two_hours_without_x_lose_and_double_nothing(office: Office, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    office.hear()
    said = {platform.say("Petra", "before")}
    office.hear()
    platform.faults.order("error-before", path="/2", times=10_000)
    for number in range(24):
        said.add(platform.say("Petra", f"meanwhile {number}"))
        office.hear()
        time.shift(300)
    assert "503" in (office.channel.last_error or "")
    assert office.channel.paused_at is None
    platform.faults._open.clear()
    office.hear()
    assert office.channel.last_error is None
    assert office.heard == said


def test_the_money_is_kept_with_the_channel(office: Office, platform: FakeX) -> None:
    office.hear()
    platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    standing = standings.of(office.desk.store, office.channel.id)
    assert (standing.budget, standing.currency, standing.limit) == (Decimal(500), "USD", 300)
    assert standing.spent == Decimal("0.011")


@pytest.mark.parametrize("budget", ["0.05"])
def test_without_money_the_channel_waits_and_says_so(office: Office, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    said = platform.say("Petra", "mein Gurt ist kaputt, was nun?")
    office.hear()
    assert "of 0.05 USD are spent this month" in (office.channel.last_error or "")
    assert office.channel.paused_at is None
    asked = len(platform.requests())
    time.shift(60)
    office.hear()
    assert len(platform.requests()) == asked
    assert said not in office.heard


def test_a_revoked_token_pauses_the_channel(office: Office, platform: FakeX, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fakes.x.TOKEN", "another")
    office.hear()
    assert "Unauthorized" in (office.channel.paused_reason or "")
