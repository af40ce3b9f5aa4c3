"""Nothing unreviewed is sent: whose yes counts, and for what."""

from datetime import timedelta

import pytest

from tests.conftest import Freeze
from tests.store.desk import Desk, preview
from twoway import clock
from twoway.errors import Refused, Stale
from twoway.store import approvals, deliveries, doubts, moves, outcomes, sessions, users


def test_an_approval_names_person_session_version_and_hash(desk: Desk) -> None:
    desk.said()
    delivery = desk.approve()
    found = approvals.by_id(desk.store, delivery.approval_id)
    assert found is not None
    assert (found.user_id, found.session_id, found.version) == (desk.approver.id, desk.session.id, 1)
    assert found.sha256 == delivery.sha256 == preview("Hello").sha256
    assert delivery.state == "pending"


def test_a_stale_version_is_refused(desk: Desk) -> None:
    desk.said(id="a")
    decision = desk.decision()
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    with pytest.raises(Stale):
        approvals.approve(desk.store, decision, desk.session)


def test_a_changed_draft_is_refused(desk: Desk) -> None:
    desk.said()
    decision = desk.decision()
    desk.write("other words")
    with pytest.raises(Stale):
        approvals.approve(desk.store, decision, desk.session)


def test_a_draft_changed_within_the_same_moment_is_refused(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    freeze(clock.now())
    decision = desk.decision()
    desk.write("other words")
    with pytest.raises(Stale):
        approvals.approve(desk.store, decision, desk.session)


def test_a_second_open_answer_is_refused(desk: Desk) -> None:
    desk.said()
    desk.approve()
    held = desk.claim()
    desk.begin(held)
    with pytest.raises(Refused, match="sending already"):
        desk.approve()


def test_undoing_gives_the_words_back(desk: Desk) -> None:
    desk.said()
    desk.approve()
    approvals.undo(desk.store, 1, desk.approver.id)
    assert desk.delivery().state == "cancelled"
    draft = desk.draft()
    assert draft is not None
    assert draft.text == "Hello"
    assert desk.approve().id == 2


def test_undoing_is_too_late_once_it_is_on_its_way(desk: Desk) -> None:
    desk.said()
    desk.approve()
    desk.claim()
    with pytest.raises(Refused):
        approvals.undo(desk.store, 1, desk.approver.id)


def test_a_person_who_left_takes_their_approvals_along(desk: Desk) -> None:
    desk.said()
    desk.approve()
    users.deactivate(desk.store, desk.approver.id, None)
    assert desk.delivery().state == "cancelled"


def test_a_person_who_may_no_longer_approve_takes_their_approvals_along(desk: Desk) -> None:
    desk.said()
    desk.approve()
    users.set_role(desk.store, desk.approver.id, "agent", None)
    assert desk.delivery().state == "cancelled"


def test_an_answer_in_doubt_of_a_person_who_left_is_not_sent_again(desk: Desk) -> None:
    desk.said()
    desk.approve()
    held = desk.claim()
    desk.begin(held)
    outcomes.doubt(desk.store, held, "no answer", clock.now())
    users.deactivate(desk.store, desk.approver.id, None)
    doubts.absent(desk.store, 1)
    assert desk.delivery().state == "failed"
    assert desk.draft() is not None


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_who_may_not_approve_cannot(desk: Desk, role: str) -> None:
    _, session = desk.person("other", role)
    desk.said()
    with pytest.raises(Refused, match="only an active approver"):
        desk.approve(session=session)
    assert desk.all("SELECT id FROM deliveries") == []


def test_an_ended_session_cannot_approve(desk: Desk) -> None:
    desk.said()
    sessions.end(desk.store, desk.session.id)
    with pytest.raises(Refused, match="only an active approver"):
        desk.approve()


def test_an_expired_session_cannot_approve(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    freeze(clock.now() + sessions.LASTS + timedelta(seconds=1))
    with pytest.raises(Refused, match="only an active approver"):
        desk.approve()


def test_a_deactivated_person_cannot_approve(desk: Desk) -> None:
    desk.said()
    users.deactivate(desk.store, desk.approver.id, None)
    with pytest.raises(Refused, match="only an active approver"):
        desk.approve()


def test_the_script_cannot_approve_outside_a_demo(desk: Desk) -> None:
    desk.said()
    _, script = sessions.begin(desk.store, desk.approver.id, "script")
    with pytest.raises(Refused, match="only in a demo"):
        desk.approve(session=script)


def test_the_script_approves_in_a_demo_on_the_square(demo: Desk) -> None:
    demo.said()
    _, script = sessions.begin(demo.store, demo.approver.id, "script")
    assert demo.approve(session=script).state == "pending"


def test_the_script_cannot_approve_on_another_channel_of_a_demo(demo: Desk) -> None:
    with demo.store.write() as db:
        db.execute("UPDATE channels SET kind = 'mail'")
    demo.said()
    _, script = sessions.begin(demo.store, demo.approver.id, "script")
    with pytest.raises(Refused, match="only in a demo"):
        demo.approve(session=script)


def test_a_public_answer_to_a_private_conversation_is_refused(desk: Desk) -> None:
    desk.said(visibility="private")
    with pytest.raises(Refused):
        desk.approve(preview=preview("Hello", visibility="public"))


def test_a_private_answer_to_a_public_conversation_is_allowed(desk: Desk) -> None:
    desk.said()
    assert desk.approve(preview=preview("Hello", visibility="private")).state == "pending"


def test_an_answer_for_another_channel_is_refused(desk: Desk) -> None:
    desk.said()
    with pytest.raises(Refused, match="would go out on mail"):
        desk.approve(preview=preview("Hello", channel="mail"))


def test_a_closed_conversation_is_reopened_before_it_is_answered(desk: Desk) -> None:
    desk.said()
    moves.close(desk.store, 1, None, "done", desk.agent.id)
    with pytest.raises(Refused, match="reopen"):
        desk.approve()


def test_the_same_words_may_be_approved_in_two_conversations(desk: Desk) -> None:
    first, second = desk.said(), desk.said()
    assert desk.approve(first).sha256 == desk.approve(second).sha256
    keys = [row[0] for row in desk.all("SELECT key FROM parts")]
    assert len(set(keys)) == 2


def test_what_is_sent_is_what_was_approved(desk: Desk) -> None:
    desk.said()
    delivery = desk.approve(parts=3)
    assert deliveries.preview(desk.store.read(), delivery.sha256) == preview("Hello", parts=3)
    assert len(deliveries.parts(desk.store.read(), delivery.id)) == 3
