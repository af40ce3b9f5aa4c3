"""Holding: a file that was restored, copied or moved sends nothing until an admin confirms it (promise 3).

open, every claim, every remote write -> does the file fit its marker? -> no: held, whatever is open is in doubt
confirm -> the marker is laid anew, and what is in doubt is read back from the platforms as always
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from twoway import clock
from twoway.errors import Refused, StoreError
from twoway.states import move
from twoway.store import alerts, events, marker
from twoway.store.database import Store
from twoway.store.rows import columns, maybe
from twoway.store.sessions import Session

IN_DOUBT = "this file was restored, copied or moved; whether this was sent meanwhile is not known"


@dataclass(frozen=True, slots=True)
class Hold:
    """Since when sending is held, and why."""

    held_at: str
    held_reason: str


def of(db: sqlite3.Connection) -> Hold | None:
    """The hold of this file, if there is one."""
    return maybe(Hold, db.execute(f"SELECT {columns(Hold)} FROM desk WHERE held_at IS NOT NULL"))


def refuse(db: sqlite3.Connection) -> None:
    """Refused while sending is held."""
    found = of(db)
    if found:
        raise Refused(words(found))


def words(found: Hold) -> str:
    """Why nothing goes out, and what to do."""
    return f"sending is held until an admin confirms it: {found.held_reason}"


def check(store: Store) -> bool:
    """Whether this file may send; where it does not fit its marker, it is held from now on.

    Raises StoreError where the file was moved or replaced while it was open.
    """
    known = marker.read(store.path)  # before the file: what a marker names was committed before it was laid
    db = store.read()
    marked, held_at = db.execute("SELECT marked, held_at FROM desk").fetchone()
    if held_at is not None:
        return False
    if marked and not marker.misfit(known, _here(store, db, known.event if known else 0)):
        return True
    with store.write() as db:  # alone: another process may have marked, held or confirmed it meanwhile
        return _examine(store, db)


def mark(store: Store) -> bool:
    """Right before a remote write: raise the marker to the newest event; False when nothing may be sent any more.

    Raises StoreError.
    """
    with store.write() as db:
        if not _examine(store, db):
            return False
        marker.write(store.path, _here(store, db))
    return True


def _examine(store: Store, db: sqlite3.Connection) -> bool:
    marked, held_at = db.execute("SELECT marked, held_at FROM desk").fetchone()
    if held_at is not None:
        return False
    if not marked:  # a new file
        marker.write(store.path, _here(store, db))
        db.execute("UPDATE desk SET marked = 1")
        return True
    known = marker.read(store.path)
    reason = marker.misfit(known, _here(store, db, known.event if known else 0))
    if reason:
        hold(db, reason)
    return not reason


def _here(store: Store, db: sqlite3.Connection, event: int | None = None) -> marker.Marker:
    """What the marker of this file says if it names that event, or the newest one."""
    if event is None:
        event = int(db.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0])
    instance = str(db.execute("SELECT instance FROM desk").fetchone()[0])
    if not store.in_place():  # what a file that lies elsewhere by now has sent, the one that is found here never learns
        raise StoreError(f"the database {store.path} was moved or replaced while it was open; start the desk anew")
    return marker.Marker(instance, str(store.path.resolve()), store.inode, event, events.fingerprint(db, event))


def hold(db: sqlite3.Connection, reason: str) -> None:
    """Send nothing from now on; whatever is open may have been sent since the file was made. Inside a transaction."""
    now = clock.now()
    at = clock.stamp(now)
    db.execute(
        "UPDATE desk SET marked = 1, held_at = ?, held_reason = ?, confirmed_at = NULL, confirmed_by = NULL,"
        " confirmed_in = NULL",
        (at, reason),
    )
    events.record(db, "desk.held", now, why=reason)
    for row in db.execute(
        "SELECT id, conversation_id, state FROM deliveries WHERE route = 'api' AND state IN ('pending', 'sending')"
    ).fetchall():
        _doubt(db, row, now)
    db.execute("UPDATE parts SET missed_at = NULL WHERE state <> 'sent' AND missed_at IS NOT NULL")
    # Every part may be there, also of what was in doubt before: it is looked for since it can have been sent at first.
    db.execute(
        "UPDATE parts SET tried_at = (SELECT d.created_at FROM deliveries d WHERE d.id = delivery_id)"
        " WHERE state <> 'sent' AND tried_at IS NULL"
        " AND delivery_id IN (SELECT id FROM deliveries WHERE state = 'unknown')"
    )
    alerts.raise_alert(db, "held", f"held:{at}", None, None, now)


def _doubt(db: sqlite3.Connection, delivery: sqlite3.Row, now: datetime) -> None:
    db.execute(
        "UPDATE deliveries SET state = ?, claimed_by = NULL, lease_until = NULL, reason = ?, not_before = ?,"
        " changed_at = ? WHERE id = ?",
        (move("delivery", delivery["state"], "unknown"), IN_DOUBT, *[clock.stamp(now)] * 2, delivery["id"]),
    )
    events.record(
        db, "delivery.unknown", now, conversation=delivery["conversation_id"], delivery=delivery["id"], why="held"
    )


def confirm(store: Store, session: Session) -> None:
    """An admin says that this file alone is the desk; what is in doubt is read back. Raises Refused, StoreError."""
    now = clock.now()
    with store.write() as db:
        if of(db) is None:
            raise Refused("sending is not held; there is nothing to confirm")
        db.execute(
            "UPDATE desk SET held_at = NULL, held_reason = NULL, confirmed_at = ?, confirmed_by = ?, confirmed_in = ?",
            (clock.stamp(now), session.user_id, session.id),
        )
        events.record(db, "desk.confirmed", now, user=session.user_id, session=session.id)
        # Last: should the commit fail, the file is held as before, and confirmed again.
        marker.write(store.path, _here(store, db))
