"""Drafts: one in work a conversation, and nobody overwrites anybody unseen."""

from datetime import timedelta

import pytest

from tests.store.desk import Desk
from twoway import clock
from twoway.domain import Deleted
from twoway.errors import Refused, Stale
from twoway.store import drafts, moves


def test_a_draft_begins_and_goes_on(desk: Desk) -> None:
    desk.said()
    first = desk.write("one")
    second = desk.write("two", seen=first.changed_at)
    assert (second.id, second.text, second.state) == (first.id, "two", "writing")


def test_words_changed_by_somebody_else_are_not_overwritten(desk: Desk) -> None:
    desk.said()
    first = desk.write("one")
    desk.write("two", user=desk.approver, seen=first.changed_at)
    with pytest.raises(Stale):
        desk.write("three", seen=first.changed_at)


def test_a_draft_approved_meanwhile_is_not_begun_again_unseen(desk: Desk) -> None:
    desk.said()
    first = desk.write("one")
    desk.approve()
    with pytest.raises(Stale):
        desk.write("two", seen=first.changed_at)
    assert desk.delivery().state == "pending"


def test_writing_on_while_an_approved_answer_has_not_gone_out_withdraws_it(desk: Desk) -> None:
    desk.said()
    first = desk.write("one")
    desk.approve()
    again = desk.write("two")
    assert (again.id, again.text, again.state) == (first.id, "two", "writing")
    assert desk.delivery().state == "cancelled"


def test_a_proposal_never_overwrites_words_in_work(desk: Desk) -> None:
    desk.said()
    desk.write("mine")
    found = drafts.save(desk.store, 1, "proposal", "", source="template:hello", user=None)
    assert found.text == "mine"


def test_a_wrong_mark_asks_for_a_proposal_beside_words_in_work_only_once(desk: Desk) -> None:
    number = desk.said()
    desk.write("mine")
    with desk.store.write() as db:
        db.execute("UPDATE conversations SET undrafted = 1")
    assert drafts.undrafted(desk.store, [desk.channel], 10) == [number]
    drafts.save(desk.store, number, "proposal", "", source="template:hello", user=None)
    assert drafts.undrafted(desk.store, [desk.channel], 10) == []


def test_there_is_nothing_to_write_where_the_words_are_gone(desk: Desk) -> None:
    desk.said(id="a")
    desk.change(Deleted("a", clock.now()))
    with pytest.raises(Refused):
        desk.write("hello?")


def test_submitted_is_returned_with_a_reason_and_written_again(desk: Desk) -> None:
    desk.said()
    desk.write("one")
    assert drafts.submit(desk.store, 1, desk.agent.id).state == "submitted"
    with pytest.raises(Refused):
        drafts.hand_back(desk.store, 1, desk.approver.id, " ")
    assert drafts.hand_back(desk.store, 1, desk.approver.id, "friendlier").returned_reason == "friendlier"
    assert desk.write("kinder").returned_reason is None


def test_only_what_was_submitted_is_returned(desk: Desk) -> None:
    desk.said()
    desk.write("one")
    with pytest.raises(Refused):
        drafts.hand_back(desk.store, 1, desk.approver.id, "no")


def test_a_dropped_draft_makes_room_for_another(desk: Desk) -> None:
    desk.said()
    first = desk.write("one")
    drafts.drop(desk.store, 1, desk.agent.id)
    assert desk.write("two").id != first.id
    assert [row.state for row in drafts.of_conversation(desk.store, 1)] == ["dropped", "writing"]


def test_moving_a_draft_that_is_not_there_is_refused(desk: Desk) -> None:
    desk.said()
    with pytest.raises(Refused):
        drafts.submit(desk.store, 1, desk.agent.id)


def test_conversations_without_a_proposal_are_listed_most_pressing_first(desk: Desk) -> None:
    first = desk.said()
    desk.hear(desk.mention())
    desk.judge()
    (second,) = desk.queue("severe", 300)
    assert drafts.undrafted(desk.store, [desk.channel], 10) == [second, first]
    desk.write("one", conversation=second)
    assert drafts.undrafted(desk.store, [desk.channel], 10) == [first]
    desk.approve(first)
    assert drafts.undrafted(desk.store, [desk.channel], 10) == []


def wanted(desk: Desk) -> list[int]:
    assert desk.consistent()
    return drafts.undrafted(desk.store, [desk.channel], 10)


def test_a_proposal_is_wanted_again_only_once_the_customer_has_written_and_nothing_is_in_work(desk: Desk) -> None:
    number = desk.said(thread="t")
    assert wanted(desk) == [number]
    desk.write("one", conversation=number)
    drafts.drop(desk.store, number, desk.agent.id)
    assert wanted(desk) == []
    desk.said(id="again", thread="t")
    assert wanted(desk) == [number]
    desk.write("two", conversation=number)
    desk.said(id="and again", thread="t")
    assert wanted(desk) == []
    drafts.drop(desk.store, number, desk.agent.id)
    assert wanted(desk) == [number]


def test_no_proposal_is_wanted_where_no_clock_runs_or_an_answer_is_under_way(desk: Desk) -> None:
    number = desk.said(thread="t")
    moves.snooze(desk.store, number, None, clock.now() + timedelta(days=1), desk.agent.id)
    assert wanted(desk) == []
    desk.said(id="again", thread="t")
    assert wanted(desk) == [number]
    moves.set_lane(desk.store, number, "noise", desk.agent.id)
    assert wanted(desk) == []
