"""Doubt: looked into, found, absent, unclear, or settled by a person; never sent again blindly."""

from datetime import timedelta

import pytest

from tests.conftest import Freeze
from tests.store.desk import LEASE, Desk, own_post, receipt
from twoway import clock
from twoway.errors import Refused
from twoway.store import (
    approvals,
    conversations,
    deliveries,
    doubts,
    moves,
    outcomes,
    receipts,
)
from twoway.store.deliveries import Claim

AGAIN = timedelta(minutes=2)


def in_doubt(desk: Desk, **how: object) -> Claim:
    """An answer of which nobody knows whether it was sent."""
    desk.said(id="a")
    desk.approve(**how)
    held = desk.claim()
    desk.begin(held)
    outcomes.doubt(desk.store, held, "the connection broke", clock.now())
    return held


def take(desk: Desk) -> doubts.Doubt | None:
    return doubts.take(desk.store, [desk.name], AGAIN)


def nothing_due(desk: Desk) -> bool:
    return deliveries.claim(desk.store, "worker", {desk.name: timedelta(0)}, LEASE) is None


def test_doubt_is_looked_into_one_at_a_time(desk: Desk) -> None:
    in_doubt(desk)
    found = take(desk)
    assert found is not None
    assert (found.part.number, found.channel) == (0, "square")
    assert take(desk) is None


def test_what_is_found_is_sent(desk: Desk) -> None:
    in_doubt(desk)
    doubts.found(desk.store, 1, 0, receipt("there"))
    assert desk.delivery().state == "sent"
    assert desk.one("SELECT evidence FROM receipts")[0] == "found"


def test_what_is_absent_is_sent_again(desk: Desk) -> None:
    in_doubt(desk)
    doubts.absent(desk.store, 1)
    held = desk.claim()
    desk.send(held, "second-try")
    assert desk.delivery().state == "sent"


def test_what_is_absent_waits_its_time(desk: Desk) -> None:
    in_doubt(desk)
    doubts.absent(desk.store, 1, retry_at=clock.now() + timedelta(minutes=1))
    assert nothing_due(desk)


def test_what_is_absent_of_a_conversation_that_changed_goes_back_to_the_person(desk: Desk) -> None:
    in_doubt(desk)
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    doubts.absent(desk.store, 1)
    assert desk.delivery().state == "failed"
    assert desk.draft() is not None


def test_what_is_unclear_stays_in_doubt_with_the_facts(desk: Desk) -> None:
    in_doubt(desk)
    doubts.unclear(desk.store, 1, "the list is not complete")
    assert (desk.delivery().state, desk.delivery().reason) == ("unknown", "the list is not complete")


def test_absent_once_too_often_goes_back_to_the_person(desk: Desk) -> None:
    in_doubt(desk)
    doubts.give_up(desk.store, 1, "tried 8 times")
    assert desk.delivery().state == "failed"


def test_a_part_that_is_found_lets_the_rest_be_sent(desk: Desk) -> None:
    in_doubt(desk, parts=2)
    doubts.found(desk.store, 1, 0, receipt("one"))
    assert desk.delivery().state == "pending"
    held = desk.claim()
    desk.begin(held)
    desk.send_begun(held, "two", 1)
    assert desk.delivery().state == "sent"


def test_a_part_that_is_found_of_a_conversation_that_changed_does_not_hang(desk: Desk) -> None:
    in_doubt(desk, parts=2)
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    doubts.found(desk.store, 1, 0, receipt("one"))
    assert desk.delivery().state == "failed"
    assert "only a part" in conversations.notes(desk.store, 1)[-1].text
    assert desk.approve().id == 2


def test_what_was_sent_in_part_and_is_cancelled_is_told_to_the_person(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve(parts=2)
    held = desk.claim()
    desk.begin(held)
    desk.send_begun(held, "one", 0)
    desk.begin(held)
    outcomes.retry(desk.store, held, "slower", clock.now())
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    assert desk.delivery().state == "cancelled"
    assert "only a part" in conversations.notes(desk.store, 1)[-1].text


def test_the_last_try_is_the_one_that_is_looked_for(desk: Desk, freeze: Freeze) -> None:
    """A platform that shows its own posts late must not be asked as if only the first try counted."""
    stopped = freeze(clock.now())
    in_doubt(desk)
    doubts.absent(desk.store, 1)
    stopped.shift(60)
    held = desk.claim()
    desk.begin(held)
    outcomes.doubt(desk.store, held, "again", clock.now())
    found = take(desk)
    assert found is not None
    assert found.since == clock.now()


def test_a_receipt_heard_before_the_worker_tells_is_kept_once(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve()
    held = desk.claim()
    desk.begin(held)
    desk.change(own_post("answer-1", "a", text="Hello 0"))
    desk.send_begun(held, "answer-1")
    assert desk.all("SELECT remote_id, evidence FROM receipts") == [("answer-1", "heard")]
    assert desk.delivery().state == "sent"


def test_a_late_receipt_of_a_part_settled_meanwhile_is_passed_over(desk: Desk) -> None:
    held = in_doubt(desk)
    doubts.found(desk.store, 1, 0, receipt("there"))
    receipts.part_sent(desk.store, held.delivery.id, 0, receipt("there"), "sent")
    doubts.found(desk.store, 1, 0, receipt("there"))
    assert len(desk.all("SELECT id FROM receipts")) == 1


def test_one_remote_post_is_the_receipt_of_one_answer_only(desk: Desk) -> None:
    first, second = desk.said(), desk.said()
    desk.answered(first, "same")
    desk.approve(second)
    held = desk.claim()
    desk.begin(held)
    with pytest.raises(Refused):
        receipts.part_sent(desk.store, held.delivery.id, 0, receipt("same"), "sent")


def test_the_receipt_of_another_answer_is_none_of_one_in_doubt_and_a_person_is_told(desk: Desk) -> None:
    desk.answered(desk.said(), "same")
    delivery = desk.approve(desk.said()).id
    held = desk.claim()
    desk.begin(held)
    outcomes.doubt(desk.store, held, "the connection broke", clock.now())
    doubts.found(desk.store, delivery, 0, receipt("same"))
    assert desk.delivery(delivery).state == "unknown"
    assert "as another answer" in desk.delivery(delivery).reason
    doubts.found(desk.store, delivery, 0, receipt("its own"))
    assert desk.delivery(delivery).state == "sent"


def test_an_answer_by_hand_is_sent_by_its_evidence(desk: Desk) -> None:
    desk.said()
    delivery = desk.approve(route="hand")
    doubts.by_hand(desk.store, delivery.id, receipt("https://x.example/1"), desk.agent.id, "called at noon")
    assert desk.delivery().state == "sent"
    assert desk.all("SELECT evidence, user_id FROM receipts") == [("by_hand", desk.agent.id)]
    assert conversations.notes(desk.store, 1)[-1].text == "called at noon"


def test_one_in_doubt_that_a_person_saw_is_sent_whole(desk: Desk) -> None:
    in_doubt(desk, parts=3)
    doubts.by_hand(desk.store, 1, receipt("seen"), desk.agent.id)
    assert desk.delivery().state == "sent"
    assert len(desk.all("SELECT id FROM receipts")) == 3


def test_by_hand_is_no_way_around_sending(desk: Desk) -> None:
    desk.said()
    desk.approve()
    with pytest.raises(Refused, match="pending"):
        doubts.by_hand(desk.store, 1, receipt(), desk.agent.id)


def test_one_address_is_the_evidence_of_one_answer(desk: Desk) -> None:
    first, second = desk.said(), desk.said()
    doubts.by_hand(desk.store, desk.approve(first, route="hand").id, receipt("x"), desk.agent.id)
    with pytest.raises(Refused, match="another answer"):
        doubts.by_hand(desk.store, desk.approve(second, route="hand").id, receipt("x"), desk.agent.id)


def test_an_answer_by_hand_can_be_undone(desk: Desk) -> None:
    desk.said()
    desk.approve(route="hand")
    approvals.undo(desk.store, 1, desk.approver.id)
    with pytest.raises(Refused):
        doubts.by_hand(desk.store, 1, receipt(), desk.agent.id)


def test_closing_while_an_answer_is_on_its_way_keeps_both(desk: Desk) -> None:
    desk.said()
    desk.approve()
    held = desk.claim()
    desk.begin(held)
    moves.close(desk.store, 1, None, "called", desk.agent.id)
    desk.send_begun(held)
    assert (desk.delivery().state, desk.conversation().state) == ("sent", "resolved")
