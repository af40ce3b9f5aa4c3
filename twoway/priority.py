"""How pressing a conversation is: points for what speaks for it, each with its reason, below 100 together. Pure.

A lane goes before every score: the points only order what stands in one lane.
"""

from collections.abc import Mapping
from math import log10

Score = Mapping[str, int]
"""Points by their reason, one of ``PARTS``; what has none is left out."""

COMPLAINT = 20
URGENCY = {"calm": 0, "soon": 12, "now": 25}
WARNED, BREACHED = 10, 20
_REACH, _REPEATED, _STANDING = 15, 10, 9
PARTS = ("complaint", "urgency", "reach", "time", "repeated", "standing", "earlier")
"""``time``: how little is left; ``earlier``: as it was scored before scores had parts."""


def of_words(
    *, complaint: bool, urgency: str, followers: int | None, contacts: int, praises: int, tagged: bool
) -> dict[str, int]:
    """What words weigh. ``contacts`` and ``praises``: how often the author has written, and been kind, lately."""
    points = {
        "complaint": COMPLAINT * complaint,
        "urgency": URGENCY[urgency],
        "reach": min(int(3 * log10(followers)), _REACH) if followers else 0,
        "repeated": min(3 * contacts, _REPEATED),
        "standing": _STANDING if tagged else min(3 * praises, _STANDING),
    }
    return {part: value for part, value in points.items() if value}


def of_time(*, warned: bool, breached: bool) -> int:
    """What it weighs that time runs out."""
    return BREACHED if breached else WARNED * warned


def joined(*scores: Score) -> dict[str, int]:
    """Of several, the most for each reason."""
    return {part: max(score.get(part, 0) for score in scores) for part in PARTS if any(part in s for s in scores)}
