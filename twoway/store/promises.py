"""What each channel promises: how soon it answers, and in which hours."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from twoway.hours import Calendar
from twoway.store import clocks


@dataclass(frozen=True, slots=True)
class Promise:
    """How long the first answer and each further one may take, in working time."""

    first: timedelta
    next: timedelta


@dataclass(frozen=True, slots=True)
class Promises:
    """What a channel promises beside its first answer, and in which hours."""

    next: timedelta
    calendar: Calendar = field(default_factory=Calendar)
    warn_percent: int = 75
    """A warning comes when so much of the time is used up."""
    lanes: Mapping[str, Promise] = field(default_factory=dict)
    """Of lanes that have a promise of their own."""


def keep(db: sqlite3.Connection, channel: int, first: timedelta, others: Promises | None) -> None:
    """Let this hold on a channel, for what is owed already, too. Without ``others`` they stay as they are.

    What is owed is also counted anew where other holidays or changes of clocks were installed since.
    """
    before = _kept(db, channel)
    db.execute("UPDATE channels SET answer_seconds = ? WHERE id = ?", (int(first.total_seconds()), channel))
    if others:
        _keep_others(db, channel, others)
    if _kept(db, channel) != before:
        owed = db.execute(
            "SELECT id FROM conversations WHERE channel_id = ? AND awaiting_since IS NOT NULL", (channel,)
        )
        for row in owed.fetchall():
            clocks.refresh(db, row["id"])


def _keep_others(db: sqlite3.Connection, channel: int, others: Promises) -> None:
    db.execute(
        "UPDATE channels SET next_seconds = ?, warn_percent = ?, hours = ?, counted_by = ? WHERE id = ?",
        (
            int(others.next.total_seconds()),
            others.warn_percent,
            others.calendar.canonical(),
            others.calendar.rules,
            channel,
        ),
    )
    db.execute("DELETE FROM lane_targets WHERE channel_id = ?", (channel,))
    db.executemany(
        "INSERT INTO lane_targets (channel_id, lane, answer_seconds, next_seconds) VALUES (?, ?, ?, ?)",
        [
            (channel, name, int(p.first.total_seconds()), int(p.next.total_seconds()))
            for name, p in others.lanes.items()
        ],
    )


def _kept(db: sqlite3.Connection, channel: int) -> list[tuple[object, ...]]:
    own = "SELECT answer_seconds, next_seconds, warn_percent, hours, counted_by FROM channels WHERE id = ?"
    lanes = "SELECT lane, answer_seconds, next_seconds FROM lane_targets WHERE channel_id = ? ORDER BY lane"
    return [tuple(row) for sql in (own, lanes) for row in db.execute(sql, (channel,))]
