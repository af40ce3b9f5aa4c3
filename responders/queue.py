"""From judgement to desk: which lane, how pressing. Deciding is pure; a score never closes anything."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from twoway import clock, priority
from twoway.config import Lanes
from twoway.store import Store, queueing
from twoway.store.queueing import Judged, Placed

BATCH = 200
LATELY = timedelta(days=30)
"""So long somebody's earlier words count as repeated contact, and their praise for their standing."""
USUAL = Lanes()


@dataclass(frozen=True, slots=True)
class Past:
    """How often an author has written, in a time that ends with these words and counts them."""

    contacts: int
    complaints: int
    severe: int
    praises: int


def past(judged: Judged, within: timedelta) -> Past:
    """What the author said in that time, these words among it."""
    since = clock.stamp(_said(judged) - within)
    own = [judged.said_at, judged.complaint, judged.severe, judged.sentiment]
    said = [one for one in (own, *json.loads(judged.past)) if one[0] >= since]
    return Past(
        contacts=len(said),
        complaints=sum(complaint for _, complaint, _, _ in said),
        severe=sum(bool(complaint and severe) for _, complaint, severe, _ in said),
        praises=sum(mood == "positive" and not complaint for _, complaint, _, mood in said),
    )


def _said(judged: Judged) -> datetime:
    return clock.parse(judged.said_at)


def lane(judged: Judged, rules: Lanes = USUAL) -> str:
    """Where a mention belongs. What the judge does not know goes to a person; noise waits to be checked."""
    if owned := _owned(judged, rules):
        return owned
    if judged.severe:
        return "severe"
    if judged.complaint or judged.abstained:
        return "answer"
    if judged.noise:
        return "noise"
    return "answer" if judged.wants_answer else "mention"


def _owned(judged: Judged, rules: Lanes) -> str:
    """The lane of an extremely unhappy customer, or of a super-customer; noise is neither's."""
    tags = set(json.loads(judged.tags))
    if judged.noise and not judged.complaint and not judged.abstained:
        return ""
    unhappy, lately = rules.unhappy, past(judged, rules.unhappy.within)
    often = (unhappy.severe and lately.severe >= unhappy.severe) or (
        unhappy.complaints and lately.complaints >= unhappy.complaints
    )
    if tags & set(unhappy.tags) or (judged.complaint and often):
        return "unhappy"
    kind = past(judged, rules.super.within)
    praises = rules.super.praise and kind.praises >= rules.super.praise and not kind.complaints
    return "super" if tags & set(rules.super.tags) or praises else ""


def score(judged: Judged) -> dict[str, int]:
    """What speaks for it, in points by their reason."""
    lately = past(judged, LATELY)
    return priority.of_words(
        complaint=bool(judged.complaint),
        urgency=judged.urgency,
        followers=judged.followers,
        contacts=lately.contacts - 1,
        praises=lately.praises,
        tagged=judged.tags != "[]",
    )


def placing(judged: Judged, rules: Lanes = USUAL) -> Placed:
    """Where it belongs, and its score."""
    return Placed(lane(judged, rules), score(judged))


def alarms(judged: Judged, reach: int | None = None) -> tuple[str, ...]:
    """The rules of ``[alerts]`` by which a mention calls somebody at once: one, so that it is told of once.

    ``reach``: so many followers make any complaint, and whatever wants an answer, worth it; None: no number does.
    """
    if judged.severe:
        return ("severe_complaint",)
    heard = judged.complaint or (judged.wants_answer and not judged.noise)
    return ("reach",) if heard and reach is not None and (judged.followers or 0) >= reach else ()


def queue_once(store: Store, batch: int = BATCH, reach: int | None = None, rules: Lanes = USUAL) -> bool:
    """Give judged mentions their conversations; whether there were any. ``reach`` as in `alarms`."""
    waiting = queueing.unqueued(store, batch)
    for judged in waiting:
        queueing.enqueue(store, judged, placing(judged, rules), alarms(judged, reach))
    return bool(waiting)
