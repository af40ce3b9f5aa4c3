"""Changes on a platform: edits, deletions, answers of ours made elsewhere, answers that came back."""

import json
import sqlite3
from datetime import datetime
from functools import singledispatch

from twoway import clock
from twoway.domain import Bounced, Change, Deleted, Edited, OwnPost, Receipt
from twoway.states import move
from twoway.store import clocks, conversations, deliveries, elsewhere, endings, mentions, receipts, vectors
from twoway.store.events import record
from twoway.store.threads import thread_of
from twoway.text import storable


def apply(db: sqlite3.Connection, channel: int, change: Change, now: datetime) -> bool:
    """Make a change true here; whether it was news. Repeating it changes nothing."""
    return _apply(change, db, channel, now)


@singledispatch
def _apply(change: Change, db: sqlite3.Connection, channel: int, now: datetime) -> bool:
    raise TypeError(f"{type(change).__name__} is no change")


def _known(db: sqlite3.Connection, channel: int, remote_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(
        "SELECT id, conversation_id, text, address, version, kind, history FROM mentions"
        " WHERE channel_id = ? AND remote_id = ? AND deleted_at IS NULL AND erased_at IS NULL",
        (channel, storable(remote_id)),
    ).fetchone()
    return row


@_apply.register
def _edited(change: Edited, db: sqlite3.Connection, channel: int, now: datetime) -> bool:
    row = _known(db, channel, change.id)
    if row is None:
        return False
    text, address = storable(change.text), storable(change.address) or row["address"]
    if (text, address) == (row["text"], row["address"]):
        return False
    db.execute("UPDATE mentions SET address = ?, changed_at = ? WHERE id = ?", (address, clock.stamp(now), row["id"]))
    if change.route:
        how = (change.route, storable(change.route_reason), row["id"])
        db.execute("UPDATE mentions SET route = ?, route_reason = ? WHERE id = ?", how)
    if text != row["text"]:
        version = row["version"] + 1
        mentions.keep_version(db, row["id"], version, text, change.raw, now)
        vectors.forget(db, row["id"])
        db.execute(
            "UPDATE mentions SET text = ?, version = ?, said_there = ?, judgement_id = NULL, queued = 0 WHERE id = ?",
            (text, version, clock.stamp(change.at), row["id"]),
        )
    if row["conversation_id"]:
        _changed_words(db, row, now, said_anew=text != row["text"], why="the customer edited their words")
    return True


def _changed_words(db: sqlite3.Connection, row: sqlite3.Row, now: datetime, *, said_anew: bool, why: str) -> None:
    if said_anew and row["kind"] == "message" and not row["history"]:
        conversations.said(db, row["id"], row["conversation_id"], now, why)
    else:
        conversations.raise_version(db, row["conversation_id"], now, why)
    clocks.refresh(db, row["conversation_id"])


@_apply.register
def _deleted(change: Deleted, db: sqlite3.Connection, channel: int, now: datetime) -> bool:
    row = _known(db, channel, change.id)
    if row is None:
        return False
    db.execute("UPDATE mentions SET deleted_at = ? WHERE id = ?", (clock.stamp(change.at), row["id"]))
    vectors.forget(db, row["id"])
    if row["conversation_id"]:
        _changed_words(db, row, now, said_anew=False, why="the customer deleted their words")
    return True


@_apply.register
def _own_post(change: OwnPost, db: sqlite3.Connection, channel: int, now: datetime) -> bool:
    known = "SELECT 1 FROM {} WHERE channel_id = ? AND remote_id = ?"
    names, conversation = (channel, storable(change.id)), thread_of(db, channel, change)
    if db.execute(known.format("receipts"), names).fetchone():
        return False
    if db.execute(known.format("outside_answers"), names).fetchone():
        return conversation is not None and elsewhere.keep_again(db, channel, change, conversation, now)
    if change.key and (lent := _lent(db, channel, change.key)):
        return _read_back(db, lent, change, now)
    part = _doubtful_part(db, channel, conversation, change)
    if part:
        receipt = Receipt(change.id, change.created_at, change.url)
        receipts.keep_receipt(db, part["delivery_id"], part["number"], receipt, "heard", now)
        return True
    elsewhere.keep(db, channel, change, conversation, now)
    return True


def _lent(db: sqlite3.Connection, channel: int, key: str) -> sqlite3.Row | None:
    """The part of another channel that this one carried: a form's answers go out through a mailbox."""
    row: sqlite3.Row | None = db.execute(
        "SELECT p.delivery_id, p.number, p.state, p.tried_at, d.state AS of FROM parts p"
        " JOIN deliveries d ON d.id = p.delivery_id WHERE p.key = ? AND d.channel_id <> ?",
        (key, channel),
    ).fetchone()
    return row


def _read_back(db: sqlite3.Connection, part: sqlite3.Row, post: OwnPost, now: datetime) -> bool:
    """A part that was tried and has no receipt yet gets one; no other copy of it is an answer made elsewhere."""
    if part["state"] == "sent" or not part["tried_at"] or part["of"] not in ("pending", "sending", "unknown"):
        return False
    receipt = Receipt(post.id, post.created_at, post.url)
    receipts.keep_receipt(db, part["delivery_id"], part["number"], receipt, "heard", now)
    return True


def _doubtful_part(db: sqlite3.Connection, channel: int, conversation: int | None, post: OwnPost) -> sqlite3.Row | None:
    """The unsent part that this post of ours is: by the key, else by its very words in the same conversation."""
    rows = db.execute(
        "SELECT p.delivery_id, p.number, p.key, w.body, d.conversation_id FROM deliveries d"
        " JOIN parts p ON p.delivery_id = d.id JOIN previews w ON w.sha256 = d.sha256"
        " WHERE d.channel_id = ? AND d.state IN ('pending', 'sending', 'unknown') AND p.state <> 'sent'"
        " AND p.tried_at IS NOT NULL ORDER BY p.delivery_id, p.number",
        (channel,),
    ).fetchall()
    keyed = [row for row in rows if post.key and row["key"] == post.key]
    worded = [row for row in rows if row["conversation_id"] == conversation and _says(row, post.text)]
    return next(iter(keyed or worded), None)


def _says(row: sqlite3.Row, text: str) -> bool:
    return bool(row["body"]) and json.loads(row["body"])["parts"][row["number"]].split() == text.split()


@_apply.register
def _bounced(change: Bounced, db: sqlite3.Connection, channel: int, now: datetime) -> bool:
    marks = ", ".join("?" * len(change.remote_ids))
    row = db.execute(
        "SELECT d.id, d.state, d.conversation_id, d.channel_id FROM receipts r"
        " JOIN deliveries d ON d.id = r.delivery_id JOIN parts p ON p.delivery_id = r.delivery_id AND p.number = r.part"
        # Of another channel's answers only those whose name holds our own key, which no other platform gives.
        f" WHERE r.channel_id IN (SELECT id FROM channels) AND r.remote_id IN ({marks})"
        " AND (r.channel_id = ? OR instr(r.remote_id, p.key) > 0) AND d.state = 'sent'",
        (*map(storable, change.remote_ids), channel),
    ).fetchone()
    if row is None:
        return False
    db.execute(
        "UPDATE deliveries SET state = ?, reason = ?, changed_at = ? WHERE id = ?",
        (move("delivery", row["state"], "failed"), storable(change.reason), clock.stamp(now), row["id"]),
    )
    endings.alert(db, deliveries.get(db, row["id"]), "failed", now)
    conversation, of = row["conversation_id"], row["channel_id"]
    record(db, "delivery.bounced", now, channel=of, conversation=conversation, delivery=row["id"])
    conversations.note(db, row["conversation_id"], change.reason, None, now)
    conversations.raise_version(db, row["conversation_id"], now, "our answer came back")
    conversations.reopen(db, row["conversation_id"], now, "our answer came back")
    clocks.refresh(db, row["conversation_id"])
    return True
