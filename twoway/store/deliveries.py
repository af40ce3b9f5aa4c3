"""Deliveries: claimed by one statement, sent part by part, never twice (promise 3)."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from twoway import clock
from twoway.domain import Part, Preview, Receipt
from twoway.errors import Refused
from twoway.states import move
from twoway.store import conversations
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.rows import columns, many, one
from twoway.text import storable


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One approved answer on its way."""

    id: int
    approval_id: int
    sha256: str
    conversation_id: int
    channel_id: int
    route: str
    after: str
    state: str
    not_before: str
    attempts: int
    claimed_by: str | None
    lease_until: str | None
    reason: str
    receipt_id: int | None
    created_at: str
    changed_at: str
    sent_at: str | None


@dataclass(frozen=True, slots=True)
class PartRow:
    """One remote write of a delivery and, once sent, the platform's word."""

    number: int
    key: str
    state: str
    tried_at: str | None
    remote_id: str | None
    url: str | None
    at: str | None
    evidence: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker alone may touch until the lease ends."""

    delivery: DeliveryRow
    channel: str
    preview: Preview
    worker: str


def get(db: sqlite3.Connection, delivery: int) -> DeliveryRow:
    """The delivery, inside or outside a transaction. Raises NotFound."""
    sql = f"SELECT {columns(DeliveryRow)} FROM deliveries WHERE id = ?"
    return one(DeliveryRow, db.execute(sql, (delivery,)), f"delivery {delivery}")


def of_conversation(store: Store, conversation: int) -> list[DeliveryRow]:
    """Every delivery of a conversation, oldest first."""
    sql = f"SELECT {columns(DeliveryRow)} FROM deliveries WHERE conversation_id = ? ORDER BY id"
    return many(DeliveryRow, store.read().execute(sql, (conversation,)))


def preview(db: sqlite3.Connection, sha256: str) -> Preview:
    """The preview that was approved. Raises Refused once its words are erased."""
    row = db.execute("SELECT body FROM previews WHERE sha256 = ?", (sha256,)).fetchone()
    if row is None or row["body"] is None:
        raise Refused("the words of this answer have been erased; it can no longer be sent")
    return Preview.of(json.loads(row["body"]))


def parts(db: sqlite3.Connection, delivery: int) -> list[PartRow]:
    """The parts of a delivery in order."""
    sql = (
        "SELECT p.number, p.key, p.state, p.tried_at, r.remote_id, r.url, r.at, r.evidence FROM parts p"
        " LEFT JOIN receipts r ON r.id = p.receipt_id WHERE p.delivery_id = ? ORDER BY p.number"
    )
    return many(PartRow, db.execute(sql, (delivery,)))


def next_part(db: sqlite3.Connection, delivery: int, approved: Preview) -> Part | None:
    """The first part without a receipt, knowing what was posted before it; None when all are sent."""
    rows = parts(db, delivery)
    done = tuple(Receipt(r.remote_id, clock.parse(r.at), r.url or "") for r in rows if r.remote_id and r.at)
    left = next((row for row in rows if row.state != "sent"), None)
    return Part(approved, left.number, left.key, done) if left else None


_CLAIM = """
UPDATE deliveries SET state = 'sending', claimed_by = :worker, lease_until = :lease, attempts = attempts + 1,
  changed_at = :now
WHERE state = 'pending' AND id = (
  SELECT d.id FROM deliveries d JOIN channels h ON h.id = d.channel_id
  JOIN approvals a ON a.id = d.approval_id JOIN conversations c ON c.id = d.conversation_id
  WHERE d.state = 'pending' AND d.route = 'api' AND d.not_before <= :now AND h.paused_at IS NULL
    AND c.version = a.version AND h.name IN (SELECT value FROM json_each(:channels))
  ORDER BY d.not_before, d.id LIMIT 1)
RETURNING id
"""


def claim(store: Store, worker: str, channels: list[str], lease: timedelta) -> Claim | None:
    """Take the oldest due delivery whose approval still holds; None when there is none."""
    now = clock.now()
    values = {
        "worker": worker,
        "lease": clock.stamp(now + lease),
        "now": clock.stamp(now),
        "channels": json.dumps(channels),
    }
    with store.write() as db:
        row = db.execute(_CLAIM, values).fetchone()
        if row is None:
            return None
        delivery = get(db, row["id"])
        name = db.execute("SELECT name FROM channels WHERE id = ?", (delivery.channel_id,)).fetchone()["name"]
        record(db, "delivery.claimed", now, conversation=delivery.conversation_id, delivery=delivery.id)
        return Claim(delivery, name, preview(db, delivery.sha256), worker)


def begin_part(store: Store, held: Claim, part: Part, lease: timedelta) -> None:
    """Write down that this part is about to be sent, and hold on to the claim. Raises Refused if it was lost."""
    now = clock.now()
    with store.write() as db:
        _hold(db, held, now + lease)
        db.execute(
            "UPDATE parts SET state = 'sending', tried_at = coalesce(tried_at, ?) WHERE delivery_id = ? AND number = ?",
            (clock.stamp(now), held.delivery.id, part.number),
        )


def _hold(db: sqlite3.Connection, held: Claim, until: datetime) -> None:
    holding = db.execute(
        "UPDATE deliveries SET lease_until = ? WHERE id = ? AND state = 'sending' AND claimed_by = ?",
        (clock.stamp(until), held.delivery.id, held.worker),
    )
    if holding.rowcount != 1:
        raise Refused(f"delivery {held.delivery.id} is no longer held by this worker")


def part_sent(store: Store, delivery: int, number: int, receipt: Receipt, evidence: str) -> None:
    """Keep the platform's word for a part; with the last part the delivery is sent."""
    with store.write() as db:
        keep_receipt(db, delivery, number, receipt, evidence, clock.now())


def keep_receipt(
    db: sqlite3.Connection,
    delivery: int,
    number: int,
    receipt: Receipt,
    evidence: str,
    now: datetime,
    user: int | None = None,
) -> None:
    """As `part_sent`, inside a transaction. A receipt that is there already (heard meanwhile) stays."""
    found = get(db, delivery)
    known = next(part for part in parts(db, delivery) if part.number == number)
    if known.state != "sent":
        row_id = db.execute(
            "INSERT INTO receipts (delivery_id, part, channel_id, remote_id, url, evidence, user_id, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                delivery,
                number,
                found.channel_id,
                storable(receipt.remote_id),
                storable(receipt.url),
                evidence,
                user,
                clock.stamp(receipt.at),
            ),
        ).lastrowid
        db.execute(
            "UPDATE parts SET state = 'sent', receipt_id = ?, tried_at = coalesce(tried_at, ?)"
            " WHERE delivery_id = ? AND number = ?",
            (row_id, clock.stamp(now), delivery, number),
        )
    if all(part.state == "sent" for part in parts(db, delivery)):
        _finish(db, found, now, user)
    elif found.state == "unknown":
        release(db, found, "pending", "", now, now)


def _finish(db: sqlite3.Connection, delivery: DeliveryRow, now: datetime, user: int | None) -> None:
    if delivery.state == "sent":
        return
    db.execute(
        "UPDATE deliveries SET state = ?, claimed_by = NULL, lease_until = NULL, reason = '', sent_at = ?,"
        " changed_at = ?, receipt_id = (SELECT receipt_id FROM parts WHERE delivery_id = deliveries.id"
        " ORDER BY number DESC LIMIT 1) WHERE id = ?",
        (move("delivery", delivery.state, "sent"), clock.stamp(now), clock.stamp(now), delivery.id),
    )
    record(
        db, "delivery.sent", now, conversation=delivery.conversation_id, user=user, delivery=delivery.id,
        approval=delivery.approval_id,
    )  # fmt: skip
    _move_on(db, delivery, now)


def _move_on(db: sqlite3.Connection, delivery: DeliveryRow, now: datetime) -> None:
    """Where the person wanted it to go; unless the customer has written since, then it stays open."""
    conversations.refresh_clock(db, delivery.conversation_id)
    found = conversations.get(db, delivery.conversation_id)
    approved = db.execute("SELECT version, user_id FROM approvals WHERE id = ?", (delivery.approval_id,)).fetchone()
    unchanged = found.version == approved["version"] and found.awaiting_since is None
    conversations.raise_version(db, found.id, now, "answered")
    if unchanged and delivery.after == "resolved":
        conversations.close(db, found, now, reason="answered", user=approved["user_id"])
    elif unchanged and found.state == "open":
        conversations.park(db, found, "waiting", now)


def release(
    db: sqlite3.Connection, delivery: DeliveryRow, state: str, reason: str, not_before: datetime, now: datetime
) -> None:
    """Let go of a delivery in another state; a part that was being sent is to be sent again only from `pending`."""
    db.execute(
        "UPDATE deliveries SET state = ?, claimed_by = NULL, lease_until = NULL, reason = ?, not_before = ?,"
        " changed_at = ? WHERE id = ?",
        (
            move("delivery", delivery.state, state),
            storable(reason),
            clock.stamp(not_before),
            clock.stamp(now),
            delivery.id,
        ),
    )
    if state != "unknown":
        db.execute("UPDATE parts SET state = 'pending' WHERE delivery_id = ? AND state = 'sending'", (delivery.id,))
    record(db, f"delivery.{state}", now, conversation=delivery.conversation_id, delivery=delivery.id)
