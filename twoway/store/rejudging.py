"""Judging again: another model's judgements take the place of those that count; what was said before is kept."""

import sqlite3
from collections.abc import Sequence

from twoway import clock
from twoway.domain import Judgement
from twoway.store import judgements, queueing
from twoway.store.database import Store
from twoway.store.judgements import PERSON, Unjudged
from twoway.store.queueing import Placing
from twoway.store.rows import many

_OUTDATED = (
    "FROM mentions m JOIN judgements j ON j.id = m.judgement_id WHERE j.model NOT IN (:model, :person)"
    " AND m.kind = 'message' AND m.deleted_at IS NULL AND m.erased_at IS NULL"
)


def outdated(store: Store, model: str, after: int, limit: int) -> list[Unjudged]:
    """The oldest mentions above that number which another model has judged; what a person said is never outdated."""
    sql = f"SELECT m.id, m.version, m.title, m.text {_OUTDATED} AND m.id > :after ORDER BY m.id LIMIT :limit"
    values = {"model": model, "person": PERSON, "after": after, "limit": limit}
    return many(Unjudged, store.read().execute(sql, values))


def count(store: Store, model: str) -> int:
    """How many there are."""
    values = {"model": model, "person": PERSON}
    return int(store.read().execute(f"SELECT count(*) {_OUTDATED}", values).fetchone()[0])


def replace(store: Store, judged: Sequence[tuple[Unjudged, Judgement]], placing: Placing) -> None:
    """Let these judgements count, in one transaction, and put the conversations where they then belong.

    What changed while it was judged is left alone; so is the lane of a conversation that a person has placed. Nobody is
    alarmed: these words are not new. But what is found to want an answer and never got one comes back onto the desk.
    """
    now = clock.now()
    with store.write() as db:
        touched = set()
        for found, judgement in judged:
            made = judgements.put(db, found.mention_id, found.version, judgement, now)
            touched |= _count(db, found, made)
        for conversation in sorted(touched):
            if queueing.placed_by_person(db, conversation):
                queueing.start_clock(db, conversation, now)
            else:
                queueing.rearrange(db, conversation, placing, now, None)


def _count(db: sqlite3.Connection, found: Unjudged, judgement: int) -> set[int]:
    """Let a judgement count; the conversation of its mention, if it has one."""
    rows = db.execute(
        "UPDATE mentions SET judgement_id = ? WHERE id = ? AND version = ?"
        " AND (SELECT model FROM judgements WHERE id = judgement_id) <> ? RETURNING conversation_id",
        (judgement, found.mention_id, found.version, PERSON),
    )
    return {row["conversation_id"] for row in rows if row["conversation_id"] is not None}
