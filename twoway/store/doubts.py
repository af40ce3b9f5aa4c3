"""Deliveries in doubt: leases that ended, and what reading back or a person finds."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from twoway import clock
from twoway.domain import Part, Receipt
from twoway.errors import Refused
from twoway.store import conversations, endings, hold, receipts
from twoway.store.database import Store
from twoway.store.deliveries import DeliveryRow, get, next_part, parts, preview
from twoway.store.events import record
from twoway.text import storable

TAKEN = "the same words stand there as another answer; please look yourself"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery in doubt: the part to look for, since when it may be there, and until when it may have been sent."""

    delivery: DeliveryRow
    channel: str
    part: Part
    since: datetime
    until: datetime


def expire(store: Store) -> int:
    """Leases that ended, their workers gone: in doubt where a part was on its way, else back to pending. How many."""
    now = clock.now()
    sql = "SELECT id FROM deliveries WHERE state = 'sending' AND lease_until < ?"
    expired = [row["id"] for row in store.read().execute(sql, (clock.stamp(now),)).fetchall()]
    for delivery_id in expired:
        with store.write() as db:
            _expire(db, get(db, delivery_id), now)
    return len(expired)


def _expire(db: sqlite3.Connection, delivery: DeliveryRow, now: datetime) -> None:
    if delivery.state != "sending" or not delivery.lease_until or delivery.lease_until >= clock.stamp(now):
        return
    if any(part.state == "sending" for part in parts(db, delivery.id)):
        endings.release(db, delivery, "unknown", "the desk stopped while this was being sent", now, now)
    else:
        endings.go_on(db, delivery, "", now, now)


_TAKE = """
UPDATE deliveries SET not_before = :again WHERE id = (
  SELECT d.id FROM deliveries d JOIN channels h ON h.id = d.channel_id JOIN previews w ON w.sha256 = d.sha256
  WHERE d.state = 'unknown' AND d.not_before <= :now AND h.name = :channel AND h.paused_at IS NULL
    AND w.body IS NOT NULL AND NOT EXISTS (SELECT 1 FROM desk WHERE held_at IS NOT NULL)
  ORDER BY d.not_before LIMIT 1)
RETURNING id
"""


_ANY = "SELECT 1 FROM deliveries WHERE state = 'unknown' AND not_before <= ? LIMIT 1"


def take(store: Store, channels: list[str], again: timedelta) -> Doubt | None:
    """A delivery in doubt whose time to look has come; put off by ``again`` so that each is looked at in turn.

    None while sending is held: what is not on the platform now, another copy of this file may send at any moment.
    """
    now = clock.now()
    if store.read().execute(_ANY, (clock.stamp(now),)).fetchone() is None or not hold.check(store):
        return None
    times = {"now": clock.stamp(now), "again": clock.stamp(now + again)}
    with store.write() as db:
        for name in channels:
            row = db.execute(_TAKE, {**times, "channel": name}).fetchone()
            if row:
                return _doubt(db, get(db, row["id"]), name)
    return None


def _doubt(db: sqlite3.Connection, delivery: DeliveryRow, channel: str) -> Doubt | None:
    part = next_part(db, delivery.id, preview(db, delivery.sha256))
    tried = next((row.tried_at for row in parts(db, delivery.id) if part and row.number == part.number), None)
    since = clock.parse(tried or delivery.created_at)
    confirmed = db.execute("SELECT confirmed_at FROM desk").fetchone()[0]
    until = max(since, clock.parse(confirmed)) if confirmed else since
    return Doubt(delivery, channel, part, since, until) if part else None


def found(store: Store, delivery: int, number: int, receipt: Receipt) -> None:
    """Read back: it is there; unless that is the receipt of another answer, which said the same words there."""
    with store.write() as db:
        row = get(db, delivery)
        if row.state != "unknown":
            return
        if _is_evidence(db, row, receipt, but=number):
            _unclear(db, delivery, TAKEN)
        else:
            receipts.keep_receipt(db, delivery, number, receipt, "found", clock.now())


def _is_evidence(db: sqlite3.Connection, delivery: DeliveryRow, receipt: Receipt, but: int = -1) -> bool:
    """Does it stand for an answer already, if not for that part of this one?"""
    sql = "SELECT 1 FROM receipts WHERE channel_id = ? AND remote_id = ? AND NOT (delivery_id = ? AND part = ?)"
    asked = (delivery.channel_id, storable(receipt.remote_id), delivery.id, but)
    return db.execute(sql, asked).fetchone() is not None


def missed(store: Store, delivery: int, number: int) -> bool:
    """Note that a part was not there when it was read back; whether it has been missed before since it was last tried.

    Once is not enough, however late it seems: a clock may have jumped while the part was still on its way.
    """
    with store.write() as db:
        noted = db.execute(
            "UPDATE parts SET missed_at = ? WHERE delivery_id = ? AND number = ? AND missed_at IS NULL",
            (clock.stamp(clock.now()), delivery, number),
        )
        return noted.rowcount == 0


def absent(store: Store, delivery: int, user: int | None = None, *, retry_at: datetime | None = None) -> None:
    """Read back, or seen by a person: it is not there. It is sent again then, if its approval still holds."""
    now = clock.now()
    with store.write() as db:
        row = get(db, delivery)
        if row.state != "unknown":
            return
        hold.refuse(db)
        record(db, "delivery.absent", now, conversation=row.conversation_id, user=user, delivery=delivery)
        endings.go_on(db, row, row.reason, retry_at or now, now)


def give_up(store: Store, delivery: int, reason: str) -> None:
    """Read back as absent once too often: back to the person."""
    with store.write() as db:
        row = get(db, delivery)
        if row.state == "unknown":
            endings.fail(db, row, reason, clock.now())


def unclear(store: Store, delivery: int, reason: str) -> None:
    """Reading back could not tell; the facts are shown to a person."""
    with store.write() as db:
        _unclear(db, delivery, reason)


def _unclear(db: sqlite3.Connection, delivery: int, reason: str) -> None:
    db.execute("UPDATE deliveries SET reason = ? WHERE id = ? AND state = 'unknown'", (storable(reason), delivery))


def by_hand(store: Store, delivery: int, receipt: Receipt, user: int, told: str = "") -> None:
    """A person says where the answer stands: one given by hand, or one in doubt that they saw on the platform.

    ``told`` is kept as a note where the evidence is words, not an address. Raises Refused for any other delivery.
    """
    now = clock.now()
    with store.write() as db:
        row = get(db, delivery)
        if not (row.state == "unknown" or (row.route == "hand" and row.state == "pending")):
            raise Refused(f"this answer is {row.state}; there is nothing to be said by hand")
        if _is_evidence(db, row, receipt):
            raise Refused("this address is the evidence of another answer already")
        for part in parts(db, delivery):
            if part.state != "sent":
                named = receipt if part.number == 0 else Receipt(f"{receipt.remote_id}#{part.number}", receipt.at)
                receipts.write(db, row, part.number, named, "by_hand", now, user)
        receipts.conclude(db, row, now, user)
        if told:
            conversations.note(db, row.conversation_id, told, user, now)
