"""Alerts: the cause is a row of the causing transaction; the desk claims it and sends it at least once."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from twoway import clock
from twoway.store.database import Store
from twoway.store.rows import maybe


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert to send, with what its message needs. ``text`` is the mention that the conversation last heard.

    Without a channel where it concerns the whole desk.
    """

    id: int
    rule: str
    channel: str | None
    channel_kind: str | None
    channel_reason: str | None
    held_reason: str | None
    conversation_id: int | None
    author: str | None
    followers: int | None
    text: str | None
    language: str | None
    sentiment: str | None
    urgency: str | None
    due_at: str | None
    created_at: str
    attempts: int
    reached: str
    """JSON list of the receivers that have it already."""

    @property
    def receivers(self) -> frozenset[str]:
        """Who has it already."""
        return frozenset(json.loads(self.reached))


def raise_alert(
    db: sqlite3.Connection, rule: str, cause: str, channel: int | None, conversation: int | None, now: datetime
) -> None:
    """Note an alert once a ``cause``, inside the transaction that causes it."""
    at = clock.stamp(now)
    db.execute(
        "INSERT OR IGNORE INTO alerts (rule, cause, channel_id, conversation_id, created_at, not_before)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (rule, cause, channel, conversation, at, at),
    )


_ONE = """
SELECT a.id, a.rule, h.name, h.kind, h.paused_reason, k.held_reason, a.conversation_id,
  CASE WHEN w.name <> '' THEN w.name ELSE w.handle END, w.followers,
  m.text, j.language, j.sentiment, j.urgency, c.due_at, a.created_at, a.attempts, a.reached
FROM alerts a JOIN desk k LEFT JOIN channels h ON h.id = a.channel_id
LEFT JOIN conversations c ON c.id = a.conversation_id LEFT JOIN authors w ON w.id = c.author_id
LEFT JOIN mentions m ON m.id = (SELECT id FROM mentions WHERE conversation_id = c.id ORDER BY created_at DESC LIMIT 1)
LEFT JOIN judgements j ON j.id = m.judgement_id
WHERE a.id = ?
"""


def claim(store: Store, lease: timedelta) -> AlertRow | None:
    """The oldest alert that is due, put off by ``lease`` so that a crash while sending repeats it, never loses it."""
    now = clock.now()
    with store.write() as db:
        row = db.execute(
            "UPDATE alerts SET attempts = attempts + 1, not_before = ? WHERE id ="
            " (SELECT id FROM alerts WHERE sent_at IS NULL AND not_before <= ? ORDER BY not_before LIMIT 1)"
            " RETURNING id",
            (clock.stamp(now + lease), clock.stamp(now)),
        ).fetchone()
        return maybe(AlertRow, db.execute(_ONE, (row["id"],))) if row else None


def reached(store: Store, alert: int, receiver: str) -> None:
    """One receiver has it; a further try leaves that one out."""
    with store.write() as db:
        db.execute("UPDATE alerts SET reached = json_insert(reached, '$[#]', ?) WHERE id = ?", (receiver, alert))


def sent(store: Store, alert: int) -> None:
    """Every receiver that is to have it has it; there may be none."""
    with store.write() as db:
        db.execute("UPDATE alerts SET sent_at = ?, last_error = NULL WHERE id = ?", (clock.stamp(clock.now()), alert))


def failed(store: Store, alert: int, error: str, retry_at: datetime) -> None:
    """It did not; try again then."""
    with store.write() as db:
        db.execute(
            "UPDATE alerts SET last_error = ?, not_before = ? WHERE id = ?", (error, clock.stamp(retry_at), alert)
        )


def give_up(store: Store, alert: int, why: str) -> None:
    """It is not tried any more, though somebody does not have it; ``why`` stays beside it."""
    with store.write() as db:
        db.execute("UPDATE alerts SET sent_at = ?, last_error = ? WHERE id = ?", (clock.stamp(clock.now()), why, alert))


def untold(store: Store, since: datetime) -> int:
    """How many alerts raised since then have failed to reach a receiver so far, or for good."""
    sql = "SELECT count(*) FROM alerts WHERE created_at >= ? AND last_error IS NOT NULL"
    return int(store.read().execute(sql, (clock.stamp(since),)).fetchone()[0])
