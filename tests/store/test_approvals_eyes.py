"""Whose yes counts where a channel asks for other eyes than the writer's."""

from typing import Any

import pytest

from tests.store.desk import ANSWER_SECONDS, Desk
from twoway.errors import Refused
from twoway.store import approvals, channels, drafts, eyes
from twoway.store.audit import audit
from twoway.store.eyes import EDITED, OWN, UNSEEN, Rules


def ask(desk: Desk, **rules: Any) -> None:
    """What the channel asks from now on."""
    channels.register(desk.store, desk.name, "square", ANSWER_SECONDS, Rules(**rules))


def clean(desk: Desk) -> bool:
    """Whether the audit holds."""
    return audit(desk.store).ok


def test_one_person_alone_may_write_and_approve(desk: Desk) -> None:
    desk.said()
    desk.write(user=desk.approver)
    assert desk.approve().state == "pending"


def test_with_four_eyes_nobody_approves_what_they_wrote(desk: Desk) -> None:
    ask(desk, four_eyes=True)
    desk.said()
    desk.write(user=desk.approver)
    with pytest.raises(Refused, match=OWN):
        desk.approve()
    _, other = desk.person("eve", "approver")
    assert desk.approve(session=other).state == "pending"
    assert clean(desk)


def test_with_four_eyes_nobody_approves_what_they_submitted(desk: Desk) -> None:
    ask(desk, four_eyes=True)
    desk.said()
    desk.write()
    drafts.submit(desk.store, 1, desk.approver.id)
    with pytest.raises(Refused, match=OWN):
        desk.approve()


def test_with_four_eyes_a_proposal_is_submitted_by_one_and_approved_by_another(desk: Desk) -> None:
    ask(desk, four_eyes=True)
    desk.said()
    drafts.save(desk.store, 1, "proposed", "", source="template:x", user=None)
    with pytest.raises(Refused, match=UNSEEN):
        desk.approve()
    drafts.submit(desk.store, 1, desk.agent.id)
    assert desk.approve().state == "pending"
    assert clean(desk)


def test_saving_the_same_words_makes_nobody_their_writer(desk: Desk) -> None:
    ask(desk, four_eyes=True)
    desk.said()
    desk.write("mine", user=desk.approver)
    desk.write("mine")
    with pytest.raises(Refused, match=OWN):
        desk.approve()


def test_words_of_one_changed_by_another_are_approved_by_the_first(desk: Desk) -> None:
    ask(desk, four_eyes=True)
    desk.said()
    desk.write("mine", user=desk.approver)
    desk.write("ours")
    assert desk.approve().state == "pending"


def test_the_schema_refuses_where_the_code_does_not_ask(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(desk, four_eyes=True)
    desk.said()
    desk.write(user=desk.approver)
    monkeypatch.setattr(eyes, "barred", lambda *asked: "")
    with pytest.raises(Refused, match="the database refuses this: on this channel somebody else has to approve"):
        desk.approve()


def test_an_approver_who_changes_submitted_words_may_approve_them_by_default(desk: Desk) -> None:
    desk.said()
    desk.write("theirs")
    drafts.submit(desk.store, 1, desk.agent.id)
    desk.write("better", user=desk.approver)
    assert desk.approve().state == "pending"


def test_with_second_eyes_somebody_else_approves_what_an_approver_changed(desk: Desk) -> None:
    ask(desk, second_eyes_on_edits=True)
    desk.said()
    desk.write("theirs")
    drafts.submit(desk.store, 1, desk.agent.id)
    desk.write("better", user=desk.approver)
    drafts.submit(desk.store, 1, desk.approver.id)
    with pytest.raises(Refused, match=EDITED):
        desk.approve()
    _, other = desk.person("eve", "approver")
    assert desk.approve(session=other).state == "pending"
    assert clean(desk)


def test_with_second_eyes_an_unchanged_submission_needs_nobody_else(desk: Desk) -> None:
    ask(desk, second_eyes_on_edits=True)
    desk.said()
    desk.write("theirs")
    drafts.submit(desk.store, 1, desk.agent.id)
    assert desk.approve().state == "pending"


def test_with_second_eyes_ones_own_words_may_be_changed_after_submitting(desk: Desk) -> None:
    ask(desk, second_eyes_on_edits=True)
    desk.said()
    desk.write("mine", user=desk.approver)
    drafts.submit(desk.store, 1, desk.approver.id)
    desk.write("mine, better", user=desk.approver)
    assert desk.approve().state == "pending"


def test_rules_that_come_later_make_no_old_approval_wrong(desk: Desk) -> None:
    desk.said()
    desk.write(user=desk.approver)
    delivery = desk.approve()
    ask(desk, four_eyes=True, second_eyes_on_edits=True, approval_seconds=60)
    assert clean(desk)
    found = approvals.by_id(desk.store, delivery.approval_id)
    assert found is not None
    assert (found.four_eyes, found.second_eyes) == (0, 0)


def test_what_a_channel_asks_is_on_the_record_once_it_changes(desk: Desk) -> None:
    ask(desk)
    ask(desk, four_eyes=True)
    ask(desk, four_eyes=True)
    found = desk.all("SELECT kind, data FROM events WHERE kind LIKE 'channel.%'")
    assert [kind for kind, _ in found] == ["channel.started", "channel.rules_set"]
    assert '"four_eyes":1' in found[1][1]
