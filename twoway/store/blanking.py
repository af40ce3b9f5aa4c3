"""What is personal, table by table, and how it is blanked; the proof beside it stays.

Ids on a platform stay, so that what was erased is not taken for new when it is heard again.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable

from twoway.store import vectors

Blanked = Counter[str]
"""How many rows of which kind."""

# The door keeps what was pushed at the desk; a mention's raw bytes are the same.
_MENTION = {
    "requests": "UPDATE inbound SET body = x'' WHERE channel_id = (SELECT channel_id FROM mentions WHERE id = :id)"
    " AND length(body) = (SELECT length(raw) FROM mentions WHERE id = :id)"
    " AND body = (SELECT raw FROM mentions WHERE id = :id) AND body <> x''",
    "versions": "UPDATE mention_versions SET text = '', raw = NULL WHERE mention_id = :id"
    " AND (text <> '' OR raw IS NOT NULL)",
    "judgements": "UPDATE judgements SET details = json_set(details, '$.why', json('[]')) WHERE mention_id = :id"
    " AND json_extract(details, '$.why') <> '[]'",
    "corrections": "DELETE FROM corrections WHERE mention_id = :id",
    "references": "DELETE FROM mention_references WHERE mention_id = :id",
    "mentions": "UPDATE mentions SET text = '', title = '', quoted = '', raw = NULL, url = '', address = '',"
    " language = '', route_reason = '', attachments = '[]', participants = '[]', reference = 'erased-' || id,"
    " erased_at = :at WHERE id = :id AND erased_at IS NULL",
}
_ANSWERS = {
    "previews": "UPDATE previews SET body = NULL, erased_at = :at WHERE body IS NOT NULL AND sha256 IN"
    " (SELECT p.sha256 FROM approvals p JOIN drafts f ON f.id = p.draft_id WHERE {which})",
    "draft_versions": "UPDATE draft_versions SET text = '', subject = '', erased_at = :at WHERE erased_at IS NULL"
    " AND draft_id IN (SELECT f.id FROM drafts f WHERE {which})",
    "drafts": "UPDATE drafts AS f SET text = '', subject = '',"
    " returned_reason = CASE WHEN returned_reason IS NOT NULL THEN '' END"
    " WHERE (text <> '' OR subject <> '' OR returned_reason <> '') AND {which}",
}
# Answers made elsewhere that no conversation was known of: by the names that say what they answer, and by their age.
# One that names the very words it answers is not forgotten with what others said in the same thread.
_FORGET = "UPDATE outside_answers SET text = '', url = '', raw = NULL, erased_at = :at WHERE erased_at IS NULL AND"
_BY_NAME = (
    "SELECT n.outside_id FROM mentions m CROSS JOIN outside_names n ON n.channel_id = m.channel_id"
    " AND n.kind = '{name}' AND n.name = m.{name} WHERE m.id = :id"
)
_NAMED = (
    f"{_BY_NAME.format(name='reference')} UNION {_BY_NAME.format(name='thread')}"
    " AND NOT EXISTS (SELECT 1 FROM outside_names r WHERE r.outside_id = n.outside_id AND r.kind = 'reference')"
)
_STRAYS = {
    "outside_answers": f"{_FORGET} id IN ({_NAMED})",
    "outside_names": f"DELETE FROM outside_names WHERE outside_id IN ({_NAMED})",
}
_OLD = (
    "SELECT id FROM outside_answers INDEXED BY outside_answers_strays WHERE conversation_id IS NULL"
    " AND erased_at IS NULL AND channel_id = :channel AND heard_at < :before LIMIT :limit"
)
_OLD_STRAYS = {
    "outside_answers": f"{_FORGET} id IN (SELECT value FROM json_each(:ids))",
    "outside_names": "DELETE FROM outside_names WHERE outside_id IN (SELECT value FROM json_each(:ids))",
}
_CONVERSATION = {
    "notes": "UPDATE notes SET text = '' WHERE conversation_id = :id AND text <> ''",
    "outside_answers": f"{_FORGET} conversation_id = :id",
    "follow_ups": "DELETE FROM follow_ups WHERE conversation_id = :id",
    "reasons": "UPDATE conversations SET resolved_reason = 'erased' WHERE id = :id AND resolved_reason <> 'erased'",
    "failures": "UPDATE deliveries SET reason = '' WHERE conversation_id = :id AND reason <> ''",
}
_AUTHOR = {
    "tags": "DELETE FROM author_tags WHERE author_id = :id",
    "authors": "UPDATE authors SET remote_id = 'erased-' || id, handle = 'erased-' || id, name = '', url = '',"
    " followers = NULL WHERE id = :id AND remote_id <> 'erased-' || id",
}
_PART = {
    "participants": "UPDATE mentions AS m SET participants = (SELECT json_group_array(p.value)"
    " FROM json_each(m.participants) p WHERE p.value <> :name) WHERE channel_id = :channel AND participants <> '[]'"
    " AND EXISTS (SELECT 1 FROM json_each(m.participants) p WHERE p.value = :name)",
}


def mention(db: sqlite3.Connection, row_id: int, at: str) -> Blanked:
    """The words of a mention, all that was received and all that was made of them; not the answers to it."""
    vectors.forget(db, row_id)
    return _run(db, _MENTION.items(), {"id": row_id, "at": at})


def answers(db: sqlite3.Connection, row_id: int, at: str) -> Blanked:
    """What was written and sent in answer to a mention, and what was answered elsewhere outside any conversation."""
    return _run(db, [*_which("f.mention_id = :id"), *_STRAYS.items()], {"id": row_id, "at": at})


def strays(db: sqlite3.Connection, channel: int, before: str, at: str, most: int) -> Blanked:
    """Answers made elsewhere that were heard before then and are in no conversation, ``most`` of them at once."""
    found = db.execute(_OLD, {"channel": channel, "before": before, "limit": most}).fetchall()
    return _run(db, _OLD_STRAYS.items(), {"ids": json.dumps([row["id"] for row in found]), "at": at})


def conversation(db: sqlite3.Connection, row_id: int, at: str) -> Blanked:
    """Everything in a conversation that stands in no mention."""
    return _run(db, _which("f.conversation_id = :id"), {"id": row_id, "at": at}) + beside(db, row_id, at)


def beside(db: sqlite3.Connection, row_id: int, at: str) -> Blanked:
    """What was noted in a conversation, and answers made elsewhere."""
    return _run(db, _CONVERSATION.items(), {"id": row_id, "at": at})


def author(db: sqlite3.Connection, row_id: int) -> Blanked:
    """Who an author is."""
    return _run(db, _AUTHOR.items(), {"id": row_id})


def part_taken(db: sqlite3.Connection, row_id: int) -> Blanked:
    """That an author takes part in the mail of others, where they are named by their id."""
    row = db.execute("SELECT channel_id, remote_id FROM authors WHERE id = ?", (row_id,)).fetchone()
    return _run(db, _PART.items(), {"channel": row["channel_id"], "name": row["remote_id"]})


def _which(which: str) -> list[tuple[str, str]]:
    return [(name, sql.format(which=which)) for name, sql in _ANSWERS.items()]


def _run(db: sqlite3.Connection, asked: Iterable[tuple[str, str]], values: dict[str, object]) -> Blanked:
    return Counter({name: count for name, sql in asked if (count := db.execute(sql, values).rowcount) > 0})
