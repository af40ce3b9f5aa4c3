"""Edits, deletions, answers made elsewhere, answers that came back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import Freeze
from tests.store.desk import Desk, own_post, preview, receipt
from twoway import clock
from twoway.domain import Bounced, Deleted, Edited, OwnPost
from twoway.store import doubts, mentions, moves, outcomes, receipts
from twoway.store.audit import audit


def edited(text: str, **how: str) -> Edited:
    return Edited("a", text, clock.now(), b"raw", **how)


def test_an_edit_keeps_both_versions_and_is_judged_again(desk: Desk) -> None:
    desk.said(id="a")
    assert desk.change(edited("now this"))
    row = desk.row("a")
    assert [found.text for found in mentions.versions(desk.store, row["id"])] == ["words of a", "now this"]
    assert row["judgement_id"] is None
    desk.judge()
    assert desk.queue() == [1]


def test_an_edit_heard_again_is_no_news(desk: Desk) -> None:
    desk.said(id="a")
    desk.change(edited("now this"))
    assert not desk.change(edited("now this"))
    assert desk.conversation().version == 2


def test_an_edit_cancels_what_was_approved_for_the_old_words(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve()
    desk.change(edited("now this"))
    assert desk.delivery().state == "cancelled"
    draft = desk.draft()
    assert draft is not None
    assert (draft.state, draft.text) == ("writing", "Hello")


def test_an_edit_reopens_what_was_resolved(desk: Desk) -> None:
    desk.said(id="a")
    desk.answered(after="resolved")
    desk.change(edited("now this"))
    desk.judge()
    desk.queue()
    assert desk.conversation().state == "open"
    assert desk.conversation().awaiting_since == desk.row("a")["changed_at"]


def test_an_edit_back_to_the_same_words_still_brings_its_new_address(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve()
    assert desk.change(edited("words of a", address='{"version":3}'))
    assert desk.row("a")["address"] == '{"version":3}'
    assert desk.row("a")["judgement_id"] is not None
    assert desk.delivery().state == "cancelled"


def test_an_edit_may_change_who_can_answer(desk: Desk) -> None:
    desk.said(id="a")
    desk.change(edited("no name in here", address='{"version":3}', route="hand", route_reason="not called"))
    assert (desk.row("a")["route"], desk.row("a")["route_reason"]) == ("hand", "not called")
    desk.change(edited("another word", address='{"version":4}'))
    assert desk.row("a")["route"] == "hand"


def test_an_edit_of_history_makes_no_work(desk: Desk) -> None:
    desk.hear(desk.mention(id="a", created_at=clock.now() - timedelta(days=2)))
    desk.said(id="b", replies_to=("a",))
    desk.change(edited("older still"))
    assert desk.conversation().awaiting_since == desk.row("b")["created_at"]


def test_words_that_were_taken_back_need_no_answer(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve()
    assert desk.change(Deleted("a", clock.now()))
    assert desk.conversation().awaiting_since is None
    assert desk.delivery().state == "cancelled"
    assert mentions.latest(desk.store.read(), 1) is None
    assert not desk.change(Deleted("a", clock.now()))


def test_taking_back_the_last_words_leaves_those_before(desk: Desk) -> None:
    desk.said(id="a")
    desk.said(id="b", replies_to=("a",))
    desk.change(Deleted("b", clock.now()))
    assert desk.conversation().awaiting_since == desk.row("a")["created_at"]


def test_an_unknown_mention_that_changed_is_no_news(desk: Desk) -> None:
    assert not desk.change(Deleted("never heard", clock.now()))
    assert not desk.change(Edited("never heard", "x", clock.now(), b""))


def test_an_answer_made_elsewhere_stops_the_clock_and_what_was_approved(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve()
    assert desk.change(own_post("theirs", "a"))
    assert (desk.conversation().state, desk.conversation().awaiting_since) == ("waiting", None)
    assert desk.delivery().state == "cancelled"
    assert "conversation.answered_elsewhere" in desk.kinds()


def test_an_answer_made_elsewhere_is_heard_once(desk: Desk) -> None:
    desk.said(id="a")
    desk.change(own_post("theirs", "a"))
    assert not desk.change(own_post("theirs", "a"))


def test_an_answer_made_before_the_last_words_does_not_answer_them(desk: Desk) -> None:
    before = clock.now()
    desk.said(id="a")
    desk.said(id="b", replies_to=("a",))
    desk.change(own_post("theirs", "a", created_at=before))
    assert desk.conversation().awaiting_since is not None
    assert desk.conversation().state == "open"


@pytest.mark.parametrize("edit", [False, True])
def test_an_answer_made_elsewhere_does_not_answer_what_is_said_after_our_clock_was_set_back(
    desk: Desk, freeze: Freeze, edit: bool
) -> None:
    desk.said(id="a")
    there = clock.now()
    desk.change(own_post("theirs", "a"))
    freeze(there - timedelta(hours=2))
    if edit:
        desk.change(Edited("a", "no, wait", there + timedelta(minutes=1), b"raw"))
    else:
        desk.hear(desk.mention(id="b", replies_to=("a",), created_at=there + timedelta(minutes=1)))
    desk.judge()
    desk.queue()
    assert (desk.conversation().state, desk.conversation().awaiting_since is None) == ("open", False)


def test_what_stands_after_an_answer_made_elsewhere_awaits_one_though_it_was_heard_first(
    desk: Desk, freeze: Freeze
) -> None:
    desk.said(id="a")
    there = clock.now()
    freeze(there - timedelta(hours=2))
    desk.said(id="b", replies_to=("a",), created_at=there + timedelta(minutes=2))
    desk.change(own_post("theirs", "a", created_at=there + timedelta(minutes=1)))
    assert desk.conversation().awaiting_since is not None


def test_words_of_our_own_accord_belong_to_no_conversation(desk: Desk) -> None:
    assert desk.change(own_post("news", "nobody"))
    assert desk.one("SELECT conversation_id FROM outside_answers")[0] is None


def both(desk: Desk, *answers: OwnPost, **said: object) -> None:
    """One page with the customer's words and an answer of ours, made in the platform's own app."""
    desk.hear(desk.mention(id="a", **said), changes=answers)


def queued(desk: Desk) -> tuple[str, bool]:
    desk.judge()
    desk.queue()
    assert desk.consistent()
    assert audit(desk.store).ok
    return desk.conversation().state, desk.conversation().awaiting_since is not None


@pytest.mark.parametrize("names", [{"replies_to": ("a",)}, {"replies_to": (), "thread": "t"}])
def test_an_answer_heard_together_with_the_words_it_answers_is_theirs(desk: Desk, names: Any) -> None:
    later = clock.now() + timedelta(minutes=1)
    both(desk, replace(own_post("theirs", "a", created_at=later), **names), thread="t")
    assert queued(desk) == ("waiting", False)
    assert desk.all("SELECT conversation_id, version FROM outside_answers") == [(1, 1)]
    assert desk.all("SELECT * FROM outside_names") == []
    assert "conversation.answered_elsewhere" in desk.kinds()


def test_an_answer_to_what_the_words_were_before_they_were_edited_and_heard_answers_nothing(desk: Desk) -> None:
    later = clock.now() + timedelta(minutes=1)
    both(desk, own_post("theirs", "a", created_at=later), edited_at=later + timedelta(seconds=1))
    assert queued(desk) == ("open", True)
    assert desk.all("SELECT conversation_id FROM outside_answers") == [(1,)]


def test_every_part_of_an_answer_heard_too_early_is_found(desk: Desk) -> None:
    """A listing that comes newest first gives the last part first."""
    later = clock.now() + timedelta(minutes=1)
    desk.hear(changes=tuple(own_post(*names, created_at=later) for names in (("3", "2"), ("2", "1"), ("1", "a"))))
    desk.hear(desk.mention(id="a"))
    assert queued(desk) == ("waiting", False)
    assert {tuple(row) for row in desk.all("SELECT conversation_id FROM outside_answers")} == {(1,)}


def test_an_answer_heard_before_words_that_join_a_conversation_is_theirs_at_once(desk: Desk) -> None:
    desk.said(id="first", thread="t")
    desk.approve()
    desk.change(own_post("theirs", "a", created_at=clock.now() + timedelta(minutes=2)))
    desk.hear(desk.mention(id="a", thread="t", created_at=clock.now() + timedelta(minutes=1)))
    assert desk.all("SELECT conversation_id FROM outside_answers") == [(1,)]
    assert queued(desk) == ("waiting", False)


def test_what_we_said_before_a_thread_had_any_other_words_answers_none(desk: Desk) -> None:
    earlier = own_post("news", "", created_at=clock.now() - timedelta(minutes=1), thread="t")
    both(desk, replace(earlier, replies_to=()), thread="t")
    assert queued(desk) == ("open", True)
    desk.approve()
    assert not desk.change(replace(earlier, replies_to=()))
    assert desk.all("SELECT conversation_id FROM outside_answers") == [(None,)]
    assert desk.delivery().state == "pending"


@pytest.mark.parametrize("first", [True, False])
def test_what_began_a_thread_answers_nothing_in_it_however_slow_a_customers_clock_is(desk: Desk, first: bool) -> None:
    ours = replace(own_post("t", "", created_at=clock.now() + timedelta(minutes=1)), replies_to=(), thread="t")
    both(desk, *([ours] if first else []), thread="t")
    assert queued(desk) == ("open", True)
    desk.approve()
    assert desk.change(ours) is not first
    assert desk.all("SELECT conversation_id FROM outside_answers") == [(None,)]
    assert desk.all("SELECT * FROM outside_names") == []
    assert desk.delivery().state == "pending"


def test_an_answer_kept_before_its_names_were_is_taken_along_once_it_is_seen_again(desk: Desk) -> None:
    later = clock.now() + timedelta(minutes=1)
    both(desk, own_post("theirs", "a", created_at=later))
    with desk.store.write() as db:
        db.execute("DELETE FROM outside_names")
    assert queued(desk) == ("open", True)
    desk.approve()
    assert desk.change(own_post("theirs", "a"))
    assert not desk.change(own_post("theirs", "a"))
    assert (desk.conversation().state, desk.delivery().state) == ("waiting", "cancelled")


def test_words_judged_after_an_answer_made_elsewhere_come_back_onto_the_desk(desk: Desk) -> None:
    desk.said(id="a")
    before = clock.now()
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    desk.change(own_post("theirs", "a", created_at=before))
    desk.judge()
    desk.queue()
    assert (desk.conversation().state, desk.conversation().awaiting_since) == ("open", desk.row("b")["created_at"])


def test_our_post_is_the_receipt_of_a_delivery_that_is_being_sent(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve()
    desk.begin(desk.claim())
    assert desk.change(own_post("ours", "a", text="Hello 0"))
    assert desk.delivery().state == "sent"
    assert desk.all("SELECT remote_id, evidence FROM receipts") == [("ours", "heard")]
    assert desk.all("SELECT id FROM outside_answers") == []


def test_our_post_is_known_by_its_key_whatever_the_platform_made_of_the_text(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve()
    desk.begin(desk.claim())
    key = desk.one("SELECT key FROM parts")[0]
    desk.change(own_post("ours", "a", text="shortened", key=key))
    assert desk.delivery().state == "sent"


def test_other_words_of_ours_are_an_answer_made_elsewhere_even_while_sending(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve()
    desk.begin(desk.claim())
    desk.change(own_post("theirs", "a", text="something else"))
    assert desk.delivery().state == "sending"
    assert desk.one("SELECT count(*) FROM outside_answers")[0] == 1


def test_a_post_taken_for_a_colleagues_becomes_ours_once_the_platform_says_so(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve()
    held = desk.claim()
    desk.begin(held)
    desk.change(own_post("ours", "a", text="rewritten by the platform"))

    receipts.part_sent(desk.store, held.delivery.id, 0, receipt("ours"), "sent")
    assert desk.delivery().state == "sent"
    assert desk.all("SELECT id FROM outside_answers") == []


def test_an_answer_that_bounced_is_owed_again(desk: Desk) -> None:
    desk.said(id="a")
    desk.answered(after="resolved")
    assert desk.change(Bounced(("answer-1",), "no such mailbox", clock.now(), b""))
    assert desk.delivery().state == "failed"
    assert (desk.conversation().state, desk.conversation().awaiting_since) == ("open", desk.row("a")["created_at"])
    assert not desk.change(Bounced(("answer-1",), "no such mailbox", clock.now(), b""))


def test_a_bounce_of_nothing_we_sent_is_no_news(desk: Desk) -> None:
    assert not desk.change(Bounced(("x",), "why", clock.now(), b""))
    assert not desk.change(Bounced((), "why", clock.now(), b""))


def test_an_answer_by_hand_can_bounce(desk: Desk) -> None:
    desk.said(id="a")
    delivery = desk.approve(route="hand")
    doubts.by_hand(desk.store, delivery.id, receipt("letter"), desk.approver.id)
    assert desk.change(Bounced(("letter",), "moved away", clock.now(), b""))


def test_events_never_hold_what_a_platform_said(desk: Desk) -> None:
    desk.said(id="a", text="my secret words")
    desk.approve()
    outcomes.withdraw(desk.store, desk.claim(), "404 kim@example.org is gone\ud800")
    moves.close(desk.store, 1, None, "kim called kim@example.org", desk.agent.id)
    told = " ".join(row[0] for row in desk.all("SELECT data FROM events"))
    assert "kim" not in told
    assert "secret" not in told
    assert preview().parts[0] not in told
