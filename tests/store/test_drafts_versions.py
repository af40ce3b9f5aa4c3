"""Whose words a draft holds: kept as they were handed on, and what somebody else made of them."""

from tests.store.desk import Desk
from twoway.store import approvals, draft_versions, drafts


def told(desk: Desk, draft: int = 1) -> list[tuple[str, int | None, int | None]]:
    """Words, writer, submitter."""
    return [(row.text, row.user_id, row.submitted_by) for row in draft_versions.of_draft(desk.store, draft)]


def test_a_run_of_changes_by_one_person_is_one_version(desk: Desk) -> None:
    desk.said()
    desk.write("H")
    desk.write("Hel")
    desk.write("Hello")
    assert told(desk) == [("Hello", desk.agent.id, None)]


def test_each_person_has_a_version_of_their_own(desk: Desk) -> None:
    desk.said()
    drafts.save(desk.store, 1, "proposed", "", source="template:x", user=None)
    desk.write("mine")
    desk.write("yours", user=desk.approver)
    assert told(desk) == [("proposed", None, None), ("mine", desk.agent.id, None), ("yours", desk.approver.id, None)]


def test_submitted_words_stay_and_the_next_ones_are_new(desk: Desk) -> None:
    desk.said()
    desk.write("one")
    drafts.submit(desk.store, 1, desk.agent.id)
    desk.write("two")
    assert told(desk) == [("one", desk.agent.id, desk.agent.id), ("two", desk.agent.id, None)]


def test_words_submitted_again_by_another_name_both(desk: Desk) -> None:
    desk.said()
    desk.write("one")
    drafts.submit(desk.store, 1, desk.agent.id)
    drafts.hand_back(desk.store, 1, desk.approver.id, "no")
    drafts.submit(desk.store, 1, desk.approver.id)
    assert told(desk) == [("one", desk.agent.id, desk.agent.id), ("one", desk.agent.id, desk.approver.id)]


def test_approved_words_stay_also_after_an_undo(desk: Desk) -> None:
    desk.said()
    desk.write("one")
    desk.approve()
    approvals.undo(desk.store, 1, desk.approver.id)
    desk.write("two")
    assert [text for text, _, _ in told(desk)] == ["one", "two"]


def test_a_draft_says_whose_words_it_holds(desk: Desk) -> None:
    desk.said()
    desk.write("one")
    assert desk.write("one", user=desk.approver).user_id == desk.agent.id
    assert desk.write("two", user=desk.approver).user_id == desk.approver.id


def test_what_an_approver_made_of_submitted_words_is_known(desk: Desk) -> None:
    desk.said()
    draft = desk.write("one")
    drafts.submit(desk.store, 1, desk.agent.id)
    assert draft_versions.edited(desk.store, draft.id) is None
    desk.write("two", user=desk.approver)
    found = draft_versions.edited(desk.store, draft.id)
    assert found is not None
    assert [row.text for row in found] == ["one", "two"]


def test_changing_ones_own_submitted_words_is_no_edit_of_anothers(desk: Desk) -> None:
    desk.said()
    draft = desk.write("one")
    drafts.submit(desk.store, 1, desk.agent.id)
    desk.write("two")
    assert draft_versions.edited(desk.store, draft.id) is None


def test_words_submitted_after_their_approval_was_undone_are_a_version_of_their_own(desk: Desk) -> None:
    desk.said()
    desk.write("one")
    desk.approve()
    approvals.undo(desk.store, 1, desk.approver.id)
    drafts.submit(desk.store, 1, desk.approver.id)
    assert told(desk) == [("one", desk.agent.id, None), ("one", desk.agent.id, desk.approver.id)]
