"""Keeping a page: mentions, changes, gap and cursor in one transaction (promise 1)."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from twoway import clock
from twoway.domain import Change, Gap, Malformed, Mention, Page
from twoway.store import conversations, elsewhere, imported, mentions
from twoway.store.changes import apply
from twoway.store.channels import Stream
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.threads import place
from twoway.text import storable

_STREAM = "SELECT s.id, s.channel_id, h.started_at FROM streams s JOIN channels h ON h.id = s.channel_id WHERE s.id = ?"
_FILE = "SELECT id, channel_id, ? AS started_at FROM streams WHERE id = ?"
_KNOWN = (
    "SELECT m.id, m.stream_id, s.name AS stream, m.conversation_id, m.visibility, m.kind, m.history, m.created_at,"
    " m.erased_at FROM mentions m JOIN streams s ON s.id = m.stream_id WHERE m.channel_id = ? AND m.remote_id = ?"
)
_NEVER = "9999-12-31T23:59:59.999999Z"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a page brought that was not known before."""

    mentions: int
    changes: int


def keep_page(store: Store, stream: Stream, page: Page) -> Kept:
    """Store what was heard and move the cursor, or neither. What is known already is passed over."""
    now = clock.now()
    with store.write() as db:
        row = db.execute(_STREAM, (stream.id,)).fetchone()
        heard = sum(_keep(db, row, mention, now) for mention in page.mentions)
        changed = sum(apply(db, stream.channel_id, change, now) for change in page.changes)
        for found in page.malformed:
            _keep_malformed(db, stream.channel_id, found, now)
        if page.gap:
            _keep_gap(db, stream, page.gap, now)
        db.execute(
            "UPDATE streams SET cursor = ?, cursor_at = ? WHERE id = ?", (page.cursor, clock.stamp(now), stream.id)
        )
        if heard:
            db.execute("UPDATE channels SET last_heard_at = ? WHERE id = ?", (clock.stamp(now), stream.channel_id))
    return Kept(heard, changed)


def keep_imported(
    store: Store, stream: Stream, found: Sequence[Mention], position: int, since: datetime | None
) -> Kept:
    """Store mentions of a file, read as far as ``position``; what is known already is passed over.

    They are history, whenever they were said; those said since ``since``, if it is given, are work.
    """
    now = clock.now()
    with store.write() as db:
        row = db.execute(_FILE, (clock.stamp(since) if since else _NEVER, stream.id)).fetchone()
        heard = sum(_keep(db, row, imported.by_known_author(db, stream.channel_id, mention), now) for mention in found)
        if heard:
            sql = "UPDATE streams SET cursor = ?, cursor_at = ? WHERE id = ?"
            db.execute(sql, (str(position), clock.stamp(now), stream.id))
            record(db, "mentions.imported", now, channel=stream.channel_id, count=heard)
    return Kept(heard, 0)


def keep_changes(store: Store, channel: int, changes: list[Change]) -> int:
    """Make changes true that were seen while looking, not collecting; how many were news."""
    now = clock.now()
    with store.write() as db:
        return sum(apply(db, channel, change, now) for change in changes)


def _keep(db: sqlite3.Connection, stream: sqlite3.Row, mention: Mention, now: datetime) -> bool:
    known = db.execute(_KNOWN, (stream["channel_id"], storable(mention.id))).fetchone()
    if known:
        return imported.heard_again(db, stream, known, mention, now)
    conversation = place(db, stream["channel_id"], mention).conversation
    row_id = mentions.insert(db, stream, mention, now)
    if conversation is not None:
        _join(db, row_id, conversation, now)
    return True


def _join(db: sqlite3.Connection, mention: int, conversation: int, now: datetime) -> None:
    kind, history = db.execute("SELECT kind, history FROM mentions WHERE id = ?", (mention,)).fetchone()
    if history or kind != "message":
        conversations.attach(db, mention, conversation)  # context, not words that anybody has to react to
    else:
        conversations.said(db, mention, conversation, now, "the customer wrote again")
    elsewhere.gather(db, conversation, now)


def _keep_malformed(db: sqlite3.Connection, channel: int, found: Malformed, now: datetime) -> None:
    db.execute(
        "INSERT OR IGNORE INTO malformed (channel_id, identity, reason, raw, at) VALUES (?, ?, ?, ?, ?)",
        (channel, storable(found.id), storable(found.reason), found.raw, clock.stamp(now)),
    )


def _keep_gap(db: sqlite3.Connection, stream: Stream, gap: Gap, now: datetime) -> None:
    since = clock.stamp(gap.since) if gap.since else None
    db.execute(
        "INSERT INTO gaps (stream_id, since, until, reason, at) VALUES (?, ?, ?, ?, ?)",
        (stream.id, since, clock.stamp(gap.until), gap.reason, clock.stamp(now)),
    )
    record(db, "stream.gap", now, channel=stream.channel_id, stream=stream.id)
