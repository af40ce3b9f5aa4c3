"""Digests sent: one of a kind for a recipient and local date, over restarts and two processes; and who wants none."""

from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Literal

from twoway import clock
from twoway.store.database import Store
from twoway.store.events import record
from twoway.text import storable

Kind = Literal["daily", "weekly"]


@dataclass(frozen=True, slots=True)
class Edition:
    """What is sent once."""

    recipient: str
    kind: Kind
    local_date: str


@dataclass(frozen=True, slots=True)
class Last:
    """The newest digest of a kind that a recipient was to have; ``sent_at`` is None while it could not be sent."""

    local_date: str
    sent_at: str | None
    last_error: str | None


_IT = "recipient = ? AND kind = ? AND local_date = ?"


def claim(store: Store, edition: Edition, lease: timedelta) -> int:
    """Which try this worker is to make now, from 1; 0 for none.

    Put off by ``lease``, so that a crash while sending repeats it.
    """
    now = clock.now()
    with store.write() as db:
        db.execute(
            "INSERT OR IGNORE INTO digests (recipient, kind, local_date, not_before) VALUES (?, ?, ?, ?)",
            (*astuple(edition), clock.stamp(now)),
        )
        taken = db.execute(
            f"UPDATE digests SET attempts = attempts + 1, not_before = ? WHERE {_IT}"
            " AND sent_at IS NULL AND not_before <= ? RETURNING attempts",
            (clock.stamp(now + lease), *astuple(edition), clock.stamp(now)),
        ).fetchone()
        return int(taken["attempts"]) if taken else 0


def sent(store: Store, edition: Edition) -> None:
    """The mail server has taken it, or there was nothing to say."""
    with store.write() as db:
        db.execute(
            f"UPDATE digests SET sent_at = ?, last_error = NULL WHERE {_IT}",
            (clock.stamp(clock.now()), *astuple(edition)),
        )


def failed(store: Store, edition: Edition, error: str, retry_at: datetime) -> None:
    """It was not sent; try again then."""
    with store.write() as db:
        db.execute(
            f"UPDATE digests SET last_error = ?, not_before = ? WHERE {_IT}",
            (storable(error), clock.stamp(retry_at), *astuple(edition)),
        )


def last(store: Store, recipient: str, kind: Kind) -> Last | None:
    """The newest of that kind."""
    sql = (
        "SELECT local_date, sent_at, last_error FROM digests WHERE recipient = ? AND kind = ?"
        " ORDER BY local_date DESC LIMIT 1"
    )
    row = store.read().execute(sql, (recipient, kind)).fetchone()
    return Last(*row) if row else None


def unsubscribe(store: Store, recipient: str, kind: Kind) -> None:
    """Nothing of this kind goes to them from now on. The record says that somebody left, not who."""
    with store.write() as db:
        left = db.execute(
            "INSERT OR IGNORE INTO unsubscribed (recipient, kind, at) VALUES (?, ?, ?)",
            (recipient, kind, clock.stamp(clock.now())),
        )
        if left.rowcount:
            record(db, "digest.unsubscribed", clock.now(), digest=kind)


def resubscribe(store: Store, recipient: str, kind: Kind) -> None:
    """They want it again."""
    with store.write() as db:
        back = db.execute("DELETE FROM unsubscribed WHERE recipient = ? AND kind = ?", (recipient, kind))
        if back.rowcount:
            record(db, "digest.resubscribed", clock.now(), digest=kind)


def has_left(store: Store, recipient: str, kind: Kind) -> bool:
    """Whether they took themselves off the list."""
    sql = "SELECT 1 FROM unsubscribed WHERE recipient = ? AND kind = ?"
    return store.read().execute(sql, (recipient, kind)).fetchone() is not None
