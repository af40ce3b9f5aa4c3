"""What nobody does but what fails to happen: a channel falls silent, a login or a budget comes to its end."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from desk import silence
from desk.wiring import Desk
from twoway import clock
from twoway.domain import NEARLY, Standing
from twoway.store import alerts, channels, standings
from twoway.store.channels import ChannelRow

ENDS = {"7d": timedelta(days=7), "1d": timedelta(days=1)}
"""Before the end of a login."""

Cause = tuple[str, str]
"""A rule, and what about the channel it is this time."""


def watch_once(desk: Desk) -> bool:
    """Raise what is not happening on the channels that are on; whether any of it is news."""
    now, news = clock.now(), False
    for row in (channels.by_name(desk.store, name) for name in desk.names):
        if row.paused_at is None:
            for rule, what in (*_silent(desk, row), *_ending(row, standings.of(desk.store, row.id), now)):
                news |= alerts.notice(desk.store, rule, f"{rule}:{row.id}:{what}", row.id)
    return news


def _silent(desk: Desk, row: ChannelRow) -> Iterator[Cause]:
    if row.last_heard_at and silence.since(desk.store, row, desk.config.desk.timezone):
        yield "channel_silent", row.last_heard_at


def _ending(row: ChannelRow, standing: Standing, now: datetime) -> Iterator[Cause]:
    """Each end is told of once at each of its steps, the nearest alone; a budget by the month last read in."""
    if standing.expires_at:
        near = [name for name, left in ENDS.items() if standing.expires_at - now <= left]
        if near:
            yield "token_expiring", f"{clock.stamp(standing.expires_at)}:{near[-1]}"
    if standing.nearly_spent:  # that it is used up, whoever refuses to spend more says
        yield "budget", f"{(row.polled_at or '')[:7]}:{NEARLY} of {standing.budget:f}"
