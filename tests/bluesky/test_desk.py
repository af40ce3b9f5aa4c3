"""A whole desk on Bluesky: heard, judged, answered once though the answer's receipt was lost, and kept in step."""

import pytest

from responders.deliver import LOOK_AGAIN
from tests.conftest import Freeze
from tests.contract.bluesky import PUT
from tests.fakes.bluesky import FakeBluesky
from tests.office import ANSWER, Office
from twoway import clock
from twoway.errors import Refused
from twoway.store import mentions


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
