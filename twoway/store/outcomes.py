"""How a try at a delivery goes on and ends, told by the worker that holds it."""

import sqlite3
from datetime import datetime, timedelta

from twoway import clock
from twoway.domain import Part
from twoway.store import endings, hold
from twoway.store.database import Store
from twoway.store.deliveries import Claim, DeliveryRow, get, send_after
from twoway.store.events import record


def begin_part(store: Store, held: Claim, part: Part, lease: timedelta) -> bool:
    """Write down that this part is about to be sent, and hold on to the claim.

    False when nothing may be sent any more: the claim was lost, sending is held, or before the first part the
    conversation has changed or the approval expired (an answer of which a part stands already is sent to its end).
    What remains to be done then is done.
    """
    with store.write() as db:
        now = clock.now()
        delivery = _held(db, held)
        if delivery is None:
            return False
        why = "" if part.before else endings.lapsed(db, delivery, now)
        if why:
            endings.withdraw(db, delivery, why, now)
            return False
        db.execute("UPDATE deliveries SET lease_until = ? WHERE id = ?", (clock.stamp(now + lease), delivery.id))
        # The last try counts: every earlier one is known to have left nothing behind.
        db.execute(
            "UPDATE parts SET state = 'sending', tried_at = ?, missed_at = NULL WHERE delivery_id = ? AND number = ?",
            (clock.stamp(now), delivery.id, part.number),
        )
        # The marker will name this event: a database without it does not know that this part may be there.
        record(db, "delivery.begun", now, conversation=delivery.conversation_id, delivery=delivery.id, part=part.number)
    return hold.mark(store)


def hold_on(store: Store, held: Claim, lease: timedelta) -> bool:
    """The worker lives: its claim lasts on. False when the claim was lost."""
    with store.write() as db:
        delivery = _held(db, held)
        if delivery is None:
            return False
        until = clock.stamp(clock.now() + lease)
        db.execute("UPDATE deliveries SET lease_until = ? WHERE id = ?", (until, delivery.id))
    return True


def retry(store: Store, held: Claim, reason: str, not_before: datetime) -> None:
    """Nothing was accepted: try again then; or, if the conversation has changed meanwhile, not at all."""
    with store.write() as db:
        delivery = _held(db, held)
        if delivery:
            endings.go_on(db, delivery, reason, not_before, clock.now())


def slow_down(store: Store, held: Claim, reason: str, retry_at: datetime) -> None:
    """The platform will take nothing from us until then, neither this answer nor another."""
    with store.write() as db:
        send_after(db, held.delivery.channel_id, retry_at)
        delivery = _held(db, held)
        if delivery:
            endings.go_on(db, delivery, reason, retry_at, clock.now())


def withdraw(store: Store, held: Claim, why: str) -> None:
    """What we would answer has changed: nothing more is sent, the words go back to the person."""
    with store.write() as db:
        delivery = _held(db, held)
        if delivery:
            endings.withdraw(db, delivery, why, clock.now())


def fail(store: Store, held: Claim, reason: str) -> None:
    """The platform refused these words: back to the person, with a note saying why."""
    with store.write() as db:
        delivery = _held(db, held)
        if delivery:
            endings.fail(db, delivery, reason, clock.now())


def doubt(store: Store, held: Claim, reason: str, look_at: datetime) -> None:
    """It may or may not be there: read back from then on, never send again blindly."""
    with store.write() as db:
        delivery = _held(db, held)
        if delivery:
            endings.release(db, delivery, "unknown", reason, look_at, clock.now())


def _held(db: sqlite3.Connection, held: Claim) -> DeliveryRow | None:
    """The delivery if it is still this worker's; meanwhile it may have been heard as sent, or its lease expired."""
    found = get(db, held.delivery.id)
    return found if found.state == "sending" and found.claimed_by == held.worker else None
