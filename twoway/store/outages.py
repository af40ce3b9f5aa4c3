"""Stretches in which a channel could not be read as it should, and what was heard of them afterwards."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from twoway import clock
from twoway.store.database import Store
from twoway.store.rows import many
from twoway.text import storable


@dataclass(frozen=True, slots=True)
class Outage:
    """One of them; without an end while it lasts. ``error`` is what was said last."""

    since: str
    until: str | None
    error: str
    heard: int
    """What was said meanwhile and is heard by now."""


def begin(db: sqlite3.Connection, channel: int, error: str, now: datetime) -> None:
    """A poll failed, the first of an outage or a further one."""
    db.execute(
        "INSERT INTO outages (channel_id, since, error) VALUES (?, ?, ?)"
        " ON CONFLICT (channel_id) WHERE until IS NULL DO UPDATE SET error = excluded.error",
        (channel, clock.stamp(now), storable(error)),
    )


def end(db: sqlite3.Connection, channel: int, now: datetime) -> None:
    """A poll went well."""
    # A clock that was set back must not keep an outage open.
    db.execute(
        "UPDATE outages SET until = max(since, ?) WHERE channel_id = ? AND until IS NULL", (clock.stamp(now), channel)
    )


def lasts(store: Store, channel: int) -> bool:
    """Could the last poll of a channel not be made as it should?"""
    sql = "SELECT 1 FROM outages WHERE channel_id = ? AND until IS NULL"
    return store.read().execute(sql, (channel,)).fetchone() is not None


_SINCE = """
SELECT o.since, o.until, o.error,
  (SELECT count(*) FROM mentions m WHERE m.channel_id = o.channel_id AND m.erased_at IS NULL
     AND m.created_at >= o.since AND m.created_at < coalesce(o.until, :now))
FROM outages o WHERE o.channel_id = :channel AND (o.until IS NULL OR o.until >= :since)
ORDER BY o.since DESC LIMIT 50
"""


def of(store: Store, channel: int, since: datetime) -> list[Outage]:
    """Those of a channel that lasted until then or longer, newest first."""
    values = {"channel": channel, "since": clock.stamp(since), "now": clock.stamp(clock.now())}
    return many(Outage, store.read().execute(_SINCE, values))
