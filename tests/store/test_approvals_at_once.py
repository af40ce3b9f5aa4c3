"""Two people decide at the same moment, each in a process of their own: one yes counts."""

from threading import Barrier, Thread

import pytest

from tests.store.desk import Desk
from twoway.errors import Refused, Stale
from twoway.store import Store, approvals, moves, open_store
from twoway.store.approvals import Decision
from twoway.store.audit import audit
from twoway.store.sessions import Session


def test_of_two_approvers_at_once_exactly_one_wins(desk: Desk) -> None:
    _, eve = desk.person("eve", "approver")
    stores = [open_store(desk.store.path), open_store(desk.store.path)]
    for conversation in range(1, 9):
        desk.said()
        assert sorted(both(stores, (desk.session, eve), desk.decision(conversation))) == ["approved", "stale"]
    for store in stores:
        store.close()
    assert desk.all("SELECT count(*) FROM approvals") == desk.all("SELECT count(*) FROM deliveries") == [(8,)]
    assert audit(desk.store).ok


def both(stores: list[Store], sessions: tuple[Session, Session], decision: Decision) -> list[str]:
    """How it ends for two people who approve the same thing at once."""
    barrier, ends = Barrier(2), list[str]()

    def decide(store: Store, session: Session) -> None:
        barrier.wait(10)
        try:
            approvals.approve(store, decision, session)
            ends.append("approved")
        except Stale:
            ends.append("stale")

    people = [Thread(target=decide, args=pair) for pair in zip(stores, sessions, strict=True)]
    for one in people:
        one.start()
    for one in people:
        one.join(30)
    return ends


def test_of_two_who_take_it_one_does(desk: Desk) -> None:
    desk.said()
    moves.take(desk.store, 1, desk.agent.id)
    moves.take(desk.store, 1, desk.agent.id)
    with pytest.raises(Stale):
        moves.take(desk.store, 1, desk.approver.id)
    assert desk.conversation().assignee_id == desk.agent.id
    assert desk.kinds().count("conversation.assigned") == 1


def test_a_hand_over_brings_its_note_or_does_not_happen(desk: Desk) -> None:
    desk.said()
    reader, _ = desk.person("reader", "viewer")
    for note, to in (("", desk.agent.id), ("look at this", 99), ("look at this", reader.id)):
        with pytest.raises(Refused):
            moves.hand_over(desk.store, 1, to, note, desk.approver.id)
    assert desk.kinds() == ["conversation.opened"]
    moves.hand_over(desk.store, 1, desk.agent.id, "she called twice", desk.approver.id)
    assert desk.conversation().assignee_id == desk.agent.id
    assert desk.all("SELECT text, user_id FROM notes") == [("she called twice", desk.approver.id)]
