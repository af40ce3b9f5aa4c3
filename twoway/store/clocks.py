"""The clock of what is owed: when it runs out, when it warns, and what is raised once a moment has come.

A promise counts from the customer's words, in the working time of its channel: the first answer by one target, each
further one by another. The clock stands while the conversation is in a lane that does not run against time, such as
noise to check, and there is none where nothing is owed: the customer was asked, or it is closed. Putting a conversation
aside stops no clock; its warning brings it back.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from twoway import clock, hours
from twoway.hours import Calendar
from twoway.store import alerts, conversations, scores
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.rows import columns, one

BATCH = 200


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of one conversation. Times are None where nothing is owed, or its lane does not run against time."""

    id: int
    """Of the conversation."""
    target: str
    """``first`` or ``next``: which answer is owed."""
    awaiting_since: str | None
    warn_at: str | None
    due_at: str | None
    warned_at: str | None
    breached_at: str | None
    stopped_at: str | None
    stopped_seconds: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What the time of an answer hangs on."""

    target: str
    seconds: int
    warn_percent: int
    clocked: bool
    """The lane runs against time."""
    calendar: Calendar

    def due(self, since: datetime, stopped: int) -> datetime:
        """When the time is used up that began ``since`` and has stood still for ``stopped`` working seconds."""
        return self.calendar.until(since, timedelta(seconds=self.seconds + stopped))

    def warn(self, since: datetime, stopped: int) -> datetime:
        """When so much of it is used up that a warning comes."""
        return self.calendar.until(since, timedelta(seconds=self.seconds * self.warn_percent / 100 + stopped))


_ANSWERED = (
    "(EXISTS (SELECT 1 FROM deliveries d WHERE d.conversation_id = c.id AND d.state = 'sent')"
    " OR EXISTS (SELECT 1 FROM outside_answers o WHERE o.conversation_id = c.id))"
)
TERMS = f"""
SELECT c.id, c.awaiting_since, c.due_at, c.stopped_at, c.stopped_seconds, l.clock AS clocked, h.hours, h.counted_by,
  h.warn_percent,
  {_ANSWERED} AS answered, coalesce(t.answer_seconds, h.answer_seconds) AS first_seconds,
  coalesce(t.next_seconds, h.next_seconds, h.answer_seconds) AS next_seconds
FROM conversations c JOIN channels h ON h.id = c.channel_id JOIN lanes l ON l.name = c.lane
LEFT JOIN lane_targets t ON t.channel_id = c.channel_id AND t.lane = c.lane
"""


def terms(row: sqlite3.Row) -> Terms:
    """The terms in a row of ``TERMS``."""
    target = "next" if row["answered"] else "first"
    seconds = row[f"{target}_seconds"]
    return Terms(target, seconds, row["warn_percent"], bool(row["clocked"]), hours.read(row["hours"]))


def refresh(db: sqlite3.Connection, conversation: int) -> None:
    """Bring what is owed, and its clock, in step with the facts. Called by whatever changes one of them."""
    since = conversations.awaiting_since(db, conversation)
    row = db.execute(f"{TERMS} WHERE c.id = ?", (conversation,)).fetchone()
    held = terms(row)
    stopped_at, stopped = _stopped(row, held, since)
    running = since is not None and stopped_at is None
    values = {
        "id": conversation,
        "since": since,
        "target": held.target,
        "due": clock.stamp(held.due(clock.parse(since), stopped)) if since and running else None,
        "warn": clock.stamp(held.warn(clock.parse(since), stopped)) if since and running else None,
        "stopped_at": stopped_at,
        "stopped": stopped,
    }
    db.execute(_SET, values)
    scores.put_time(db, conversation)


# What was raised stays raised as long as its moment still lies before; a later moment is raised anew.
_SET = """
UPDATE conversations SET awaiting_since = :since, target = :target, due_at = :due, warn_at = :warn,
  warned_at = CASE WHEN warned_at >= :warn THEN warned_at END,
  breached_at = CASE WHEN breached_at >= :due THEN breached_at END,
  stopped_at = :stopped_at, stopped_seconds = :stopped
WHERE id = :id AND state <> 'resolved'
"""


def _stopped(row: sqlite3.Row, held: Terms, since: str | None) -> tuple[str | None, int]:
    """Since when the clock stands, and how many working seconds it stood before; another debt begins anew."""
    if since is None:
        return None, 0
    known = since == row["awaiting_since"]
    stopped = row["stopped_seconds"] if known else 0
    at = row["stopped_at"] if known else None
    now = clock.now()
    if not held.clocked:
        return at or (clock.stamp(now) if known else since), stopped
    if at is not None:
        stopped += int(held.calendar.between(clock.parse(at), now).total_seconds())
    return None, stopped


def of_conversation(store: Store, conversation: int) -> Clock:
    """The clock of a conversation. Raises NotFound."""
    sql = f"SELECT {columns(Clock)} FROM conversations WHERE id = ?"
    return one(Clock, store.read().execute(sql, (conversation,)), f"conversation {conversation}")


# Each way has an index.
_RIPE = """
SELECT id FROM (SELECT id FROM conversations WHERE due_at <= :now AND breached_at IS NULL LIMIT :limit)
UNION SELECT id FROM (SELECT id FROM conversations WHERE warn_at <= :now AND warned_at IS NULL LIMIT :limit)
"""


def clock_once(store: Store, batch: int = BATCH) -> bool:
    """Raise the warnings and breaches whose moment has come, each once; whether there were any.

    The mark on the conversation, the event and the alert's cause are one transaction. Of what is too late already
    nobody is warned any more.
    """
    values = {"now": clock.stamp(clock.now()), "limit": batch}
    if not store.read().execute(_RIPE, values).fetchone():
        return False
    with store.write() as db:
        ripe = db.execute(_RIPE, values).fetchall()
        for row in ripe:
            _raise(db, row["id"])
    return bool(ripe)


def _raise(db: sqlite3.Connection, conversation: int) -> None:
    now = clock.now()
    stamp = clock.stamp(now)
    found = conversations.get(db, conversation)
    breach = found.due_at is not None and found.due_at <= stamp
    marks = "breached_at = :now, warned_at = coalesce(warned_at, :now)" if breach else "warned_at = :now"
    db.execute(f"UPDATE conversations SET {marks} WHERE id = :id", {"now": stamp, "id": conversation})
    scores.put_time(db, conversation)
    if found.state == "snoozed":
        conversations.reopen(db, conversation, now, "its time runs out")
    record(db, "conversation.breached" if breach else "conversation.warned", now, conversation=conversation)
    rule = "clock.breach" if breach else "clock.warning"
    alerts.raise_alert(db, rule, f"{rule}:{conversation}:{found.due_at}", found.channel_id, conversation, now)
