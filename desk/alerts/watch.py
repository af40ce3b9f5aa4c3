"""What nobody does but what fails to happen: a channel falls silent, a login or a budget comes to its end."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from desk.wiring import Desk
from twoway import clock
from twoway.domain import Standing
from twoway.store import alerts, channels, silence, standings
from twoway.store.channels import ChannelRow

WEEKS = 4
"""So far back it is looked what a channel brings at this time of the week."""
ENOUGH = 5
"""Mentions in each of these weeks, and at least LEAST of them, that make silence unusual."""
LEAST = 3
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=6)
"""Of a silence; after the longest its weeks would overlap, and somebody has been told long since."""
ENDS = {"7d": timedelta(days=7), "1d": timedelta(days=1)}
"""Before the end of a login."""
SHARE = Decimal("0.8")
"""Of a budget; that it is used up, whoever refuses to spend more says."""

Cause = tuple[str, str]
"""A rule, and what about the channel it is this time."""


def watch_once(desk: Desk) -> bool:
    """Raise what is not happening on the channels that are on; whether any of it is news."""
    now, news = clock.now(), False
    for row in (channels.by_name(desk.store, name) for name in desk.names):
        if row.paused_at is None:
            for rule, what in (*_silent(desk, row), *_ending(standings.of(desk.store, row.id), now)):
                news |= alerts.notice(desk.store, rule, f"{rule}:{row.id}:{what}", row.id)
    return news


def _silent(desk: Desk, row: ChannelRow) -> Iterator[Cause]:
    """Silence counts only up to the last poll that went well: what could not be asked is no silence."""
    if row.last_heard_at is None or row.last_success_at is None:
        return
    since, until = clock.parse(row.last_heard_at), clock.parse(row.last_success_at)
    if not SHORTEST <= until - since <= LONGEST:
        return
    weeks = before(since, until, desk.config.desk.timezone, clock.parse(row.started_at))
    if unusual([silence.heard(desk.store, row.id, *week, ENOUGH) for week in weeks]):
        yield "channel_silent", row.last_heard_at


def before(since: datetime, until: datetime, zone: ZoneInfo, began: datetime) -> list[tuple[datetime, datetime]]:
    """The same hours of the weeks before, by the clocks of ``zone``; none from before the channel ``began``."""
    local = since.astimezone(zone), until.astimezone(zone)
    weeks = ([(moment - timedelta(weeks=n)).astimezone(UTC) for moment in local] for n in range(1, WEEKS + 1))
    return [(first, last) for first, last in weeks if first >= began]


def unusual(heard: Sequence[int]) -> bool:
    """Is silence unusual, after so many mentions in the same hours of earlier weeks?"""
    return len(heard) >= LEAST and min(heard) >= ENOUGH


def _ending(standing: Standing, now: datetime) -> Iterator[Cause]:
    """Each end is told of once at each of its steps, the nearest alone."""
    if standing.expires_at:
        near = [name for name, left in ENDS.items() if standing.expires_at - now <= left]
        if near:
            yield "token_expiring", f"{clock.stamp(standing.expires_at)}:{near[-1]}"
    if standing.spent is not None and standing.budget and standing.spent >= SHARE * standing.budget:
        yield "budget", f"{now:%Y-%m}:{SHARE} of {standing.budget:f}"
