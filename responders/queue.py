"""From judgement to desk: which lane, how pressing. Deciding is pure; a score never closes anything."""

from math import log10

from twoway.store import Store, queueing
from twoway.store.queueing import Judged

BATCH = 200
LANES = {"severe": 300, "answer": 200, "mention": 100, "noise": 0}
_URGENCY = {"now": 60, "soon": 30, "calm": 0}


def lane(judged: Judged) -> str:
    """Where a mention belongs. What the judge does not know goes to a person; noise waits to be checked."""
    if judged.severe:
        return "severe"
    if judged.complaint or judged.abstained:
        return "answer"
    if judged.noise:
        return "noise"
    return "answer" if judged.wants_answer else "mention"


def rank(judged: Judged) -> int:
    """How pressing, higher first: the lane, then urgency, then complaint, then reach."""
    reach = min(int(5 * log10(judged.followers)), 30) if judged.followers else 0
    return LANES[lane(judged)] + _URGENCY[judged.urgency] + 20 * judged.complaint + reach


def placing(judged: Judged) -> tuple[str, int]:
    """Lane and rank of a mention."""
    return lane(judged), rank(judged)


def alarms(judged: Judged, reach: int | None = None) -> tuple[str, ...]:
    """The rules of ``[alerts]`` by which a mention calls somebody at once: one, so that it is told of once.

    ``reach``: so many followers make any complaint, and whatever wants an answer, worth it; None: no number does.
    """
    if judged.severe:
        return ("severe_complaint",)
    heard = judged.complaint or (judged.wants_answer and not judged.noise)
    return ("reach",) if heard and reach is not None and (judged.followers or 0) >= reach else ()


def queue_once(store: Store, batch: int = BATCH, reach: int | None = None) -> bool:
    """Give judged mentions their conversations; whether there were any. ``reach`` as in `alarms`."""
    waiting = queueing.unqueued(store, batch)
    for judged in waiting:
        queueing.enqueue(store, judged, lane(judged), rank(judged), alarms(judged, reach))
    return bool(waiting)
