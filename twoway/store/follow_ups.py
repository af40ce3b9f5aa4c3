"""Follow-ups: what a person promised to do by a time. A task with a clock of its own, on its conversation.

When its time has come the conversation is back on the desk, wherever it was put, and somebody is told. It is not over
before a person says that it is done; closing the conversation leaves it standing.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from twoway import clock
from twoway.errors import NotFound, Refused
from twoway.store import alerts, conversations
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.rows import columns, many
from twoway.text import storable

BATCH = 200
LONGEST = 500


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A task, and who has promised it."""

    id: int
    conversation_id: int
    text: str
    due_at: str
    user_id: int
    created_at: str
    raised_at: str | None
    done_at: str | None
    done_by: int | None


def of_conversation(store: Store, conversation: int) -> list[FollowUp]:
    """The tasks of a conversation: the open ones by their time, then what is done, the newest first."""
    sql = (
        f"SELECT {columns(FollowUp)} FROM follow_ups WHERE conversation_id = ?"
        " ORDER BY done_at IS NOT NULL, CASE WHEN done_at IS NULL THEN due_at END, done_at DESC, id"
    )
    return many(FollowUp, store.read().execute(sql, (conversation,)))


def add(store: Store, conversation: int, text: str, due: datetime, user: int) -> int:
    """Promise something by then; its id. Raises Refused for no words, too many, or a time that is over."""
    said, now = storable(text).strip(), clock.now()
    if not said or len(said) > LONGEST:
        raise Refused(f"say what was promised, in at most {LONGEST} characters")
    if due <= now:
        raise Refused("choose a time that lies ahead")
    with store.write() as db:
        conversations.get(db, conversation)
        made = db.execute(
            "INSERT INTO follow_ups (conversation_id, text, due_at, user_id, created_at) VALUES (?, ?, ?, ?, ?)",
            (conversation, said, clock.stamp(due), user, clock.stamp(now)),
        ).lastrowid
        record(db, "follow_up.promised", now, conversation=conversation, user=user, follow_up=made)
        return int(made or 0)


def finish(store: Store, conversation: int, follow_up: int, user: int) -> None:
    """It is done. Raises NotFound; what is done already stays as it is."""
    now = clock.now()
    with store.write() as db:
        row = db.execute(
            "SELECT done_at FROM follow_ups WHERE id = ? AND conversation_id = ?", (follow_up, conversation)
        ).fetchone()
        if row is None:
            raise NotFound(f"there is no follow-up {follow_up} in conversation {conversation}")
        if row["done_at"] is None:
            sql = "UPDATE follow_ups SET done_at = ?, done_by = ? WHERE id = ?"
            db.execute(sql, (clock.stamp(now), user, follow_up))
            record(db, "follow_up.done", now, conversation=conversation, user=user, follow_up=follow_up)


_RIPE = "SELECT id, conversation_id FROM follow_ups WHERE done_at IS NULL AND raised_at IS NULL AND due_at <= ? LIMIT ?"


def follow_up_once(store: Store, batch: int = BATCH) -> bool:
    """Bring back what was promised until now, and tell of it, each once; whether there was any."""
    now = clock.now()
    if not store.read().execute(_RIPE, (clock.stamp(now), batch)).fetchone():
        return False
    with store.write() as db:
        ripe = db.execute(_RIPE, (clock.stamp(now), batch)).fetchall()
        for row in ripe:
            _raise(db, row["id"], row["conversation_id"], now)
    return bool(ripe)


def _raise(db: sqlite3.Connection, follow_up: int, conversation: int, now: datetime) -> None:
    db.execute("UPDATE follow_ups SET raised_at = ? WHERE id = ?", (clock.stamp(now), follow_up))
    conversations.reopen(db, conversation, now, "something was promised for now")
    record(db, "follow_up.due", now, conversation=conversation, follow_up=follow_up)
    channel = conversations.get(db, conversation).channel_id
    alerts.raise_alert(db, "follow_up", f"follow_up:{follow_up}", channel, conversation, now)
