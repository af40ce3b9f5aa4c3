"""Receipts: the platform's word for a part, and what follows once every part has one."""

import sqlite3
from datetime import datetime

from twoway import clock
from twoway.domain import Receipt
from twoway.states import move
from twoway.store import clocks, conversations, endings
from twoway.store.database import Store
from twoway.store.deliveries import DeliveryRow, get, parts
from twoway.store.events import record
from twoway.text import storable


def part_sent(store: Store, delivery: int, number: int, receipt: Receipt, evidence: str) -> None:
    """Keep the platform's word for a part; with the last part the delivery is sent."""
    with store.write() as db:
        keep_receipt(db, delivery, number, receipt, evidence, clock.now())


def keep_receipt(
    db: sqlite3.Connection, delivery: int, number: int, receipt: Receipt, evidence: str, now: datetime
) -> None:
    """As `part_sent`, inside a transaction. A receipt that is there already (heard meanwhile) stays."""
    if next(part for part in parts(db, delivery) if part.number == number).state != "sent":
        write(db, get(db, delivery), number, receipt, evidence, now)
    conclude(db, get(db, delivery), now)


def write(
    db: sqlite3.Connection,
    delivery: DeliveryRow,
    number: int,
    receipt: Receipt,
    evidence: str,
    now: datetime,
    user: int | None = None,
) -> None:
    """Write the receipt of a part. A post that was taken for an answer made elsewhere is ours after all."""
    remote_id = storable(receipt.remote_id)
    db.execute("DELETE FROM outside_answers WHERE channel_id = ? AND remote_id = ?", (delivery.channel_id, remote_id))
    row_id = db.execute(
        "INSERT INTO receipts (delivery_id, part, channel_id, remote_id, url, evidence, user_id, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            delivery.id,
            number,
            delivery.channel_id,
            remote_id,
            storable(receipt.url),
            evidence,
            user,
            clock.stamp(receipt.at),
        ),
    ).lastrowid
    db.execute(
        "UPDATE parts SET state = 'sent', receipt_id = ?, tried_at = coalesce(tried_at, ?)"
        " WHERE delivery_id = ? AND number = ?",
        (row_id, clock.stamp(now), delivery.id, number),
    )


def conclude(db: sqlite3.Connection, delivery: DeliveryRow, now: datetime, user: int | None = None) -> None:
    """Sent once every part has a receipt; what was in doubt and is there only in part goes on with the rest.

    Unless the rest may be there too, which is so only after a restore: then each part is read back.
    """
    left = [part for part in parts(db, delivery.id) if part.state != "sent"]
    if not left:
        if delivery.state != "sent":
            _finish(db, delivery, now, user)
    elif delivery.state == "unknown" and left[0].tried_at is None:
        endings.go_on(db, delivery, "", now, now)


def _finish(db: sqlite3.Connection, delivery: DeliveryRow, now: datetime, user: int | None) -> None:
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
    clocks.refresh(db, delivery.conversation_id)
    found = conversations.get(db, delivery.conversation_id)
    approved = db.execute("SELECT version, user_id FROM approvals WHERE id = ?", (delivery.approval_id,)).fetchone()
    unchanged = found.version == approved["version"] and found.awaiting_since is None
    conversations.raise_version(db, found.id, now, "answered")
    if unchanged and delivery.after == "resolved" and found.state != "resolved":
        conversations.close(db, found, now, reason="answered", user=approved["user_id"])
    elif unchanged and found.state == "open":
        conversations.wait(db, found, now)
