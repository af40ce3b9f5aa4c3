"""What a digest tells, as values: no words, no markup. Counts are exact; lists hold the most pressing few."""

from dataclasses import dataclass, fields
from datetime import datetime

from desk.digest.times import Day
from twoway import clock
from twoway.store import Store, alerts, channels, events, figures, inbox
from twoway.store.events import Seal
from twoway.store.figures import ChannelFigures
from twoway.store.inbox import Line

SHOWN = 10
"""Conversations that a list names; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One list of the inbox: how many stand in it, and the first of them."""

    total: int
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a channel: `paused`, an `error`, or a `gap` in what was heard."""

    channel: str
    kind: str
    said: str


@dataclass(frozen=True, slots=True)
class Sums:
    """Figures over all channels."""

    heard: int
    wanted: int
    answered: int
    awaiting: int
    overdue: int
    noise: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one digest tells."""

    day: Day
    at: datetime
    overdue: Listed
    approve: Listed
    hand: Listed
    failed: Listed
    troubles: list[Trouble]
    channels: list[ChannelFigures]
    sums: Sums
    untold: int
    """Alerts that did not reach everybody."""
    seal: Seal | None

    @property
    def empty(self) -> bool:
        """Nothing happened, nobody owes anything, nothing is broken."""
        owed = self.overdue.total + self.approve.total + self.hand.total + self.failed.total
        sums = self.sums
        stirred = sums.heard + sums.answered + sums.awaiting + sums.noise
        return not (owed or stirred or self.troubles or self.untold)


def collect(store: Store, names: list[str], day: Day) -> Report:
    """The report of a day. ``names``: the channels that are switched on; others are told only while they matter."""
    counted = figures.by_channel(store, day.since, day.until)
    return Report(
        day=day,
        at=clock.now(),
        overdue=_listed(store, "overdue"),
        approve=_listed(store, "approve"),
        hand=_listed(store, "hand"),
        failed=_listed(store, "trouble"),
        troubles=_troubles(store, names, day),
        channels=[row for row in counted if row.channel in names or _matters(row)],
        sums=Sums(*(sum(getattr(row, field.name) for row in counted) for field in fields(Sums))),
        untold=alerts.untold(store, day.since),
        seal=events.newest_seal(store),
    )


def _listed(store: Store, name: str) -> Listed:
    return Listed(inbox.total(store, name), inbox.lines(store, name, SHOWN))


def _matters(row: ChannelFigures) -> bool:
    return any(getattr(row, field.name) for field in fields(Sums))


def _troubles(store: Store, names: list[str], day: Day) -> list[Trouble]:
    found = []
    for row in channels.all_of(store):
        if row.name not in names:
            continue
        if row.paused_reason:
            found.append(Trouble(row.name, "paused", row.paused_reason))
        elif row.last_error:
            found.append(Trouble(row.name, "error", row.last_error))
        found += [Trouble(row.name, "gap", gap.reason) for gap in channels.gaps(store, row.id, day.since)[:3]]
    return found
