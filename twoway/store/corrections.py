"""What people say of the judge's work: labels beside the mention, never its words.

A correction makes a judgement of the model ``person``: the one that counted before, with the person's labels in the
place of guesses. It counts from then on, until the words change, and no model's goes before it. So lists, lanes, clocks
and alerts need to know nothing of corrections, and what the model said stays under its own name. Whoever has spoken of
every head has also ended the judge's doubt: such a judgement no longer abstains.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from twoway import clock
from twoway.domain import Flag, Judgement, Scores
from twoway.errors import Refused, Stale
from twoway.store import judgements, queueing
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.judgements import PERSON, JudgementRow
from twoway.store.mentions import latest
from twoway.store.queueing import Placing
from twoway.store.rows import many, maybe


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a mention, head by head; None: nothing."""

    sentiment: str | None = None
    complaint: bool | None = None
    wants_answer: bool | None = None
    urgency: str | None = None
    noise: bool | None = None

    @property
    def labels(self) -> dict[str, str | bool]:
        """What was said, by head."""
        return {head: label for head, label in asdict(self).items() if label is not None}


@dataclass(frozen=True, slots=True)
class Correction:
    """Who corrected a mention's present words, and when."""

    user_id: int
    at: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """The present words of a mention and what a person says of them."""

    mention_id: int
    title: str
    text: str
    sentiment: str | None
    complaint: int | None
    wants_answer: int | None
    urgency: str | None
    noise: int | None

    @property
    def words(self) -> str:
        """What is judged of it."""
        return judgements.words(self.title, self.text)

    @property
    def labels(self) -> dict[str, str | bool]:
        """What was said, by head."""
        flags = {head: None if (said := getattr(self, head)) is None else bool(said) for head in _FLAGS}
        return Said(sentiment=self.sentiment, urgency=self.urgency, **flags).labels


_FLAGS = ("complaint", "wants_answer", "noise")


def correct(store: Store, mention: int, version: int, said: Said, user: int, placing: Placing) -> None:
    """A person says how a mention is to be judged; its conversation goes where it then belongs.

    ``version``: of the words that the person has read. Raises Stale when they have changed, Refused while nobody has
    judged them.
    """
    now = clock.now()
    with store.write() as db:
        conversation = _correct(db, mention, version, said, user, now)
        if conversation is not None:
            queueing.rearrange(db, conversation, placing, now, user)


def by_lane(db: sqlite3.Connection, conversation: int, was: str, lane: str, user: int, now: datetime) -> None:
    """A person who moves a conversation from one lane to another says something of what was said last in it."""
    said = _meant(was, lane)
    row = latest(db, conversation)
    if said and row and row.judgement_id is not None:
        _correct(db, row.id, row.version, said, user, now)
        queueing.start_clock(db, conversation, now)


def _meant(was: str, lane: str) -> Said | None:
    if "noise" in (was, lane):
        return Said(noise=lane == "noise") if was != lane else None
    return Said(wants_answer=True) if (was, lane) == ("mention", "answer") else None


def of_mention(store: Store, mention: int) -> Correction | None:
    """Who corrected the judgement that counts, if somebody did."""
    sql = (
        "SELECT c.user_id, c.at FROM corrections c JOIN mentions m ON m.id = c.mention_id"
        " AND m.version = c.mention_version WHERE m.id = ?"
    )
    return maybe(Correction, store.read().execute(sql, (mention,)))


def lessons(store: Store, kinds: Sequence[str], most: int) -> list[Lesson]:
    """The newest corrections on channels of these kinds, of words that still stand as they were corrected."""
    sql = (
        "SELECT m.id, m.title, m.text, c.sentiment, c.complaint, c.wants_answer, c.urgency, c.noise FROM corrections c"
        " JOIN mentions m ON m.id = c.mention_id AND m.version = c.mention_version"
        " JOIN channels h ON h.id = m.channel_id WHERE m.deleted_at IS NULL AND m.erased_at IS NULL"
        f" AND h.kind IN ({', '.join('?' * len(kinds))}) ORDER BY c.at DESC, c.id DESC LIMIT ?"
    )
    return many(Lesson, store.read().execute(sql, (*kinds, most)))


def count(store: Store) -> int:
    """How many mentions were corrected, wherever they were said and whatever became of them."""
    return int(store.read().execute("SELECT count(*) FROM corrections").fetchone()[0])


def _correct(db: sqlite3.Connection, mention: int, version: int, said: Said, user: int, now: datetime) -> int | None:
    """Keep the correction and the judgement that comes of it; the mention's conversation."""
    row = db.execute(
        "SELECT channel_id, conversation_id, version, judgement_id FROM mentions WHERE id = ?"
        " AND deleted_at IS NULL AND erased_at IS NULL",
        (mention,),
    ).fetchone()
    if row is None or row["version"] != version:
        raise Stale("the customer's words have changed since you looked at them; look again")
    if row["judgement_id"] is None:
        raise Refused("nobody has judged these words yet; try again in a moment")
    _keep(db, mention, version, said, user, now)
    before = judgements.get(db, row["judgement_id"])
    made = judgements.put(db, mention, version, _judgement(before, said), now, severe=_severe(before, said))
    db.execute("UPDATE mentions SET judgement_id = ? WHERE id = ?", (made, mention))
    conversation: int | None = row["conversation_id"]
    record(
        db, "mention.corrected", now, channel=row["channel_id"], conversation=conversation, user=user,
        mention=mention, heads=" ".join(said.labels),
    )  # fmt: skip
    return conversation


_HEADS = ("sentiment", "complaint", "wants_answer", "urgency", "noise")


def _keep(db: sqlite3.Connection, mention: int, version: int, said: Said, user: int, now: datetime) -> None:
    """Beside what was said of the same words before; the latest word on each head stands."""
    db.execute("DELETE FROM corrections WHERE mention_id = ? AND mention_version <> ?", (mention, version))
    db.execute(
        f"INSERT INTO corrections (mention_id, mention_version, user_id, at, {', '.join(_HEADS)})"
        f" VALUES (?, ?, ?, ?{', ?' * len(_HEADS)}) ON CONFLICT (mention_id) DO UPDATE SET user_id = excluded.user_id,"
        f" at = excluded.at, {', '.join(f'{head} = coalesce(excluded.{head}, {head})' for head in _HEADS)}",
        (mention, version, user, clock.stamp(now), *(getattr(said, head) for head in _HEADS)),
    )


def _judgement(before: JudgementRow, said: Said) -> Judgement:
    judged = before.judgement
    heads: dict[str, Any] = {}
    for head, label in said.labels.items():
        if isinstance(label, bool):
            heads[head] = Flag(label, float(label))
        else:
            heads[head] = Scores(label, {name: float(name == label) for name in getattr(judged, head).of})
    abstained = judged.abstained and len(heads) < len(_HEADS)
    return replace(judged, model=PERSON, why=(), abstained=abstained, **heads)


def _severe(before: JudgementRow, said: Said) -> bool:
    """A person who says negative does not say furious: that stays the model's word, as long as nobody denies it."""
    complaint = bool(before.complaint) if said.complaint is None else said.complaint
    sentiment, urgency = said.sentiment or before.sentiment, said.urgency or before.urgency
    furious = before.severe and before.urgency != "now" and sentiment == "negative"
    return complaint and (urgency == "now" or bool(furious))
