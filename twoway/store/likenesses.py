"""Mentions that say the same: near-duplicates, cross-posts, one letter sent by many."""

import json
from collections.abc import Collection, Sequence

from twoway.store.database import Store
from twoway.store.judgements import Unjudged
from twoway.store.rows import many


def words(store: Store, mentions: Collection[int]) -> dict[int, str]:
    """What these mentions say, as it is judged; of those that still stand."""
    sql = (
        "SELECT id, version, title, text FROM mentions WHERE id IN (SELECT value FROM json_each(?))"
        " AND deleted_at IS NULL AND erased_at IS NULL"
    )
    rows = many(Unjudged, store.read().execute(sql, (json.dumps(list(mentions)),)))
    return {row.mention_id: row.words for row in rows}


_FIRST = """
SELECT coalesce((SELECT min(first_id) FROM likenesses WHERE mention_id IN (SELECT value FROM json_each(:alike))),
  (SELECT min(value) FROM json_each(:alike)))
"""
_JOIN = """
INSERT INTO likenesses (mention_id, first_id)
SELECT mention_id, :first FROM vectors WHERE mention_id IN (SELECT value FROM json_each(:alike))
ON CONFLICT (mention_id) DO NOTHING
"""


def keep(store: Store, found: Sequence[Sequence[int]]) -> None:
    """Each of these lists is of mentions that say the same; what is known to be like others stays with them."""
    with store.write() as db:
        for alike in found:
            values: dict[str, object] = {"alike": json.dumps(list(alike))}
            values["first"] = db.execute(_FIRST, values).fetchone()[0]
            db.execute(_JOIN, values)


ALIKE = """
SELECT DISTINCT m.conversation_id FROM mentions o JOIN likenesses l ON l.mention_id = o.id
JOIN likenesses a ON a.first_id = l.first_id JOIN mentions m ON m.id = a.mention_id
WHERE o.conversation_id = :id AND m.conversation_id <> :id ORDER BY m.conversation_id DESC LIMIT :limit
"""


def conversations(store: Store, conversation: int, limit: int = 100) -> list[int]:
    """Other conversations in which the same is said, the newest first."""
    return [row[0] for row in store.read().execute(ALIKE, {"id": conversation, "limit": limit})]
