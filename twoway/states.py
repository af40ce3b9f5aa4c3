"""The one table of legal moves, for the store, the inbox, the command line and the tests."""

from collections.abc import Mapping
from typing import Literal

from twoway.errors import Refused

ConversationState = Literal["open", "waiting", "snoozed", "resolved"]
DraftState = Literal["writing", "submitted", "returned", "approved", "dropped"]
DeliveryState = Literal["pending", "sending", "sent", "failed", "unknown", "cancelled"]
Role = Literal["viewer", "agent", "approver", "admin"]
After = Literal["waiting", "resolved"]
"""What becomes of a conversation once its answer is sent."""

Moves = Mapping[str, frozenset[str]]


def _moves(**table: str) -> Moves:
    return {state: frozenset(targets.split()) for state, targets in table.items()}


MOVES: Mapping[str, Moves] = {
    # `open` -> `open`: a further mention of the customer only raises the version.
    "conversation": _moves(
        open="open waiting snoozed resolved",
        waiting="open snoozed resolved",
        snoozed="open waiting resolved",
        resolved="open",
    ),
    "draft": _moves(
        writing="submitted approved dropped",
        submitted="writing approved returned dropped",
        returned="writing submitted approved dropped",
        # Undone, withdrawn or stale: the words go back to the person, the approval stays on the record.
        approved="writing dropped",
        dropped="",
    ),
    "delivery": _moves(
        # -> `unknown`: the file was restored, copied or moved; it may have been sent since.
        pending="sending sent cancelled unknown",
        sending="sent pending failed unknown cancelled",
        unknown="sent failed pending",
        # A bounce comes hours after the receipt.
        sent="failed",
        failed="",
        cancelled="",
    ),
}

RIGHTS: Mapping[str, frozenset[str]] = {
    "viewer": frozenset({"read"}),
    "agent": frozenset({"read", "write"}),
    "approver": frozenset({"read", "write", "approve"}),
    "admin": frozenset({"read", "write", "approve", "administer"}),
}


def move(thing: str, old: str, new: str) -> str:
    """``new`` if a conversation, draft or delivery may go there from ``old``; else Refused."""
    if new not in MOVES[thing][old]:
        raise Refused(f"a {thing} that is {old} cannot become {new}")
    return new


def require(role: str, right: str) -> None:
    """Refused unless ``role`` has ``right`` (read, write, approve, administer)."""
    if right not in RIGHTS.get(role, frozenset()):
        raise Refused(f"the role {role} may not {right}; ask an admin of this desk")
