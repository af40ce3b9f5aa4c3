"""Mentions that came from a file: history, until the channel itself tells of them or a person makes work of them."""

import sqlite3
from dataclasses import replace
from datetime import datetime

from twoway import clock
from twoway.domain import Author, Edited, Mention
from twoway.store import clocks, conversations, mentions
from twoway.store.changes import apply
from twoway.text import storable


def by_known_author(db: sqlite3.Connection, channel: int, mention: Mention) -> Mention:
    """The mention with its author as the desk knows them: a file is older than what the platform told."""
    sql = "SELECT handle, name, url, followers FROM authors WHERE channel_id = ? AND remote_id = ?"
    row, said = db.execute(sql, (channel, storable(mention.author.id))).fetchone(), mention.author
    if row is None:
        return mention
    handle = said.handle if row["handle"] in ("", said.id) else row["handle"]
    followers = said.followers if row["followers"] is None else row["followers"]
    author = Author(said.id, handle, row["name"] or said.name, row["url"] or said.url, followers)
    return replace(mention, author=author)


def heard_again(
    db: sqlite3.Connection, stream: sqlite3.Row, known: sqlite3.Row, mention: Mention, now: datetime
) -> bool:
    """What a known mention that came from a file becomes when it is heard once more; whether it is news."""
    if known["stream"] != mentions.IMPORTED or known["erased_at"]:
        return False
    if known["stream_id"] == stream["id"]:
        return _make_work(db, stream, known, now)
    return _adopt(db, stream, known, mention, now)


def _make_work(db: sqlite3.Connection, stream: sqlite3.Row, known: sqlite3.Row, now: datetime) -> bool:
    if not known["history"] or known["created_at"] < stream["started_at"]:
        return False
    db.execute("UPDATE mentions SET history = 0 WHERE id = ?", (known["id"],))
    _said(db, known, now)
    return True


def _adopt(db: sqlite3.Connection, stream: sqlite3.Row, known: sqlite3.Row, mention: Mention, now: datetime) -> bool:
    """What the platform says goes before what a file said; one in a conversation of other visibility stays there."""
    if known["conversation_id"] and known["visibility"] != mention.visibility:
        return False
    history = mentions.is_history(mention, stream["started_at"])
    db.execute(
        "UPDATE mentions SET stream_id = ?, visibility = ?, route = ?, route_reason = ?, address = ?, raw = ?,"
        " heard_at = ?, history = min(history, ?) WHERE id = ?",
        (
            stream["id"],
            mention.visibility,
            mention.route,
            storable(mention.route_reason),
            storable(mention.address),
            mention.raw,
            clock.stamp(now),
            int(history),
            known["id"],
        ),
    )
    apply(db, stream["channel_id"], Edited(mention.id, mention.text, mention.created_at, mention.raw), now)
    if known["history"] and not history:
        _said(db, known, now)
    return True


def _said(db: sqlite3.Connection, known: sqlite3.Row, now: datetime) -> None:
    """What stood in a conversation as context is now something to react to."""
    if known["conversation_id"] and known["kind"] == "message":
        conversations.said(db, known["id"], known["conversation_id"], now, "the customer wrote again")
        clocks.refresh(db, known["conversation_id"])
