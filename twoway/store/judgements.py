"""Judgements: every one is kept with its model; a mention points to the one that counts."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from twoway import clock
from twoway.domain import Judgement
from twoway.store.database import Store
from twoway.store.rows import many, maybe, one
from twoway.text import canonical

PERSON = "person"
"""The model of a judgement that a person has made; no other goes before it."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A mention whose present words have no judgement yet."""

    mention_id: int
    version: int
    title: str
    text: str

    @property
    def words(self) -> str:
        """What is judged: the subject counts as the first line."""
        return words(self.title, self.text)


def words(title: str, text: str) -> str:
    """What is judged of a mention."""
    return f"{title}\n{text}" if title else text


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """A judgement as it is kept; ``details`` is its JSON."""

    id: int
    mention_id: int
    language: str
    sentiment: str
    complaint: int
    wants_answer: int
    noise: int
    urgency: str
    abstained: int
    severe: int
    model: str
    details: str

    @property
    def judgement(self) -> Judgement:
        """The judgement as a value."""
        return Judgement.of(json.loads(self.details))

    @property
    def why(self) -> list[str]:
        """The words that carried the decision."""
        return list(json.loads(self.details)["why"])


_COLUMNS = (
    "j.id, j.mention_id, j.language, j.sentiment, j.complaint, j.wants_answer, j.noise, j.urgency, j.abstained,"
    " j.severe, j.model, j.details"
)


def unjudged(store: Store, limit: int) -> list[Unjudged]:
    """The oldest mentions without a judgement; those that somebody may wait for before history."""
    sql = (
        "SELECT id, version, title, text FROM mentions WHERE judgement_id IS NULL AND kind = 'message'"
        " AND deleted_at IS NULL AND erased_at IS NULL ORDER BY history, id LIMIT ?"
    )
    return many(Unjudged, store.read().execute(sql, (limit,)))


def of_mention(store: Store, mention: int) -> JudgementRow | None:
    """The judgement that counts for a mention, if there is one."""
    sql = f"SELECT {_COLUMNS} FROM mentions m JOIN judgements j ON j.id = m.judgement_id WHERE m.id = ?"
    return maybe(JudgementRow, store.read().execute(sql, (mention,)))


def get(db: sqlite3.Connection, judgement: int) -> JudgementRow:
    """The judgement of that number. Raises NotFound."""
    sql = f"SELECT {_COLUMNS} FROM judgements j WHERE j.id = ?"
    return one(JudgementRow, db.execute(sql, (judgement,)), f"judgement {judgement}")


def keep(store: Store, judged: Sequence[tuple[Unjudged, Judgement]]) -> None:
    """Keep judgements, in one transaction; words that changed while they were judged are judged again."""
    now = clock.now()
    with store.write() as db:
        for found, judgement in judged:
            row = put(db, found.mention_id, found.version, judgement, now)
            db.execute(
                "UPDATE mentions SET judgement_id = ?, queued = 0"
                " WHERE id = ? AND version = ? AND judgement_id IS NULL",
                (row, found.mention_id, found.version),
            )


_KEPT = (
    "model", "language", "sentiment", "complaint", "wants_answer", "noise", "urgency", "abstained", "severe", "details",
    "at",
)  # fmt: skip


def put(
    db: sqlite3.Connection,
    mention: int,
    version: int,
    judgement: Judgement,
    now: datetime,
    *,
    severe: bool | None = None,
) -> int:
    """Keep one judgement of these words; its number. The same model's earlier one makes way.

    ``severe``: where somebody else than the judgement's own figures says so.
    """
    values = (*_values(judgement, judgement.severe if severe is None else severe), clock.stamp(now))
    row = db.execute(
        f"INSERT INTO judgements (mention_id, mention_version, {', '.join(_KEPT)})"
        f" VALUES (?, ?{', ?' * len(_KEPT)}) ON CONFLICT (mention_id, mention_version, model)"
        f" DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _KEPT)} RETURNING id",
        (mention, version, *values),
    ).fetchone()
    return int(row["id"])


def _values(judgement: Judgement, severe: bool) -> tuple[str | int, ...]:
    return (
        judgement.model,
        judgement.language,
        judgement.sentiment.label,
        int(judgement.complaint.flag),
        int(judgement.wants_answer.flag),
        int(judgement.noise.flag),
        judgement.urgency.label,
        int(judgement.abstained),
        int(severe),
        canonical(judgement.as_json()),
    )
