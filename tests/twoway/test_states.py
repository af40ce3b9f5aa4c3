"""The one table of legal moves."""

from typing import get_args

import pytest

from twoway.errors import Refused
from twoway.states import MOVES, RIGHTS, ConversationState, DeliveryState, DraftState, Role, move, require

STATES = {
    "conversation": get_args(ConversationState),
    "draft": get_args(DraftState),
    "delivery": get_args(DeliveryState),
}
EVERY = [(thing, old, new) for thing, states in STATES.items() for old in states for new in states]
LEGAL = [(thing, old, new) for thing, old, new in EVERY if new in MOVES[thing][old]]
ILLEGAL = [found for found in EVERY if found not in LEGAL]


def test_the_table_knows_every_state_and_no_other() -> None:
    for thing, states in STATES.items():
        assert set(MOVES[thing]) == set(states)
        assert {new for targets in MOVES[thing].values() for new in targets} <= set(states)


@pytest.mark.parametrize(("thing", "old", "new"), LEGAL)
def test_a_legal_move_is_made(thing: str, old: str, new: str) -> None:
    assert move(thing, old, new) == new


@pytest.mark.parametrize(("thing", "old", "new"), ILLEGAL)
def test_any_other_move_is_refused(thing: str, old: str, new: str) -> None:
    with pytest.raises(Refused, match=f"a {thing} that is {old} cannot become {new}"):
        move(thing, old, new)


@pytest.mark.parametrize("state", ["sent", "failed", "cancelled"])
def test_what_has_ended_is_never_sent_again(state: str) -> None:
    assert not MOVES["delivery"][state] & {"pending", "sending", "unknown", "sent"}


def test_doubt_never_leads_straight_back_to_sending() -> None:
    assert "sending" not in MOVES["delivery"]["unknown"]


def test_a_closed_conversation_can_only_be_reopened() -> None:
    assert MOVES["conversation"]["resolved"] == {"open"}


def test_each_role_has_the_rights_of_the_one_below_and_more() -> None:
    viewer, agent, approver, admin = (RIGHTS[role] for role in get_args(Role))
    assert viewer < agent < approver < admin
    assert "approve" not in agent


@pytest.mark.parametrize("role", ["viewer", "agent", "nobody", ""])
def test_without_the_right_it_is_refused(role: str) -> None:
    with pytest.raises(Refused, match="may not approve"):
        require(role, "approve")
