"""What is wrong with the channels, or soon will be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from desk import silence
from desk.alerts.watch import ENDS
from desk.digest.times import Period
from twoway import clock
from twoway.domain import Standing
from twoway.store import Store, channels, outages, standings
from twoway.store.channels import ChannelRow

SHOWN = 3
"""Outages and gaps of a channel that are told of."""

Wrong = Literal["paused", "error", "silent", "outage", "gap", "login_ends", "budget_ends"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing about one channel. ``said`` is the platform's word, ``since`` when it began or will end."""

    channel: str
    kind: Wrong
    said: str = ""
    since: datetime | None = None
    until: datetime | None = None
    account: Standing = field(default_factory=Standing)
    """Whose money comes to its end."""


def troubles(store: Store, names: list[str], period: Period, zone: ZoneInfo) -> list[Trouble]:
    """Of the channels that are switched on. ``zone``: by whose clocks a week goes round."""
    return [
        trouble
        for row in channels.all_of(store)
        if row.name in names
        for trouble in (*_now(store, row, zone), *_was(store, row, period), *_will_be(row, standings.of(store, row.id)))
    ]


def _now(store: Store, row: ChannelRow, zone: ZoneInfo) -> Iterator[Trouble]:
    """The gravest alone: a channel that is paused hears nothing either, and one that is silent lacks every stream."""
    if row.paused_reason:
        yield Trouble(row.name, "paused", row.paused_reason)
    elif not outages.lasts(store, row.id) and (begun := silence.since(store, row, zone)):
        yield Trouble(row.name, "silent", since=begun)
    elif row.last_error:
        yield Trouble(row.name, "error", row.last_error)


def _was(store: Store, row: ChannelRow, period: Period) -> Iterator[Trouble]:
    """What is over, and what was lost by it."""
    over = [outage for outage in outages.of(store, row.id, period.since) if outage.until]
    for outage in over[:SHOWN]:
        yield Trouble(row.name, "outage", outage.error, clock.parse(outage.since), clock.parse(outage.until or ""))
    for gap in channels.gaps(store, row.id, period.since)[:SHOWN]:
        yield Trouble(row.name, "gap", gap.reason)


def _will_be(row: ChannelRow, standing: Standing) -> Iterator[Trouble]:
    """A login or a budget that comes to its end, as soon as an alert would say so."""
    if standing.expires_at and standing.expires_at - clock.now() <= max(ENDS.values()):
        yield Trouble(row.name, "login_ends", since=standing.expires_at)
    if standing.nearly_spent:
        yield Trouble(row.name, "budget_ends", account=standing)
