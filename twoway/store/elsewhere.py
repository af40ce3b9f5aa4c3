"""Answers made elsewhere: kept as they are heard, and brought into their conversation, which may come later.

One page can hold both the customer's words and a colleague's answer to them; the conversation is made by the queue.
"""

import sqlite3
from datetime import datetime

from twoway import clock
from twoway.domain import OwnPost
from twoway.store import clocks, conversations
from twoway.store.events import record
from twoway.store.threads import answered_thread
from twoway.text import storable


def keep(db: sqlite3.Connection, channel: int, post: OwnPost, conversation: int | None, now: datetime) -> None:
    """Store an answer that is news; without a conversation its names wait for one."""
    answer = _insert(db, channel, post, now)
    if conversation is None:
        _name(db, answer, channel, post)
    else:
        join(db, answer, conversation, now)


def keep_again(db: sqlite3.Connection, channel: int, post: OwnPost, conversation: int, now: datetime) -> bool:
    """Bring in an answer that was heard before its conversation was known; whether it was one."""
    row = db.execute(
        "SELECT id FROM outside_answers WHERE channel_id = ? AND remote_id = ? AND conversation_id IS NULL"
        " AND erased_at IS NULL",
        (channel, storable(post.id)),
    ).fetchone()
    if row is None:
        return False
    _name(db, row["id"], channel, post)  # of one that was stored before there were names, or told more of itself now
    return row["id"] in gather(db, conversation, now)


def _name(db: sqlite3.Connection, answer: int, channel: int, post: OwnPost) -> None:
    names = [("reference", name) for name in post.replies_to] + [("thread", answered_thread(post))]
    db.executemany(
        "INSERT OR IGNORE INTO outside_names (outside_id, channel_id, kind, name) VALUES (?, ?, ?, ?)",
        [(answer, channel, kind, storable(name)) for kind, name in names if name],
    )


# What stands in a conversation, by the names that an answer to it carries. An answer to an answer of ours is its next
# part. In a thread only what came after some of the words: before them we spoke of our own accord.
_WAITING = """
WITH RECURSIVE names (kind, name, since) AS (
  SELECT 'reference', reference, '' FROM mentions WHERE conversation_id = :conversation
  UNION SELECT 'thread', thread, min(created_at) FROM mentions
    WHERE conversation_id = :conversation AND thread <> '' GROUP BY thread
  UNION SELECT 'reference', remote_id, '' FROM outside_answers WHERE conversation_id = :conversation
  UNION SELECT 'reference', r.remote_id, '' FROM deliveries d JOIN receipts r ON r.delivery_id = d.id
    WHERE d.conversation_id = :conversation
  UNION SELECT 'reference', o.remote_id, '' FROM names
    CROSS JOIN outside_names n ON n.channel_id = :channel AND n.kind = names.kind AND n.name = names.name
    CROSS JOIN outside_answers o ON o.id = n.outside_id AND o.created_at >= names.since
)
SELECT DISTINCT o.id FROM names
CROSS JOIN outside_names n ON n.channel_id = :channel AND n.kind = names.kind AND n.name = names.name
CROSS JOIN outside_answers o ON o.id = n.outside_id AND o.created_at >= names.since
"""


def gather(db: sqlite3.Connection, conversation: int, now: datetime) -> list[int]:
    """Bring in the answers that wait for what stands here. Called by whatever brings words into a conversation."""
    values = {"conversation": conversation, "channel": conversations.get(db, conversation).channel_id}
    found = [row["id"] for row in db.execute(_WAITING, values).fetchall()]
    for answer in found:
        join(db, answer, conversation, now)
    return found


def join(db: sqlite3.Connection, answer: int, conversation: int, now: datetime) -> None:
    """Make an answer part of a conversation: what it answers is owed no more, and what was approved is stale."""
    db.execute(
        "UPDATE outside_answers SET conversation_id = :conversation,"
        " version = (SELECT version FROM conversations WHERE id = :conversation) WHERE id = :answer",
        {"conversation": conversation, "answer": answer},
    )
    db.execute("DELETE FROM outside_names WHERE outside_id = ?", (answer,))
    channel = conversations.get(db, conversation).channel_id
    record(db, "conversation.answered_elsewhere", now, channel=channel, conversation=conversation)
    conversations.raise_version(db, conversation, now, "answered elsewhere")
    clocks.refresh(db, conversation)
    found = conversations.get(db, conversation)
    if found.state == "open" and found.awaiting_since is None:
        conversations.wait(db, found, now)


def _insert(db: sqlite3.Connection, channel: int, post: OwnPost, now: datetime) -> int:
    made = db.execute(
        "INSERT INTO outside_answers (channel_id, remote_id, url, text, raw, created_at, heard_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            channel,
            storable(post.id),
            storable(post.url),
            storable(post.text),
            post.raw,
            clock.stamp(post.created_at),
            clock.stamp(now),
        ),
    )
    return made.lastrowid or 0
