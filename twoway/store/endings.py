"""How a delivery is let go of, inside the transaction that knows why."""

import sqlite3
from datetime import datetime, timedelta

from twoway import clock
from twoway.states import move
from twoway.store import alerts, clocks, conversations
from twoway.store.deliveries import DeliveryRow, parts
from twoway.store.events import record
from twoway.text import storable

CHANGED = "the conversation has changed"
READ_BACK = timedelta(minutes=5)
"""What is in doubt for longer needs a person: usually reading back settles it in seconds."""
EXPIRED = "the approval expired before the answer went out; look at it once more"


def lapsed(db: sqlite3.Connection, delivery: DeliveryRow, now: datetime) -> str:
    """Why the approval of this answer holds no longer; '' if it does."""
    row = db.execute("SELECT version, expires_at FROM approvals WHERE id = ?", (delivery.approval_id,)).fetchone()
    if conversations.get(db, delivery.conversation_id).version != row["version"]:
        return CHANGED
    return EXPIRED if row["expires_at"] <= clock.stamp(now) else ""


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
    if state in ("failed", "unknown"):
        alert(db, delivery, state, now)


def alert(db: sqlite3.Connection, delivery: DeliveryRow, state: str, now: datetime) -> None:
    """Somebody has to know that it failed, or that nobody knows; once a try."""
    rule, about = f"delivery_{state}", (delivery.channel_id, delivery.conversation_id)
    after = READ_BACK if state == "unknown" else timedelta(0)
    cause = f"{rule}:{delivery.id}:{delivery.attempts}"
    alerts.raise_alert(db, rule, cause, *about, now, delivery=delivery.id, after=after)


def go_on(db: sqlite3.Connection, delivery: DeliveryRow, reason: str, not_before: datetime, now: datetime) -> None:
    """What is left of it is sent then, if its approval still holds; if not, it goes back to the person."""
    why = lapsed(db, delivery, now)
    if not why:
        release(db, delivery, "pending", reason, not_before, now)
    elif delivery.state == "unknown":
        fail(db, delivery, _partly(db, delivery, why), now)
    else:
        withdraw(db, delivery, why, now)


def withdraw(db: sqlite3.Connection, delivery: DeliveryRow, why: str, now: datetime) -> None:
    """What we would answer has changed: nothing more is sent, the words go back to the person.

    Put away meanwhile, it comes back; unless somebody has changed the conversation and so chosen where it stands.
    """
    if any(part.state == "sent" for part in parts(db, delivery.id)):
        fail(db, delivery, _partly(db, delivery, why), now)
        return
    unchanged = lapsed(db, delivery, now) != CHANGED
    release(db, delivery, "cancelled", why, now, now)
    conversations.hand_back(db, delivery.conversation_id, delivery.approval_id, now)
    conversations.raise_version(db, delivery.conversation_id, now, "the answer was withdrawn")
    conversations.note(db, delivery.conversation_id, why, None, now)
    if unchanged:
        conversations.reopen(db, delivery.conversation_id, now, "the answer was withdrawn")


def fail(db: sqlite3.Connection, delivery: DeliveryRow, reason: str, now: datetime) -> None:
    """It will not be sent: back to the person, with a note saying why."""
    release(db, delivery, "failed", reason, now, now)
    conversations.hand_back(db, delivery.conversation_id, delivery.approval_id, now)
    conversations.raise_version(db, delivery.conversation_id, now, "the answer could not be sent")
    conversations.note(db, delivery.conversation_id, reason, None, now)
    conversations.reopen(db, delivery.conversation_id, now, "the answer could not be sent")
    clocks.refresh(db, delivery.conversation_id)


def _partly(db: sqlite3.Connection, delivery: DeliveryRow, why: str) -> str:
    some = any(part.state == "sent" for part in parts(db, delivery.id))
    return f"only a part of the answer was sent: {why}" if some else f"not sent: {why}"
