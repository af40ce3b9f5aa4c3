"""When an alert is told: the terms of its rule and what was told before decide; pure.

off -> left out · quiet hours -> their end · told of the same just now, or of enough others -> later · else now
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Terms:
    """What the configuration says of one rule at one moment, for one step of its escalation."""

    on: bool
    quiet_until: datetime | None
    """The end of the quiet hours that it is now; None outside of them."""
    cooldown: timedelta
    """For so long nothing more is told of the same conversation, or of the same channel."""
    flood: int
    """So many messages may go out in one cooldown; what comes after is counted in one."""
    escalate_after: timedelta | None
    """How long after this step the next one comes; None: there is none."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was told by one rule, and what waits."""

    same: datetime | None
    """When the same conversation, or channel, was last told of within a cooldown."""
    begun: Sequence[datetime]
    """When its last messages began, within a cooldown, newest first; at most ``Terms.flood``."""
    due: int
    """How many alerts of this rule and step are due, this one among them."""
    put_off: bool
    """Whether this one has waited for its turn."""


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Nobody is told."""

    why: str


@dataclass(frozen=True, slots=True)
class Wait:
    """It is told of then, with ``all`` others of its rule that are due, or only with those of its own subject."""

    until: datetime
    all: bool


@dataclass(frozen=True, slots=True)
class Tell:
    """It is told of now, ``together`` with all others that are due in one message, or alone."""

    together: bool


def decide(terms: Terms, past: Past) -> LeaveOut | Wait | Tell:
    """What becomes of an alert that is due and of which nobody has been told."""
    if not terms.on:
        return LeaveOut("the rule is off")
    if terms.quiet_until:
        return Wait(terms.quiet_until, all=True)
    if past.same:
        return Wait(past.same + terms.cooldown, all=False)
    if len(past.begun) >= terms.flood:
        return Wait(past.begun[-1] + terms.cooldown, all=True)
    left = terms.flood - len(past.begun)
    return Tell(together=past.due > left or (past.put_off and past.due > 1))
