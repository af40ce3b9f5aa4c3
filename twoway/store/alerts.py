"""Alerts: the cause is a row of the causing transaction; the desk claims it and sends it at least once."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from twoway import clock
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.rows import maybe
from twoway.text import canonical


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert to send, with what its message needs. ``text`` is what alarmed, else what the customer said last.

    Without a channel where it concerns the whole desk.
    """

    id: int
    rule: str
    level: int
    channel: str | None
    channel_kind: str | None
    channel_reason: str | None
    """Why the channel is paused; None while it is not."""
    last_heard_at: str | None
    expires_at: str | None
    spent: str | None
    budget: str | None
    currency: str | None
    held_reason: str | None
    conversation_id: int | None
    author: str | None
    followers: int | None
    text: str | None
    """None where the words are gone: deleted by their author, or erased."""
    language: str | None
    sentiment: str | None
    urgency: str | None
    complaint: int | None
    lane: str | None
    due_at: str | None
    assignee: str | None
    delivery_reason: str | None
    facts: str
    """JSON object: figures that the cause alone knew."""
    created_at: str
    attempts: int
    reached: str
    """JSON list of the receivers that have it already."""

    @property
    def receivers(self) -> frozenset[str]:
        """Who has it already."""
        return frozenset(json.loads(self.reached))


def raise_alert(
    db: sqlite3.Connection,
    rule: str,
    cause: str,
    channel: int | None,
    conversation: int | None,
    now: datetime,
    *,
    mention: int | None = None,
    delivery: int | None = None,
    after: timedelta = timedelta(0),
    **facts: str | int,
) -> None:
    """Note an alert once a ``cause``, inside the transaction that causes it.

    Nobody is told before ``after``, and then only if it is still so. ``facts`` are figures, never a person's words.
    """
    db.execute(
        "INSERT OR IGNORE INTO alerts (rule, cause, channel_id, conversation_id, mention_id, delivery_id, facts,"
        " created_at, not_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            rule,
            cause,
            channel,
            conversation,
            mention,
            delivery,
            canonical(facts),
            clock.stamp(now),
            clock.stamp(now + after),
        ),
    )


def notice(store: Store, rule: str, cause: str, channel: int) -> bool:
    """Raise what is found by looking, not by anything that happens; False where it is known already."""
    if store.read().execute("SELECT 1 FROM alerts WHERE cause = ?", (cause,)).fetchone():
        return False
    with store.write() as db:
        raise_alert(db, rule, cause, channel, None, clock.now())
    return True


_ONE = """
SELECT a.id, a.rule, a.level, h.name, h.kind, h.paused_reason, h.last_heard_at, s.expires_at, s.spent, s.budget,
  s.currency, k.held_reason, a.conversation_id, CASE WHEN w.name <> '' THEN w.name ELSE w.handle END, w.followers,
  CASE WHEN m.deleted_at IS NULL AND m.erased_at IS NULL THEN m.text END, j.language, j.sentiment, j.urgency,
  j.complaint, c.lane, c.due_at, u.name, d.reason, a.facts, a.created_at, a.attempts, a.reached
FROM alerts a JOIN desk k LEFT JOIN channels h ON h.id = a.channel_id LEFT JOIN standings s ON s.channel_id = h.id
LEFT JOIN conversations c ON c.id = a.conversation_id LEFT JOIN authors w ON w.id = c.author_id
LEFT JOIN users u ON u.id = c.assignee_id LEFT JOIN deliveries d ON d.id = a.delivery_id
LEFT JOIN mentions m ON m.id = coalesce(a.mention_id,
  (SELECT id FROM mentions WHERE conversation_id = c.id ORDER BY created_at DESC LIMIT 1))
LEFT JOIN judgements j ON j.id = m.judgement_id
WHERE a.id = ?
"""


def get(db: sqlite3.Connection, alert: int) -> AlertRow | None:
    """The alert, as its message would tell of it now."""
    return maybe(AlertRow, db.execute(_ONE, (alert,)))


def reached(store: Store, alert: int, receiver: str) -> None:
    """One receiver has it; a further try leaves that one out. The first one puts it on the conversations' record."""
    now = clock.now()
    with store.write() as db:
        told = db.execute(
            "UPDATE alerts SET reached = json_insert(reached, '$[#]', ?) WHERE id = ?"
            " RETURNING rule, json_array_length(reached) AS receivers",
            (receiver, alert),
        ).fetchone()
        if told["receivers"] > 1:
            return
        for row in db.execute(
            "SELECT id, channel_id, conversation_id FROM alerts WHERE id = :alert UNION ALL"
            " SELECT id, channel_id, conversation_id FROM alerts WHERE told_with = :alert",
            {"alert": alert},
        ).fetchall():
            subject = {"channel": row["channel_id"], "conversation": row["conversation_id"]}
            record(db, "alert.told", now, **subject, alert=row["id"], rule=told["rule"])


def sent(store: Store, alert: int) -> None:
    """Every receiver that is to have it has it; there may be none."""
    with store.write() as db:
        _end(db, alert, None)


def failed(store: Store, alert: int, error: str, retry_at: datetime) -> None:
    """It did not; try again then."""
    with store.write() as db:
        db.execute(
            "UPDATE alerts SET last_error = ?, not_before = ? WHERE id = ?", (error, clock.stamp(retry_at), alert)
        )


def give_up(store: Store, alert: int, why: str) -> None:
    """It is not tried any more, though somebody does not have it; ``why`` stays beside it."""
    with store.write() as db:
        _end(db, alert, why)


def _end(db: sqlite3.Connection, alert: int, error: str | None) -> None:
    """With those that its message counted."""
    values = {"now": clock.stamp(clock.now()), "error": error, "alert": alert}
    db.execute("UPDATE alerts SET sent_at = :now, last_error = :error WHERE id = :alert", values)
    db.execute("UPDATE alerts SET sent_at = :now, last_error = :error WHERE told_with = :alert", values)


def untold(store: Store, since: datetime) -> int:
    """How many alerts raised since then have failed to reach a receiver so far, or for good."""
    sql = "SELECT count(*) FROM alerts WHERE created_at >= ? AND last_error IS NOT NULL"
    return int(store.read().execute(sql, (clock.stamp(since),)).fetchone()[0])
