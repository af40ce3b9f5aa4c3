"""Forgetting: whatever is personal is blanked; events, hashes, order and approvals stay (promise 8).

Nothing is erased from under an answer that is on its way or in doubt: its words are needed until that is settled.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from twoway import clock
from twoway.errors import NotFound, Refused
from twoway.store import blanking, clocks, conversations, drafts
from twoway.store.blanking import Blanked
from twoway.store.database import Store
from twoway.store.events import record

REASON = "erased"
BATCH = 100
"""Mentions, conversations or answers made elsewhere of a transaction."""
STRAYS = timedelta(days=1)
"""How long an answer made elsewhere is kept at least: the conversation that it belongs to may still be on its way."""


def mention(store: Store, number: int, user: int) -> Blanked:
    """Erase a mention and the answers to it. Raises NotFound, Refused."""
    with store.write() as db:
        found = db.execute("SELECT id FROM mentions WHERE id = ? AND erased_at IS NULL", (number,)).fetchone()
        if found is None:
            raise NotFound(f"there is no mention {number}, or it was erased before")
        blanked = _erase(db, [number], user, clock.now())
    store.tidy()
    return blanked


def author(store: Store, number: int, user: int) -> Blanked:
    """Erase an author: who they are, all they said, the answers to it, the notes on it. Raises NotFound, Refused."""
    now = clock.now()
    with store.write() as db:
        if db.execute("SELECT 1 FROM authors WHERE id = ?", (number,)).fetchone() is None:
            raise NotFound(f"there is no author {number}")
        sql = "SELECT id FROM mentions WHERE author_id = ? AND erased_at IS NULL ORDER BY id"
        blanked = _erase(db, [row["id"] for row in db.execute(sql, (number,)).fetchall()], user, now)
        for row in db.execute("SELECT id FROM conversations WHERE author_id = ?", (number,)).fetchall():
            blanked += blanking.beside(db, row["id"], clock.stamp(now))
        channel = db.execute("SELECT channel_id FROM authors WHERE id = ?", (number,)).fetchone()["channel_id"]
        blanked += blanking.part_taken(db, number) + blanking.author(db, number)
        record(db, "author.erased", now, channel=channel, user=user, author=number)
    store.tidy()
    return blanked


_SPARED = "SELECT id FROM streams WHERE channel_id = :channel AND name IN (SELECT value FROM json_each(:spared))"
_OLD = f"""
SELECT m.id FROM mentions m WHERE m.channel_id = :channel AND m.erased_at IS NULL AND m.created_at < :before
AND m.stream_id NOT IN ({_SPARED}) AND (
  m.conversation_id IN (SELECT c.id FROM conversations c WHERE c.channel_id = :channel AND c.state = 'resolved'
    AND c.resolved_at < :before AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.conversation_id = c.id
      AND d.state IN ('pending', 'sending', 'unknown')))
  OR (m.conversation_id IS NULL AND (m.history = 1 OR m.kind <> 'message' OR m.deleted_at IS NOT NULL)))
LIMIT :limit
"""
# What was pushed at the desk and could not be read lies behind the door as well.
_UNREAD = """
UPDATE inbound SET body = x'' WHERE channel_id = :channel AND body <> x'' AND body IN
  (SELECT raw FROM malformed WHERE channel_id = :channel AND at < :before AND raw IS NOT NULL)
"""
_NAMELESS = """
SELECT a.id FROM authors a WHERE a.id IN (SELECT author_id FROM mentions WHERE id IN ({marks}))
  AND NOT EXISTS (SELECT 1 FROM mentions m WHERE m.author_id = a.id AND m.erased_at IS NULL)
"""


def retain_once(store: Store, channel: int, before: datetime, spared: Sequence[str] = ()) -> bool:
    """Erase what was said on a channel before then and is closed, or is history; whether there was any.

    ``spared``: streams whose mentions stay.

    Authors of whom nothing is left are erased with it, and so is what nobody could read, and what we said ourselves in
    no conversation.
    """
    now = clock.now()
    with store.write() as db:
        values = {"channel": channel, "before": clock.stamp(before), "limit": BATCH, "spared": json.dumps(spared)}
        db.execute(_UNREAD, values)
        db.execute("UPDATE malformed SET raw = NULL WHERE channel_id = :channel AND at < :before", values)
        strays = blanking.strays(db, channel, clock.stamp(min(before, now - STRAYS)), clock.stamp(now), BATCH)
        ids = [row["id"] for row in db.execute(_OLD, values).fetchall()]
        _erase(db, ids, None, now)
        for row in db.execute(_NAMELESS.format(marks=", ".join("?" * len(ids))), ids).fetchall():
            blanking.author(db, row["id"])
            record(db, "author.erased", now, channel=channel, author=row["id"])
    return bool(ids or strays)


def beyond(store: Store, channel: int, most: int | None, spared: Sequence[str] = ()) -> datetime | None:
    """When the oldest of the newest ``most`` mentions was said, if there are more of them than that.

    ``spared``: streams whose mentions do not count.
    """
    sql = (
        "SELECT created_at FROM mentions WHERE channel_id = :channel AND erased_at IS NULL AND deleted_at IS NULL"
        f" AND stream_id NOT IN ({_SPARED}) ORDER BY created_at DESC LIMIT 2 OFFSET :most"
    )
    values = {"channel": channel, "most": max(0, (most or 0) - 1), "spared": json.dumps(spared)}
    rows = [] if most is None else store.read().execute(sql, values).fetchall()
    return clock.parse(rows[0]["created_at"]) if len(rows) > 1 else None


def forget_deleted_once(store: Store, before: datetime) -> bool:
    """Erase the words that their author or the platform took back before then; whether there were any.

    What the desk answered stays: those are not their words.
    """
    now = clock.now()
    sql = "SELECT id, channel_id, conversation_id FROM mentions WHERE deleted_at < ? AND erased_at IS NULL LIMIT ?"
    with store.write() as db:
        rows = db.execute(sql, (clock.stamp(before), BATCH)).fetchall()
        for row in rows:
            blanking.mention(db, row["id"], clock.stamp(now))
            channel, conversation = row["channel_id"], row["conversation_id"]
            record(db, "mention.erased", now, channel=channel, conversation=conversation, mention=row["id"])
    return bool(rows)


def _erase(db: sqlite3.Connection, mentions: Sequence[int], user: int | None, now: datetime) -> Blanked:
    """Erase these mentions with their answers, and what else stands in a conversation of which nothing is left."""
    at, blanked, touched = clock.stamp(now), Blanked(), dict.fromkeys(_conversations(db, mentions))
    for conversation in touched:
        _refuse_under_way(db, conversation)
        conversations.raise_version(db, conversation, now, REASON, user)  # cancels what is pending
    for number in mentions:
        _drop(db, "mention_id", number, now)
        blanked += blanking.answers(db, number, at) + blanking.mention(db, number, at)
        channel, conversation = db.execute(
            "SELECT channel_id, conversation_id FROM mentions WHERE id = ?", (number,)
        ).fetchone()
        record(db, "mention.erased", now, channel=channel, conversation=conversation, user=user, mention=number)
    for conversation in touched:
        left = "SELECT 1 FROM mentions WHERE conversation_id = ? AND erased_at IS NULL"
        if db.execute(left, (conversation,)).fetchone() is None:
            blanked += _empty(db, conversation, user, now)
        conversations.want_draft(db, conversation)
        clocks.refresh(db, conversation)
    return blanked


def _conversations(db: sqlite3.Connection, mentions: Sequence[int]) -> list[int]:
    sql = "SELECT conversation_id FROM mentions WHERE id = ? AND conversation_id IS NOT NULL"
    return [row["conversation_id"] for number in mentions for row in db.execute(sql, (number,)).fetchall()]


def _refuse_under_way(db: sqlite3.Connection, conversation: int) -> None:
    sql = "SELECT state FROM deliveries WHERE conversation_id = ? AND state IN ('sending', 'unknown')"
    row = db.execute(sql, (conversation,)).fetchone()
    if row:
        raise Refused(f"an answer in conversation {conversation} is {row['state']}; settle that first, then erase")


def _empty(db: sqlite3.Connection, conversation: int, user: int | None, now: datetime) -> Blanked:
    """Close a conversation of which nothing is left, and blank the rest of it."""
    _drop(db, "conversation_id", conversation, now)
    found = conversations.get(db, conversation)
    if found.state != "resolved":
        conversations.settle(db, conversation)
        conversations.close(db, found, now, reason=REASON, user=user)
    return blanking.conversation(db, conversation, clock.stamp(now))


def _drop(db: sqlite3.Connection, of: str, number: int, now: datetime) -> None:
    db.execute(
        f"UPDATE drafts SET state = 'dropped', returned_reason = NULL, changed_at = ? WHERE {of} = ?"
        f" AND {drafts.IN_WORK}",
        (clock.stamp(now), number),
    )
