"""Deliveries: approved answers on their way, claimed by one statement (promise 3)."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from twoway import clock
from twoway.domain import Part, Preview, Receipt
from twoway.errors import Refused
from twoway.store import hold
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.rows import columns, many, one


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


def states(store: Store) -> dict[str, int]:
    """How many deliveries are in each state."""
    return dict(store.read().execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall())


_CLAIM = """
UPDATE deliveries SET state = 'sending', claimed_by = :worker, lease_until = :lease, attempts = attempts + 1,
  changed_at = :now
WHERE state = 'pending' AND id = (
  SELECT d.id FROM deliveries d JOIN channels h ON h.id = d.channel_id
  JOIN approvals a ON a.id = d.approval_id JOIN conversations c ON c.id = d.conversation_id
  JOIN users u ON u.id = a.user_id JOIN previews w ON w.sha256 = d.sha256
  WHERE d.state = 'pending' AND d.route = 'api' AND d.not_before <= :now AND h.paused_at IS NULL
    AND c.version = a.version AND a.expires_at > :now AND w.body IS NOT NULL
    AND (h.send_after IS NULL OR h.send_after <= :now) AND u.active = 1 AND u.role IN ('approver', 'admin')
    AND h.name IN (SELECT value FROM json_each(:channels)) AND NOT EXISTS (SELECT 1 FROM desk WHERE held_at IS NOT NULL)
  ORDER BY d.not_before, d.id LIMIT 1)
RETURNING id
"""


_DUE = "SELECT 1 FROM deliveries WHERE state = 'pending' AND route = 'api' AND not_before <= ? LIMIT 1"


def claim(store: Store, worker: str, paces: Mapping[str, timedelta], lease: timedelta) -> Claim | None:
    """Take the oldest due delivery whose approval still holds; None when there is none, or while sending is held.

    ``paces``: of each channel by name, how long to wait between two answers, whoever sends them.
    """
    if store.read().execute(_DUE, (clock.stamp(clock.now()),)).fetchone() is None or not hold.check(store):
        return None
    with store.write() as db:
        now = clock.now()  # the lease begins when the lock is held
        values = {
            "worker": worker,
            "lease": clock.stamp(now + lease),
            "now": clock.stamp(now),
            "channels": json.dumps(list(paces)),
        }
        row = db.execute(_CLAIM, values).fetchone()
        if row is None:
            return None
        delivery = get(db, row["id"])
        name = db.execute("SELECT name FROM channels WHERE id = ?", (delivery.channel_id,)).fetchone()["name"]
        send_after(db, delivery.channel_id, now + paces[name])
        record(db, "delivery.claimed", now, conversation=delivery.conversation_id, delivery=delivery.id)
        return Claim(delivery, name, preview(db, delivery.sha256), worker)


def send_after(db: sqlite3.Connection, channel: int, moment: datetime) -> None:
    """Nothing more goes out on a channel before then; a later time that stands already stays."""
    db.execute(
        "UPDATE channels SET send_after = max(coalesce(send_after, ''), ?) WHERE id = ?", (clock.stamp(moment), channel)
    )
