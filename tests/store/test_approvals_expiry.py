"""An approval that is not fresh any more sends nothing: yesterday's words go back to the writer."""

from datetime import timedelta

import pytest

from tests.conftest import Clock, Freeze
from tests.store.desk import ANSWER_SECONDS, LEASE, Desk, receipt
from twoway import clock
from twoway.errors import Refused
from twoway.store import approvals, channels, conversations, deliveries, doubts, moves, outcomes
from twoway.store.audit import audit
from twoway.store.eyes import Rules

HOUR = timedelta(hours=1)


@pytest.fixture
def moving(desk: Desk, freeze: Freeze) -> Clock:
    """A conversation on a channel whose approvals last an hour, at a moment that can be moved."""
    found = freeze(clock.now())
    channels.register(desk.store, desk.name, "square", ANSWER_SECONDS, Rules(approval_seconds=3600))
    desk.said()
    return found


def test_until_it_expires_it_is_sent(desk: Desk, moving: Clock) -> None:
    desk.approve()
    moving.shift(HOUR - timedelta(microseconds=1))
    assert not approvals.expire_once(desk.store)
    assert desk.claim().delivery.id == 1


def test_an_expired_approval_is_never_claimed(desk: Desk, moving: Clock) -> None:
    desk.approve()
    moving.shift(HOUR)
    assert deliveries.claim(desk.store, "worker", {desk.name: timedelta(0)}, LEASE) is None


def test_the_words_go_back_and_everybody_sees_why(desk: Desk, moving: Clock) -> None:
    desk.approve()
    moving.shift(HOUR)
    assert approvals.expire_once(desk.store)
    assert not approvals.expire_once(desk.store)
    draft = desk.draft()
    assert draft is not None
    assert (desk.delivery().state, draft.state, draft.text) == ("cancelled", "writing", "Hello")
    assert "expired" in conversations.notes(desk.store, 1)[-1].text
    assert desk.conversation().state == "open"
    assert desk.all("SELECT 1 FROM alerts") == []
    assert audit(desk.store).ok


def test_it_comes_back_also_where_the_conversation_was_put_away(desk: Desk, moving: Clock) -> None:
    desk.approve()
    moves.wait(desk.store, 1, None, desk.agent.id)
    moving.shift(HOUR)
    approvals.expire_once(desk.store)
    assert desk.conversation().state == "open"


def test_an_answer_to_be_given_by_hand_expires_too(desk: Desk, moving: Clock) -> None:
    delivery = desk.approve(route="hand")
    moving.shift(HOUR)
    approvals.expire_once(desk.store)
    with pytest.raises(Refused):
        doubts.by_hand(desk.store, delivery.id, receipt("letter"), desk.approver.id)


def test_it_expires_also_between_claiming_and_sending(desk: Desk, moving: Clock) -> None:
    desk.approve()
    held = desk.claim(lease=3 * HOUR)
    moving.shift(HOUR)
    assert not desk.begin(held)
    assert desk.delivery().state == "cancelled"
    assert "expired" in desk.delivery().reason


def test_an_answer_of_which_a_part_stands_is_sent_to_its_end(desk: Desk, moving: Clock) -> None:
    desk.approve(parts=2)
    held = desk.claim(lease=3 * HOUR)
    desk.send(held, "one")
    moving.shift(HOUR)
    desk.begin(held)
    desk.send_begun(held, "two", 1)
    assert desk.delivery().state == "sent"


def test_what_is_absent_after_it_expired_is_not_sent_again(desk: Desk, moving: Clock) -> None:
    desk.approve()
    held = desk.claim()
    desk.begin(held)
    outcomes.doubt(desk.store, held, "no answer", clock.now())
    moving.shift(HOUR)
    doubts.absent(desk.store, 1)
    assert (desk.delivery().state, desk.conversation().state) == ("failed", "open")
    assert "expired" in desk.delivery().reason


def test_a_retry_that_comes_too_late_expires(desk: Desk, moving: Clock) -> None:
    desk.approve()
    outcomes.retry(desk.store, desk.claim(), "slower", clock.now() + 2 * HOUR)
    moving.shift(HOUR)
    assert approvals.expire_once(desk.store)
    assert desk.delivery().state == "cancelled"


def test_what_went_out_does_not_expire(desk: Desk, moving: Clock) -> None:
    desk.answered()
    moving.shift(HOUR)
    assert not approvals.expire_once(desk.store)
    assert desk.delivery().state == "sent"


def test_the_same_words_can_be_approved_once_more(desk: Desk, moving: Clock) -> None:
    desk.approve()
    moving.shift(HOUR)
    approvals.expire_once(desk.store)
    assert desk.answered().state == "sent"
