"""Vectors of mentions: kept beside their words, read in blocks, gone with their words."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from twoway import clock
from twoway.store.database import Store

if TYPE_CHECKING:
    from twoway.vectors import Block, Packed

BLOCK = 2_500
"""Vectors in memory at once: 4 MB of 384 cells each, which stay near the processor; 20,000 took half as long again."""
NONE = 2**63 - 1
"""No mention's number."""
_TABLES = ("vectors", "likenesses", "topics")


@dataclass(frozen=True, slots=True)
class Fresh:
    """What an encoder made of a mention's words."""

    mention_id: int
    version: int
    vector: "Packed"
    topics: Sequence[tuple[str, float]] = ()
    """Names, and how near."""


def keep(store: Store, encoder: str, fresh: Sequence[Fresh]) -> None:
    """Keep what was made, in one transaction; nothing of words that are gone or changed meanwhile."""
    with store.write() as db:
        for one in fresh:
            if _stands(db, one):
                db.execute(
                    "INSERT OR REPLACE INTO vectors (mention_id, mention_version, encoder, scale, cells)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (one.mention_id, one.version, encoder, one.vector.scale, one.vector.cells),
                )
                db.execute("DELETE FROM topics WHERE mention_id = ?", (one.mention_id,))
                values = [(one.mention_id, name, similarity) for name, similarity in one.topics]
                db.executemany("INSERT INTO topics (mention_id, name, similarity) VALUES (?, ?, ?)", values)


def _stands(db: sqlite3.Connection, one: Fresh) -> bool:
    sql = "SELECT 1 FROM mentions WHERE id = ? AND version = ? AND deleted_at IS NULL AND erased_at IS NULL"
    return db.execute(sql, (one.mention_id, one.version)).fetchone() is not None


def forget(db: sqlite3.Connection, mention: int) -> None:
    """Remove all that was made of a mention's words; whatever changes or erases them calls it."""
    for table in _TABLES:
        db.execute(f"DELETE FROM {table} WHERE mention_id = ?", (mention,))


def of_mention(store: Store, mention: int) -> "tuple[str, Packed] | None":
    """A mention's vector and its encoder."""
    from twoway.vectors import Packed

    sql = "SELECT encoder, scale, cells FROM vectors WHERE mention_id = ?"
    row = store.read().execute(sql, (mention,)).fetchone()
    return None if row is None else (row["encoder"], Packed(row["scale"], row["cells"]))


BLOCKS = """
SELECT mention_id, scale, cells FROM vectors WHERE mention_id >= ? AND encoder = ? ORDER BY mention_id LIMIT ?
"""


def blocks(store: Store, encoder: str, since: int = 0, size: int = BLOCK) -> "Iterator[Block]":
    """All vectors of an encoder, oldest mention first, from the mention ``since`` on; no read stays open between."""
    from twoway.vectors import block

    cursor = store.read().cursor()
    cursor.row_factory = None  # plain tuples take half the time
    while rows := cursor.execute(BLOCKS, (since, encoder, size)).fetchall():
        ids, scales, cells = zip(*rows, strict=True)
        yield block(ids, scales, cells)
        since = ids[-1] + 1


SINCE = """
SELECT min((SELECT m.id FROM mentions m WHERE m.channel_id = h.id AND m.heard_at >= ? ORDER BY m.heard_at LIMIT 1))
FROM channels h
"""
NEWEST = "SELECT mention_id FROM vectors ORDER BY mention_id DESC LIMIT 1 OFFSET ?"


def first_since(store: Store, moment: datetime, most: int) -> int:
    """From which mention on they were heard since then; with at most ``most`` newer vectors."""
    heard = store.read().execute(SINCE, (clock.stamp(moment),)).fetchone()[0]
    early = store.read().execute(NEWEST, (most - 1,)).fetchone()
    return max(NONE if heard is None else heard, early[0] if early else 0)
