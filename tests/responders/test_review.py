"""What people do with a conversation, each by their right."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from responders import review
from responders.deliver import deliver_once
from tests.store.desk import Desk, make
from tests.store.platform import Platform, answer_elsewhere, lost, refusal
from twoway import clock
from twoway.domain import Target
from twoway.errors import Refused, Rejected, Stale, Temporary
from twoway.store import conversations
from twoway.store.deliveries import DeliveryRow
from twoway.store.users import User


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with one conversation."""
    found = make(tmp_path)
    found.said(id="a")
    yield found
    assert found.consistent()
    found.store.close()


@pytest.fixture
def platform() -> Platform:
    """An empty platform."""
    return Platform()


def prepare(desk: Desk, platform: Platform, text: str = "Hello") -> review.Prepared:
    review.save(desk.store, desk.agent, 1, text)
    return review.prepare(desk.store, platform.outlet(desk), desk.approver, 1)


def approve(desk: Desk, platform: Platform, prepared: review.Prepared, seen: str | None = None) -> DeliveryRow:
    outlet = platform.outlet(desk, undo_seconds=10)
    return review.approve(desk.store, outlet, desk.approver, desk.session, prepared, seen or prepared.preview.sha256)


def test_what_is_approved_is_what_was_shown(desk: Desk, platform: Platform) -> None:
    prepared = prepare(desk, platform)
    delivery = approve(desk, platform, prepared)
    assert delivery.sha256 == prepared.preview.sha256
    assert delivery.not_before > clock.stamp(clock.now() + timedelta(seconds=5))


def test_another_hash_than_the_person_saw_is_stale(desk: Desk, platform: Platform) -> None:
    with pytest.raises(Stale):
        approve(desk, platform, prepare(desk, platform), "0" * 64)


def test_one_persons_session_is_no_other_persons(desk: Desk, platform: Platform) -> None:
    _, session = desk.person("eve", "approver")
    prepared = prepare(desk, platform)
    with pytest.raises(Refused, match="own session"):
        review.approve(desk.store, platform.outlet(desk), desk.approver, session, prepared, prepared.preview.sha256)


def test_a_gap_in_the_text_cannot_be_approved(desk: Desk, platform: Platform) -> None:
    with pytest.raises(Refused):
        approve(desk, platform, prepare(desk, platform, "Hello [name]"))


def test_what_the_platform_would_refuse_is_told_before_anybody_approves(desk: Desk, platform: Platform) -> None:
    with pytest.raises(Rejected):
        prepare(desk, platform, " ")


@pytest.mark.parametrize(
    "target", [Target(there=False), Target(edited=True), Target(newer=("unheard",)), Target(answer=answer_elsewhere())]
)
def test_what_has_changed_on_the_platform_cannot_be_approved(desk: Desk, platform: Platform, target: Target) -> None:
    platform.target = target
    prepared = prepare(desk, platform)
    assert not prepared.approvable
    with pytest.raises(Refused):
        approve(desk, platform, prepared)


def test_a_platform_that_is_down_keeps_nobody_from_working(desk: Desk, platform: Platform) -> None:
    platform.looking = refusal(Temporary)
    assert approve(desk, platform, prepare(desk, platform)).state == "pending"


def test_words_heard_while_a_person_looked_make_it_stale(desk: Desk, platform: Platform) -> None:
    prepared = prepare(desk, platform)
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    with pytest.raises(Stale):
        approve(desk, platform, prepared)
    desk.judge()
    desk.queue()


def test_a_conversation_is_answered_only_on_its_own_channel(desk: Desk, platform: Platform) -> None:
    other = Desk(desk.store, "other")
    review.save(desk.store, desk.agent, 1, "Hello")
    with pytest.raises(Refused, match="not on the channel"):
        review.prepare(desk.store, platform.outlet(other), desk.approver, 1)


def test_there_is_nothing_to_prepare_without_a_draft(desk: Desk, platform: Platform) -> None:
    with pytest.raises(Refused, match="no draft"):
        review.prepare(desk.store, platform.outlet(desk), desk.approver, 1)


ACTS: dict[str, Callable[[Desk, User], object]] = {
    "save": lambda desk, user: review.save(desk.store, user, 1, "x"),
    "submit": lambda desk, user: review.submit(desk.store, user, 1),
    "drop": lambda desk, user: review.drop(desk.store, user, 1),
    "close": lambda desk, user: review.close(desk.store, user, 1, None, "why"),
    "wait": lambda desk, user: review.wait(desk.store, user, 1, None),
    "snooze": lambda desk, user: review.snooze(desk.store, user, 1, None, clock.now() + timedelta(days=1)),
    "reopen": lambda desk, user: review.reopen(desk.store, user, 1, None),
    "assign": lambda desk, user: review.assign(desk.store, user, 1, None),
    "note": lambda desk, user: review.note(desk.store, user, 1, "x"),
    "set_lane": lambda desk, user: review.set_lane(desk.store, user, 1, "noise"),
    "reject": lambda desk, user: review.reject(desk.store, user, 1, "why"),
    "undo": lambda desk, user: review.undo(desk.store, user, 1),
    "by_hand": lambda desk, user: review.answered_by_hand(desk.store, user, 1, "x"),
    "not_there": lambda desk, user: review.not_there(desk.store, user, 1),
}
NEEDS_APPROVER = {"reject", "undo", "by_hand", "not_there"}


@pytest.mark.parametrize("act", ACTS)
def test_a_viewer_changes_nothing(desk: Desk, act: str) -> None:
    viewer, _ = desk.person("viewer", "viewer")
    with pytest.raises(Refused, match="the role viewer may not"):
        ACTS[act](desk, viewer)


@pytest.mark.parametrize("act", sorted(NEEDS_APPROVER))
def test_an_agent_does_not_decide(desk: Desk, act: str) -> None:
    with pytest.raises(Refused, match="the role agent may not approve"):
        ACTS[act](desk, desk.agent)


def test_an_agent_does_not_approve(desk: Desk, platform: Platform) -> None:
    _, session = desk.person("x", "agent")
    prepared = prepare(desk, platform)
    with pytest.raises(Refused, match="the role agent may not approve"):
        review.approve(desk.store, platform.outlet(desk), desk.agent, session, prepared, prepared.preview.sha256)


def test_an_answer_by_hand_needs_its_evidence(desk: Desk) -> None:
    delivery = desk.approve(route="hand")
    with pytest.raises(Refused, match="where the answer stands"):
        review.answered_by_hand(desk.store, desk.approver, delivery.id, " ")
    review.answered_by_hand(desk.store, desk.approver, delivery.id, "Bo called back at noon")
    assert desk.delivery().state == "sent"
    assert conversations.notes(desk.store, 1)[-1].text == "Bo called back at noon"


def test_the_address_of_an_answer_is_its_receipt(desk: Desk) -> None:
    delivery = desk.approve(route="hand")
    review.answered_by_hand(desk.store, desk.approver, delivery.id, " https://x.example/1 ")
    assert desk.all("SELECT remote_id, url FROM receipts") == [("https://x.example/1", "https://x.example/1")]
    assert conversations.notes(desk.store, 1) == []


def test_a_person_settles_a_doubt_by_looking(desk: Desk, platform: Platform) -> None:
    desk.approve()
    platform.after = [lost()]
    platform.readable = False
    deliver_once(desk.store, {"square": platform.outlet(desk)}, "worker")
    review.not_there(desk.store, desk.approver, 1)
    assert desk.delivery().state == "pending"
    with pytest.raises(Refused, match="not in doubt"):
        review.not_there(desk.store, desk.approver, 1)
