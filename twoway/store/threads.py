"""Which conversation a mention belongs to, and who may join it."""

import sqlite3
from dataclasses import dataclass

from twoway.domain import Mention, OwnPost
from twoway.text import storable


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mention belongs. ``conversation`` it joins; ``linked`` it only points to, as a stranger to it."""

    conversation: int | None = None
    linked: int | None = None


_BY_REFERENCE = """
SELECT conversation_id FROM mentions
  WHERE channel_id = :channel AND reference = :name AND visibility = :visibility AND conversation_id IS NOT NULL
UNION ALL SELECT d.conversation_id FROM receipts r JOIN deliveries d ON d.id = r.delivery_id
  JOIN conversations c ON c.id = d.conversation_id
  WHERE r.channel_id = :channel AND r.remote_id = :name AND c.visibility = :visibility
UNION ALL SELECT o.conversation_id FROM outside_answers o JOIN conversations c ON c.id = o.conversation_id
  WHERE o.channel_id = :channel AND o.remote_id = :name AND c.visibility = :visibility
LIMIT 1
"""
# `thread <> ''` says to SQLite that the partial index holds all there is.
_BY_THREAD = """
SELECT conversation_id FROM mentions
WHERE channel_id = :channel AND thread = :name AND thread <> '' AND visibility = :visibility
  AND conversation_id IS NOT NULL ORDER BY id DESC LIMIT 1
"""
# Replies can be heard before what they answer.
_BY_REPLY = """
SELECT m.conversation_id FROM mention_references r JOIN mentions m ON m.id = r.mention_id
WHERE r.channel_id = :channel AND r.reference = :name AND m.visibility = :visibility AND m.conversation_id IS NOT NULL
LIMIT 1
"""
# An answer of another channel that went out through this one, such as a form's by mail: its name holds our own key.
_LENT = """
SELECT d.conversation_id FROM receipts r JOIN deliveries d ON d.id = r.delivery_id
JOIN parts p ON p.delivery_id = r.delivery_id AND p.number = r.part
JOIN conversations c ON c.id = d.conversation_id
WHERE r.channel_id IN (SELECT id FROM channels WHERE id <> :channel) AND r.remote_id = :name
  AND instr(r.remote_id, p.key) > 0 AND c.visibility = :visibility
LIMIT 1
"""
_PARTICIPANTS = """
SELECT a.remote_id FROM mentions m JOIN authors a ON a.id = m.author_id WHERE m.conversation_id = ?
UNION SELECT p.value FROM mentions m, json_each(m.participants) p WHERE m.conversation_id = ?
"""


def place(db: sqlite3.Connection, channel: int, mention: Mention) -> Place:
    """Where ``mention`` belongs; a stranger to a private conversation never joins it (promise 7)."""
    found = _thread(db, channel, mention)
    if found is None:
        return Place(linked=_lent(db, channel, mention))
    if mention.visibility == "private" and storable(mention.author.id) not in participants(db, found):
        return Place(linked=found)
    return Place(conversation=found)


def participants(db: sqlite3.Connection, conversation: int) -> set[str]:
    """Ids of everybody who wrote in a conversation or was addressed in it."""
    return {row[0] for row in db.execute(_PARTICIPANTS, (conversation, conversation))}


def thread_of(db: sqlite3.Connection, channel: int, post: OwnPost) -> int | None:
    """The conversation that a post of ours answers; None where we spoke of our own accord."""
    return _find(db, channel, post.replies_to, answered_thread(post), ("public", "private"))


def answered_thread(post: OwnPost) -> str:
    """The thread that a post of ours answers in; the first post of a thread answers nothing in it."""
    return "" if post.thread == post.id else post.thread


def _lent(db: sqlite3.Connection, channel: int, mention: Mention) -> int | None:
    """The conversation on another channel whose answer this one answers; it is pointed to, never joined."""
    found = (_ask(db, _LENT, channel, name, mention.visibility) for name in mention.replies_to)
    return next((conversation for conversation in found if conversation is not None), None)


def _thread(db: sqlite3.Connection, channel: int, mention: Mention) -> int | None:
    found = _find(db, channel, mention.replies_to, mention.thread, (mention.visibility,))
    own_name = mention.reference or mention.id
    return found if found is not None else _ask(db, _BY_REPLY, channel, own_name, mention.visibility)


def _find(
    db: sqlite3.Connection, channel: int, names: tuple[str, ...], thread: str, visibilities: tuple[str, ...]
) -> int | None:
    asked = [(_BY_REFERENCE, name) for name in names] + ([(_BY_THREAD, thread)] if thread else [])
    for sql, name in asked:
        for visibility in visibilities:
            found = _ask(db, sql, channel, name, visibility)
            if found is not None:
                return found
    return None


def _ask(db: sqlite3.Connection, sql: str, channel: int, name: str, visibility: str) -> int | None:
    row = db.execute(sql, {"channel": channel, "name": storable(name), "visibility": visibility}).fetchone()
    return None if row is None else int(row[0])
