"""Conversations: opening, versions, the moves between their states, and what still wants an answer."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from twoway import clock
from twoway.domain import Visibility
from twoway.errors import Stale
from twoway.states import move
from twoway.store import scores
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.rows import columns, many, one
from twoway.text import storable


@dataclass(frozen=True, slots=True)
class Conversation:
    """One customer's matter on one channel."""

    id: int
    channel_id: int
    author_id: int
    visibility: Visibility
    state: str
    version: int
    lane: str
    rank: int
    opened_at: str
    changed_at: str
    last_heard_at: str
    settled_version: int
    awaiting_since: str | None
    due_at: str | None
    snoozed_until: str | None
    assignee_id: int | None
    linked_to: int | None
    resolved_at: str | None
    resolved_reason: str | None
    resolved_by: int | None
    resolved_rule: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """An internal word on a conversation; ``user_id`` is None where the desk itself noted a fact."""

    id: int
    user_id: int | None
    text: str
    at: str


def get(db: sqlite3.Connection, conversation: int) -> Conversation:
    """The conversation, inside or outside a transaction. Raises NotFound."""
    sql = f"SELECT {columns(Conversation)} FROM conversations WHERE id = ?"
    return one(Conversation, db.execute(sql, (conversation,)), f"conversation {conversation}")


def by_id(store: Store, conversation: int) -> Conversation:
    """The conversation. Raises NotFound."""
    return get(store.read(), conversation)


def notes(store: Store, conversation: int) -> list[Note]:
    """Internal notes, oldest first."""
    sql = f"SELECT {columns(Note)} FROM notes WHERE conversation_id = ? ORDER BY id"
    return many(Note, store.read().execute(sql, (conversation,)))


def expect(db: sqlite3.Connection, conversation: int, version: int | None) -> Conversation:
    """The conversation, if it still is at ``version`` (None: whatever it is at). Raises Stale."""
    found = get(db, conversation)
    if version is not None and found.version != version:
        raise Stale(f"conversation {conversation} has changed since you looked at it; look again")
    return found


def note(db: sqlite3.Connection, conversation: int, text: str, user: int | None, now: datetime) -> None:
    """Write an internal note. It changes no version: what was approved stays approved."""
    db.execute(
        "INSERT INTO notes (conversation_id, user_id, text, at) VALUES (?, ?, ?, ?)",
        (conversation, user, storable(text), clock.stamp(now)),
    )
    record(db, "conversation.noted", now, conversation=conversation, user=user)


def raise_version(db: sqlite3.Connection, conversation: int, now: datetime, why: str, user: int | None = None) -> None:
    """Make everything approved so far stale: what was pending is cancelled, its words go back to the writer."""
    db.execute(
        "UPDATE conversations SET version = version + 1, changed_at = ? WHERE id = ?", (clock.stamp(now), conversation)
    )
    record(db, "conversation.changed", now, conversation=conversation, user=user, why=why)
    cancelled = db.execute(
        "UPDATE deliveries SET state = 'cancelled', reason = ?, changed_at = ?"
        " WHERE conversation_id = ? AND state = 'pending' RETURNING id, approval_id",
        (why, clock.stamp(now), conversation),
    ).fetchall()
    for delivery in cancelled:
        record(db, "delivery.cancelled", now, conversation=conversation, user=user, delivery=delivery["id"], why=why)
        hand_back(db, conversation, delivery["approval_id"], now)
        if db.execute("SELECT 1 FROM parts WHERE delivery_id = ? AND state = 'sent'", (delivery["id"],)).fetchone():
            note(db, conversation, "only a part of the answer was sent", None, now)


def hand_back(db: sqlite3.Connection, conversation: int, approval: int, now: datetime) -> None:
    """Words that were approved and will not be sent return to writing, unless other words are already in work."""
    busy = db.execute(
        "SELECT 1 FROM drafts WHERE conversation_id = ? AND state IN ('writing', 'submitted', 'returned')",
        (conversation,),
    ).fetchone()
    db.execute(
        "UPDATE drafts SET state = ?, changed_at = ? WHERE state = 'approved'"
        " AND id = (SELECT draft_id FROM approvals WHERE id = ?)",
        (move("draft", "approved", "dropped" if busy else "writing"), clock.stamp(now), approval),
    )
    want_draft(db, conversation)


def reopen(db: sqlite3.Connection, conversation: int, now: datetime, why: str) -> None:
    """Bring a waiting, snoozed or resolved conversation back onto the desk."""
    found = get(db, conversation)
    move("conversation", found.state, "open")
    if found.state == "open":
        return
    db.execute(
        "UPDATE conversations SET state = 'open', snoozed_until = NULL, resolved_at = NULL, resolved_reason = NULL,"
        " resolved_by = NULL, resolved_rule = NULL, changed_at = ? WHERE id = ?",
        (clock.stamp(now), conversation),
    )
    record(db, "conversation.reopened", now, conversation=conversation, was=found.state, why=why)


def attach(db: sqlite3.Connection, mention: int, conversation: int) -> None:
    """Make a mention part of a conversation, known from its present version on."""
    db.execute(
        "UPDATE mentions SET conversation_id = :conversation,"
        " said_version = (SELECT version FROM conversations WHERE id = :conversation) WHERE id = :mention",
        {"conversation": conversation, "mention": mention},
    )


def said(db: sqlite3.Connection, mention: int, conversation: int, now: datetime, why: str) -> None:
    """The customer has said something new here: nothing approved before holds, and it is back on the desk."""
    raise_version(db, conversation, now, why)
    reopen(db, conversation, now, why)
    attach(db, mention, conversation)
    db.execute("UPDATE conversations SET last_heard_at = ? WHERE id = ?", (clock.stamp(now), conversation))
    want_draft(db, conversation)


# No draft is in work, and none was begun since the customer last wrote.
UNDRAFTED = """
NOT EXISTS (SELECT 1 FROM drafts d WHERE d.conversation_id = c.id
  AND (d.state IN ('writing', 'submitted', 'returned') OR d.created_at >= c.last_heard_at))
"""


def want_draft(db: sqlite3.Connection, conversation: int) -> None:
    """Keep whether a proposal is wanted in step with its drafts. Called by whatever begins one or ends its work."""
    db.execute(f"UPDATE conversations AS c SET undrafted = {UNDRAFTED} WHERE c.id = ?", (conversation,))


# An answer made elsewhere answers what stood there before it, by the platform's clock, and was known here when it came
# into the conversation: the second keeps a clock that was set back from answering what is said later. One heard before
# its conversation has the version of that moment, so that of the words found there the platform's clock alone decides.
AWAITING = """
SELECT min(w.said_at) FROM wanting w JOIN conversations c ON c.id = w.conversation_id
WHERE w.conversation_id = :id AND w.said_version > max(
    c.settled_version,
    coalesce((SELECT max(a.version) FROM deliveries d JOIN approvals a ON a.id = d.approval_id
              WHERE d.conversation_id = :id AND d.state = 'sent'), 0))
  AND NOT EXISTS (SELECT 1 FROM outside_answers o WHERE o.conversation_id = :id AND o.created_at >= w.said_there
    AND o.version >= w.said_version)
"""


def awaiting_since(db: sqlite3.Connection, conversation: int) -> str | None:
    """Since when words stand that want an answer and have none: after the last answer and the last closing."""
    value: str | None = db.execute(AWAITING, {"id": conversation}).fetchone()[0]
    return value


_OWED = ("awaiting_since", "due_at", "warn_at", "warned_at", "breached_at", "stopped_at")
NOTHING_OWED = ", ".join(f"{column} = NULL" for column in _OWED) + ", stopped_seconds = 0"
"""No answer is owed, so that no clock runs."""


def settle(db: sqlite3.Connection, conversation: int) -> None:
    """A person dealt with all that was said so far, answered or not."""
    db.execute("UPDATE conversations SET settled_version = version WHERE id = ?", (conversation,))


def wait(db: sqlite3.Connection, conversation: Conversation, now: datetime) -> None:
    """Nothing is owed here for now: everything was answered or settled."""
    db.execute(
        f"UPDATE conversations SET state = ?, snoozed_until = NULL, {NOTHING_OWED}, changed_at = ? WHERE id = ?",
        (move("conversation", conversation.state, "waiting"), clock.stamp(now), conversation.id),
    )
    scores.put_time(db, conversation.id)


def snooze(db: sqlite3.Connection, conversation: Conversation, now: datetime, until: datetime) -> None:
    """Put aside. It is no answer: what awaits goes on awaiting."""
    db.execute(
        "UPDATE conversations SET state = ?, snoozed_until = ?, changed_at = ? WHERE id = ?",
        (move("conversation", conversation.state, "snoozed"), clock.stamp(until), clock.stamp(now), conversation.id),
    )


def close(
    db: sqlite3.Connection,
    conversation: Conversation,
    now: datetime,
    *,
    reason: str | None = None,
    user: int | None = None,
    rule: str | None = None,
) -> None:
    """Resolve, by a person with a reason or by a rule that a person wrote."""
    db.execute(
        "UPDATE conversations SET state = :state, resolved_at = :now, resolved_reason = :reason, resolved_by = :user,"
        f" resolved_rule = :rule, snoozed_until = NULL, {NOTHING_OWED}, changed_at = :now WHERE id = :id",
        {
            "state": move("conversation", conversation.state, "resolved"),
            "now": clock.stamp(now),
            "reason": reason,
            "user": user,
            "rule": rule,
            "id": conversation.id,
        },
    )
    scores.put_time(db, conversation.id)
    record(db, "conversation.resolved", now, conversation=conversation.id, user=user, rule=rule)
