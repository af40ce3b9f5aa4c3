"""The record: plain events that nobody can change, sealed in batches into a hash chain (promise 6)."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twoway import clock
from twoway.store.database import Store
from twoway.store.rows import columns, many, maybe
from twoway.text import canonical, sha256

GENESIS = "0" * 64
SEAL_EVERY = 1000


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, by ids, names of fields and states only."""

    id: int
    at: str
    kind: str
    channel_id: int | None
    conversation_id: int | None
    user_id: int | None
    data: str


@dataclass(frozen=True, slots=True)
class Seal:
    """A hash over a run of events and the seal before."""

    id: int
    first_event: int
    last_event: int
    previous: str
    hash: str
    at: str


def record(
    db: sqlite3.Connection,
    kind: str,
    at: datetime,
    *,
    channel: int | None = None,
    conversation: int | None = None,
    user: int | None = None,
    **data: str | int | None,
) -> None:
    """Write an event in the transaction that makes it true. ``data`` holds ids and states, never a person's words."""
    db.execute(
        "INSERT INTO events (at, kind, channel_id, conversation_id, user_id, data) VALUES (?, ?, ?, ?, ?, ?)",
        (clock.stamp(at), kind, channel, conversation, user, canonical(data)),
    )


def of_conversation(store: Store, conversation: int) -> list[Event]:
    """What happened to a conversation, oldest first."""
    sql = f"SELECT {columns(Event)} FROM events WHERE conversation_id = ? ORDER BY id"
    return many(Event, store.read().execute(sql, (conversation,)))


def chain(previous: str, events: Iterable[Event]) -> str:
    """The hash that seals ``events`` onto the seal ``previous``."""
    return chain_rows(previous, [tuple(getattr(e, name) for name in Event.__slots__) for e in events])


def chain_rows(previous: str, events: Sequence[tuple[Any, ...]]) -> str:
    """As `chain`, of rows whose columns are those of an event: an audit reads millions."""
    return sha256(canonical([previous, events]))


def fingerprint(db: sqlite3.Connection, event: int) -> str:
    """The hash of one event; '' if there is none of that number."""
    found = maybe(Event, db.execute(f"SELECT {columns(Event)} FROM events WHERE id = ?", (event,)))
    return chain("", [found]) if found else ""


def newest_seal(store: Store) -> Seal | None:
    """The last seal; a digest that prints it is an anchor outside the house."""
    return maybe(Seal, store.read().execute(f"SELECT {columns(Seal)} FROM seals ORDER BY id DESC LIMIT 1"))


def seal_once(store: Store) -> bool:
    """Seal the oldest unsealed events; whether there were any. Claimed by the write lock, so one worker at a time."""
    with store.write() as db:
        last = maybe(Seal, db.execute(f"SELECT {columns(Seal)} FROM seals ORDER BY id DESC LIMIT 1"))
        events = many(
            Event,
            db.execute(
                f"SELECT {columns(Event)} FROM events WHERE id > ? ORDER BY id LIMIT ?",
                (last.last_event if last else 0, SEAL_EVERY),
            ),
        )
        if not events:
            return False
        previous = last.hash if last else GENESIS
        db.execute(
            "INSERT INTO seals (first_event, last_event, previous, hash, at) VALUES (?, ?, ?, ?, ?)",
            (events[0].id, events[-1].id, previous, chain(previous, events), clock.stamp(clock.now())),
        )
    return True
