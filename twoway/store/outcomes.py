"""How a try at a delivery can end, and how one in doubt is settled."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from twoway import clock
from twoway.domain import Part, Receipt
from twoway.store import conversations
from twoway.store.database import Store
from twoway.store.deliveries import Claim, DeliveryRow, get, keep_receipt, next_part, parts, preview, release
from twoway.store.events import record
from twoway.text import storable


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery in doubt: the part to look for and since when it may be there."""

    delivery: DeliveryRow
    channel: str
    part: Part
    since: datetime


def retry(store: Store, held: Claim, reason: str, not_before: datetime) -> None:
    """Nothing was accepted: try again then; or, if the conversation has changed meanwhile, not at all."""
    now = clock.now()
    with store.write() as db:
        delivery = _held(db, held)
        if delivery is None:
            return
        if _holds(db, delivery):
            release(db, delivery, "pending", reason, not_before, now)
        else:
            _withdraw(db, delivery, "the conversation has changed", now)


def keep_going(store: Store, held: Claim) -> bool:
    """Whether the claim is still held and its approval still holds; if not, what remains to be done is done."""
    with store.write() as db:
        delivery = _held(db, held)
        if delivery is None:
            return False
        if not _holds(db, delivery):
            _withdraw(db, delivery, "the conversation has changed", clock.now())
            return False
    return True


def withdraw(store: Store, held: Claim, why: str) -> None:
    """What we would answer has changed: nothing more is sent, the words go back to the person."""
    with store.write() as db:
        delivery = _held(db, held)
        if delivery:
            _withdraw(db, delivery, why, clock.now())


def _withdraw(db: sqlite3.Connection, delivery: DeliveryRow, why: str, now: datetime) -> None:
    if any(part.state == "sent" for part in parts(db, delivery.id)):
        _fail(db, delivery, f"only a part of the answer was sent: {why}", now)
        return
    release(db, delivery, "cancelled", why, now, now)
    conversations.hand_back(db, delivery.conversation_id, delivery.approval_id, now)
    conversations.raise_version(db, delivery.conversation_id, now, why)
    conversations.note(db, delivery.conversation_id, why, None, now)


def fail(store: Store, held: Claim, reason: str) -> None:
    """The platform refused these words: back to the person, with a note saying why."""
    with store.write() as db:
        delivery = _held(db, held)
        if delivery:
            _fail(db, delivery, reason, clock.now())


def _fail(db: sqlite3.Connection, delivery: DeliveryRow, reason: str, now: datetime) -> None:
    release(db, delivery, "failed", reason, now, now)
    conversations.hand_back(db, delivery.conversation_id, delivery.approval_id, now)
    conversations.raise_version(db, delivery.conversation_id, now, "the answer could not be sent")
    conversations.note(db, delivery.conversation_id, storable(reason), None, now)
    conversations.reopen(db, delivery.conversation_id, now, "the answer could not be sent")
    conversations.refresh_clock(db, delivery.conversation_id)


def doubt(store: Store, held: Claim, reason: str, look_at: datetime) -> None:
    """It may or may not be there: read back from then on, never send again blindly."""
    with store.write() as db:
        delivery = _held(db, held)
        if delivery:
            release(db, delivery, "unknown", reason, look_at, clock.now())


def _held(db: sqlite3.Connection, held: Claim) -> DeliveryRow | None:
    """The delivery if it is still this worker's; meanwhile it may have been heard as sent, or its lease expired."""
    found = get(db, held.delivery.id)
    return found if found.state == "sending" and found.claimed_by == held.worker else None


def _holds(db: sqlite3.Connection, delivery: DeliveryRow) -> bool:
    row = db.execute("SELECT version FROM approvals WHERE id = ?", (delivery.approval_id,)).fetchone()
    return conversations.get(db, delivery.conversation_id).version == int(row["version"])


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
        release(db, delivery, "unknown", "the desk stopped while this was being sent", now, now)
    elif _holds(db, delivery):
        release(db, delivery, "pending", "", now, now)
    else:
        _withdraw(db, delivery, "the conversation has changed", now)


def take_doubt(store: Store, channels: list[str], again: timedelta) -> Doubt | None:
    """A delivery in doubt whose time to look has come; put off by ``again`` so that each is looked at in turn."""
    now = clock.now()
    with store.write() as db:
        for name in channels:
            row = db.execute(
                "UPDATE deliveries SET not_before = ? WHERE id = (SELECT d.id FROM deliveries d"
                " JOIN channels h ON h.id = d.channel_id WHERE d.state = 'unknown' AND d.not_before <= ?"
                " AND h.name = ? AND h.paused_at IS NULL ORDER BY d.not_before LIMIT 1) RETURNING id",
                (clock.stamp(now + again), clock.stamp(now), name),
            ).fetchone()
            if row:
                return _doubt(db, get(db, row["id"]), name)
    return None


def _doubt(db: sqlite3.Connection, delivery: DeliveryRow, channel: str) -> Doubt | None:
    part = next_part(db, delivery.id, preview(db, delivery.sha256))
    tried = next((row.tried_at for row in parts(db, delivery.id) if part and row.number == part.number), None)
    return Doubt(delivery, channel, part, clock.parse(tried or delivery.created_at)) if part else None


def found(store: Store, delivery: int, number: int, receipt: Receipt) -> None:
    """Read back: it is there."""
    with store.write() as db:
        if get(db, delivery).state == "unknown":
            keep_receipt(db, delivery, number, receipt, "found", clock.now())


def absent(store: Store, delivery: int, user: int | None = None) -> None:
    """Read back, or seen by a person: it is not there. It is sent again if its approval still holds."""
    now = clock.now()
    with store.write() as db:
        row = get(db, delivery)
        if row.state != "unknown":
            return
        record(db, "delivery.absent", now, conversation=row.conversation_id, user=user, delivery=delivery)
        if _holds(db, row):
            release(db, row, "pending", "", now, now)
        else:
            _fail(db, row, "not sent: the conversation has changed meanwhile", now)


def unclear(store: Store, delivery: int, reason: str) -> None:
    """Reading back could not tell; the facts are shown to a person."""
    with store.write() as db:
        db.execute("UPDATE deliveries SET reason = ? WHERE id = ? AND state = 'unknown'", (storable(reason), delivery))


def by_hand(store: Store, delivery: int, receipt: Receipt, user: int) -> None:
    """A person says where the answer stands: one sent by hand, or one in doubt that they saw on the platform."""
    now = clock.now()
    with store.write() as db:
        for part in parts(db, delivery):
            if part.state != "sent":
                named = receipt if part.number == 0 else Receipt(f"{receipt.remote_id}#{part.number}", receipt.at)
                keep_receipt(db, delivery, part.number, named, "by_hand", now, user)
