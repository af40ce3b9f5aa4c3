"""Digests sent: one a recipient and local date, over restarts and two processes."""

from datetime import datetime, timedelta

from twoway import clock
from twoway.store.database import Store
from twoway.text import storable


def claim(store: Store, recipient: str, local_date: str, lease: timedelta) -> int:
    """Which try this worker is to make now, from 1; 0 for none.

    Put off by ``lease``, so that a crash while sending repeats it.
    """
    now = clock.now()
    with store.write() as db:
        db.execute(
            "INSERT OR IGNORE INTO digests (recipient, local_date, not_before) VALUES (?, ?, ?)",
            (recipient, local_date, clock.stamp(now)),
        )
        taken = db.execute(
            "UPDATE digests SET attempts = attempts + 1, not_before = ?"
            " WHERE recipient = ? AND local_date = ? AND sent_at IS NULL AND not_before <= ? RETURNING attempts",
            (clock.stamp(now + lease), recipient, local_date, clock.stamp(now)),
        ).fetchone()
        return int(taken["attempts"]) if taken else 0


def sent(store: Store, recipient: str, local_date: str) -> None:
    """The mail server has taken it, or there was nothing to say."""
    with store.write() as db:
        db.execute(
            "UPDATE digests SET sent_at = ?, last_error = NULL WHERE recipient = ? AND local_date = ?",
            (clock.stamp(clock.now()), recipient, local_date),
        )


def failed(store: Store, recipient: str, local_date: str, error: str, retry_at: datetime) -> None:
    """It was not sent; try again then."""
    with store.write() as db:
        db.execute(
            "UPDATE digests SET last_error = ?, not_before = ? WHERE recipient = ? AND local_date = ?",
            (storable(error), clock.stamp(retry_at), recipient, local_date),
        )
