"""A conversation's clock, versions and moves: nothing is left hanging."""

import threading
from datetime import timedelta

import pytest

from tests.conftest import Freeze
from tests.store.desk import ANSWER_SECONDS, Desk, own_post
from twoway import clock
from twoway.domain import Edited
from twoway.errors import NotFound, Refused, Stale
from twoway.store import channels, conversations, hearing, moves, queueing
from twoway.store.queueing import Placed

WEEK = timedelta(days=7)


def due(desk: Desk, remote_id: str) -> str:
    return clock.stamp(clock.parse(desk.row(remote_id)["created_at"]) + timedelta(seconds=ANSWER_SECONDS))


def test_the_clock_starts_when_the_words_were_said(desk: Desk) -> None:
    desk.said(id="a")
    found = desk.conversation()
    assert (found.awaiting_since, found.due_at) == (desk.row("a")["created_at"], due(desk, "a"))


def test_further_words_do_not_put_the_clock_back(desk: Desk) -> None:
    desk.said(id="a")
    desk.said(id="b", replies_to=("a",))
    assert desk.conversation().due_at == due(desk, "a")


def test_further_words_raise_the_version(desk: Desk) -> None:
    desk.said(id="a")
    desk.said(id="b", replies_to=("a",))
    assert desk.conversation().version == 2


@pytest.mark.parametrize("how", [{"complaint": True, "wants": False}, {"abstained": True, "wants": False}])
def test_a_complaint_and_what_the_judge_does_not_know_want_an_answer(desk: Desk, how: dict[str, bool]) -> None:
    desk.hear(desk.mention())
    desk.judge(**how)
    desk.queue()
    assert desk.conversation().awaiting_since


def test_praise_runs_against_no_clock(desk: Desk) -> None:
    desk.hear(desk.mention())
    desk.judge(wants=False)
    desk.queue("mention")
    assert desk.conversation().awaiting_since is None


def test_noise_waits_with_its_clock_stopped(desk: Desk) -> None:
    desk.hear(desk.mention())
    desk.judge(noise=True)
    desk.queue("noise")
    assert (desk.conversation().due_at, desk.conversation().state) == (None, "open")
    assert desk.conversation().awaiting_since


def test_no_noise_after_all_runs_against_the_clock(desk: Desk) -> None:
    desk.hear(desk.mention(id="a"))
    desk.judge(noise=True)
    desk.queue("noise")
    moves.set_lane(desk.store, 1, "answer", desk.agent.id)
    assert desk.conversation().due_at == due(desk, "a")


def test_a_lane_never_falls_because_of_a_further_mention(desk: Desk) -> None:
    desk.said(id="a")
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    desk.judge()
    desk.queue("noise", rank=0)
    assert (desk.conversation().lane, desk.conversation().rank) == ("answer", 200)


def test_a_severe_mention_lifts_the_lane_and_alerts_once(desk: Desk) -> None:
    desk.said(id="a")
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    desk.judge()
    desk.queue("severe", 300, alarming=True)
    assert desk.conversation().lane == "severe"
    assert desk.alarm() is not None
    assert desk.alarm() is None


def test_an_answer_stops_the_clock(desk: Desk) -> None:
    desk.said()
    desk.answered()
    found = desk.conversation()
    assert (found.state, found.awaiting_since, found.due_at) == ("waiting", None, None)


def test_words_after_an_answer_start_a_clock_of_their_own(desk: Desk) -> None:
    desk.said(id="a")
    desk.answered()
    desk.said(id="b", replies_to=("a",))
    assert (desk.conversation().state, desk.conversation().awaiting_since) == ("open", desk.row("b")["created_at"])
    assert "conversation.reopened" in desk.kinds()


def test_an_answer_that_was_on_its_way_does_not_answer_words_said_meanwhile(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve()
    held = desk.claim()
    desk.begin(held)
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    desk.send_begun(held)
    desk.judge()
    desk.queue()
    assert desk.delivery().state == "sent"
    assert (desk.conversation().state, desk.conversation().awaiting_since) == ("open", desk.row("b")["created_at"])


def test_words_heard_by_a_slow_writer_are_not_taken_for_settled(desk: Desk) -> None:
    """The moment of hearing is read before the write lock is held; versions say what came first, not moments."""
    desk.said(id="a")
    mention = desk.mention(id="b", replies_to=("a",))
    began = threading.Event()

    def late() -> None:
        began.set()
        desk.hear(mention)

    thread = threading.Thread(target=late)
    with desk.store.write() as db:
        thread.start()
        began.wait(5)
        found = conversations.get(db, 1)
        conversations.settle(db, 1)
        conversations.wait(db, found, clock.now() + timedelta(seconds=1))
    thread.join(5)
    desk.judge()
    desk.queue()
    assert desk.conversation().awaiting_since == desk.row("b")["created_at"]


def test_a_clock_that_jumps_back_loses_no_words(desk: Desk, freeze: Freeze) -> None:
    stopped = freeze()
    other = Desk(desk.store, "other")
    stopped.shift(7200)
    number = other.said(id="a")
    other.answered(number)
    stopped.shift(-3600)
    other.said(id="b", replies_to=("a",))
    assert (other.conversation(number).state, bool(other.conversation(number).awaiting_since)) == ("open", True)


def test_closing_needs_a_reason_and_is_final_for_the_words_so_far(desk: Desk) -> None:
    desk.said()
    with pytest.raises(Refused):
        moves.close(desk.store, 1, None, "  ", desk.agent.id)
    moves.close(desk.store, 1, 1, "answered on the phone", desk.agent.id)
    found = desk.conversation()
    assert (found.state, found.resolved_by, found.awaiting_since) == ("resolved", desk.agent.id, None)
    moves.reopen(desk.store, 1, None, desk.agent.id)
    assert (desk.conversation().state, desk.conversation().awaiting_since) == ("open", None)


def test_closing_withdraws_what_was_approved(desk: Desk) -> None:
    desk.said()
    desk.approve()
    moves.close(desk.store, 1, None, "done", desk.agent.id)
    assert desk.delivery().state == "cancelled"


def test_closing_what_has_changed_is_stale(desk: Desk) -> None:
    desk.said(id="a")
    desk.said(id="b", replies_to=("a",))
    with pytest.raises(Stale):
        moves.close(desk.store, 1, 1, "done", desk.agent.id)


def test_words_unjudged_when_a_person_closed_are_settled_with_the_rest(desk: Desk) -> None:
    desk.said(id="a")
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    moves.close(desk.store, 1, 2, "both settled", desk.agent.id)
    desk.judge()
    desk.queue()
    assert desk.conversation().state == "resolved"


def test_waiting_settles_and_snoozing_does_not(desk: Desk) -> None:
    first, second = desk.said(), desk.said()
    moves.wait(desk.store, first, None, desk.agent.id)
    moves.snooze(desk.store, second, None, clock.now() + WEEK, desk.agent.id)
    assert desk.conversation(first).awaiting_since is None
    assert desk.conversation(second).due_at is not None


def test_snoozing_into_the_past_is_refused(desk: Desk) -> None:
    desk.said()
    with pytest.raises(Refused):
        moves.snooze(desk.store, 1, None, clock.now(), desk.agent.id)


def test_what_was_snoozed_wakes(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    moves.snooze(desk.store, 1, None, clock.now() + timedelta(minutes=1), desk.agent.id)
    assert not moves.wake_once(desk.store, WEEK)
    freeze(clock.now() + timedelta(minutes=2))
    assert moves.wake_once(desk.store, WEEK)
    assert desk.conversation().state == "open"


def test_a_silent_customer_closes_by_a_recorded_rule(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    desk.answered()
    assert not moves.wake_once(desk.store, WEEK)
    freeze(clock.now() + WEEK)
    assert moves.wake_once(desk.store, WEEK)
    assert desk.conversation().resolved_rule == "silent customer"
    assert "conversation.resolved" in desk.kinds()
    assert not moves.wake_once(desk.store, WEEK)


def test_silence_is_not_what_nobody_has_judged_yet(desk: Desk, freeze: Freeze) -> None:
    desk.said(id="a")
    before = clock.now()
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    desk.change(own_post("theirs", "a", created_at=before))
    assert desk.conversation().state == "waiting"
    freeze(clock.now() + WEEK)
    assert not moves.wake_once(desk.store, WEEK)


def test_silence_is_not_an_answer_that_is_still_to_be_given(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    desk.approve(route="hand")
    moves.wait(desk.store, 1, None, desk.agent.id)
    freeze(clock.now() + WEEK)
    assert not moves.wake_once(desk.store, WEEK)


def test_another_time_to_answer_within_moves_what_is_due(desk: Desk) -> None:
    desk.said(id="a")
    channels.register(desk.store, "square", "square", 60)
    said = clock.parse(desk.row("a")["created_at"])
    assert desk.conversation().due_at == clock.stamp(said + timedelta(seconds=60))


def test_a_channel_never_changes_its_kind(desk: Desk) -> None:
    with pytest.raises(Refused):
        channels.register(desk.store, "square", "mail", 60)


def test_a_note_changes_nothing_else(desk: Desk) -> None:
    desk.said()
    moves.note(desk.store, 1, "they are nice\ud800", desk.agent.id)
    assert [found.text for found in conversations.notes(desk.store, 1)] == ["they are nice\ufffd"]
    assert desk.conversation().version == 1
    with pytest.raises(Refused):
        moves.note(desk.store, 1, " ", desk.agent.id)


def test_handing_over_and_unknown_lanes_and_conversations(desk: Desk) -> None:
    desk.said()
    moves.assign(desk.store, 1, desk.agent.id, desk.approver.id)
    assert desk.conversation().assignee_id == desk.agent.id
    with pytest.raises(Refused):
        moves.set_lane(desk.store, 1, "unheard of", desk.agent.id)
    with pytest.raises(NotFound):
        moves.assign(desk.store, 9, None, desk.agent.id)


def test_a_mention_edited_between_judging_and_queueing_is_not_queued_by_its_old_judgement(desk: Desk) -> None:
    desk.hear(desk.mention(id="a"))
    desk.judge(complaint=True, now=True)
    (judged,) = queueing.unqueued(desk.store, 10)
    hearing.keep_changes(desk.store, desk.channel, [Edited("a", "all fine", clock.now(), b"")])
    desk.judge(wants=False)
    assert queueing.enqueue(desk.store, judged, Placed("severe", {}), ["severe_complaint"]) is None
    assert desk.queue("mention") == [1]
    assert desk.all("SELECT id FROM alerts") == []
