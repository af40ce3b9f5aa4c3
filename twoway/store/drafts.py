"""Drafts: proposals and what people make of them. One is in work a conversation."""

import json
import sqlite3
from dataclasses import dataclass

from twoway import clock
from twoway.errors import Refused, Stale
from twoway.states import move
from twoway.store import conversations, draft_versions, mentions
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.rows import columns, many, maybe, one
from twoway.text import storable


@dataclass(frozen=True, slots=True)
class DraftRow:
    """An answer in work, or one that was."""

    id: int
    conversation_id: int
    mention_id: int
    state: str
    text: str
    subject: str
    source: str
    user_id: int | None
    returned_reason: str | None
    created_at: str
    changed_at: str


IN_WORK = "state IN ('writing', 'submitted', 'returned')"


def by_id(db: sqlite3.Connection, draft: int) -> DraftRow:
    """The draft. Raises NotFound."""
    return one(DraftRow, db.execute(f"SELECT {columns(DraftRow)} FROM drafts WHERE id = ?", (draft,)), f"draft {draft}")


def in_work(db: sqlite3.Connection, conversation: int) -> DraftRow | None:
    """The draft that people are at, if there is one."""
    sql = f"SELECT {columns(DraftRow)} FROM drafts WHERE conversation_id = ? AND {IN_WORK}"
    return maybe(DraftRow, db.execute(sql, (conversation,)))


def of_conversation(store: Store, conversation: int) -> list[DraftRow]:
    """Every draft of a conversation, oldest first."""
    sql = f"SELECT {columns(DraftRow)} FROM drafts WHERE conversation_id = ? ORDER BY id"
    return many(DraftRow, store.read().execute(sql, (conversation,)))


# Those that are due: an answer is owed, and the clock runs. By an index that holds nothing else.
_UNDRAFTED = """
SELECT c.id FROM conversations c INDEXED BY conversations_undrafted
WHERE c.undrafted = 1 AND c.state = 'open' AND c.due_at IS NOT NULL
  AND c.channel_id IN (SELECT value FROM json_each(:channels))
  AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.conversation_id = c.id
                  AND d.state IN ('pending', 'sending', 'unknown'))
ORDER BY c.rank DESC, c.due_at LIMIT :limit
"""


def undrafted(store: Store, channels: list[int], limit: int) -> list[int]:
    """Open conversations of these channels that await an answer and had no proposal since the customer last wrote."""
    values = {"channels": json.dumps(channels), "limit": limit}
    return [row["id"] for row in store.read().execute(_UNDRAFTED, values).fetchall()]


def save(
    store: Store,
    conversation: int,
    text: str,
    subject: str,
    *,
    source: str,
    user: int | None,
    seen: str | None = None,
) -> DraftRow:
    """Write the draft in work, or begin one.

    ``seen`` is the ``changed_at`` of the draft that the writer had before them, '' if there was none: Stale if
    somebody has changed it since. A proposal (``user`` None) never overwrites words that are in work.
    """
    with store.write() as db:
        target = mentions.latest(db, conversation)
        if target is None:
            raise Refused("there is nothing to answer in this conversation: the customer's words are gone")
        if user is not None:
            _take_back(db, conversation, user)
        known = in_work(db, conversation)
        if known is None and seen:
            raise Stale("somebody else has approved or put away this draft meanwhile; reload it")
        if known is None:
            return _begin(db, target, storable(text), storable(subject), source, user)
        if user is None:
            conversations.want_draft(db, conversation)  # a mark that went wrong must not ask for it for ever
            return known
        if seen is not None and known.changed_at != seen:
            raise Stale("somebody else has changed this draft meanwhile; reload it, your words are still in the field")
        return _edit(db, known, target, storable(text), storable(subject), user)


def _edit(
    db: sqlite3.Connection, known: DraftRow, target: mentions.MentionRow, text: str, subject: str, user: int
) -> DraftRow:
    now = clock.now()
    draft_versions.keep(db, known.id, text, subject, user, now)
    db.execute(
        "UPDATE drafts SET state = 'writing', text = ?, subject = ?, user_id = ?, mention_id = ?,"
        " returned_reason = NULL, changed_at = ? WHERE id = ?",
        (text, subject, draft_versions.newest(db, known.id).user_id, target.id, clock.stamp(now), known.id),
    )
    record(db, "draft.edited", now, conversation=known.conversation_id, user=user, draft=known.id)
    return by_id(db, known.id)


def _take_back(db: sqlite3.Connection, conversation: int, user: int) -> None:
    """Writing on while an approved answer has not gone out withdraws it; its words are in work again."""
    sql = "SELECT 1 FROM deliveries WHERE conversation_id = ? AND state = 'pending'"
    if db.execute(sql, (conversation,)).fetchone():
        conversations.raise_version(db, conversation, clock.now(), "the draft was changed", user)


def _begin(
    db: sqlite3.Connection, target: mentions.MentionRow, text: str, subject: str, source: str, user: int | None
) -> DraftRow:
    now = clock.now()
    draft = db.execute(
        "INSERT INTO drafts (conversation_id, mention_id, state, text, subject, source, user_id, created_at,"
        " changed_at) VALUES (?, ?, 'writing', ?, ?, ?, ?, ?, ?)",
        (target.conversation_id, target.id, text, subject, source, user, clock.stamp(now), clock.stamp(now)),
    ).lastrowid
    draft_versions.begin(db, draft or 0, text, subject, user, now)
    conversations.want_draft(db, target.conversation_id or 0)
    record(db, "draft.begun", now, conversation=target.conversation_id, user=user, draft=draft, source=source)
    return by_id(db, draft or 0)


def submit(store: Store, conversation: int, user: int) -> DraftRow:
    """Hand the draft in work to the approvers."""
    return _move(store, conversation, "submitted", user)


def hand_back(store: Store, conversation: int, user: int, reason: str) -> DraftRow:
    """Give a submitted draft back to its writer, with the reason."""
    if not reason.strip():
        raise Refused("say why, so that the writer can do better")
    return _move(store, conversation, "returned", user, storable(reason))


def drop(store: Store, conversation: int, user: int) -> DraftRow:
    """Put the draft in work away."""
    return _move(store, conversation, "dropped", user)


def _move(store: Store, conversation: int, state: str, user: int, reason: str | None = None) -> DraftRow:
    now = clock.now()
    with store.write() as db:
        conversations.get(db, conversation)
        draft = in_work(db, conversation)
        if draft is None:
            raise Refused("there is no draft in work in this conversation")
        db.execute(
            "UPDATE drafts SET state = ?, returned_reason = ?, changed_at = ? WHERE id = ?",
            (move("draft", draft.state, state), reason, clock.stamp(now), draft.id),
        )
        conversations.want_draft(db, conversation)
        if state == "submitted":
            draft_versions.submit(db, draft.id, user, now)
        record(db, f"draft.{state}", now, conversation=conversation, user=user, draft=draft.id)
        return by_id(db, draft.id)
