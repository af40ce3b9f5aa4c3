"""How the channels fare, for the page and the command line: what is kept of them, what to warn of, what to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from desk import silence
from desk.wiring import Desk
from twoway import clock
from twoway.domain import NEARLY, Standing
from twoway.store import channels, figures, outages, standings
from twoway.store.channels import ChannelRow, Trouble
from twoway.store.figures import ChannelFigures
from twoway.store.outages import Outage

SINCE = timedelta(days=7)
"""How far back figures, outages and gaps are shown."""
SOON = timedelta(days=14)
"""A login that ends within this time is warned of: somebody has to make a new one."""
LONG = timedelta(hours=1)
"""What fails for longer is probably not over by itself, be it the platform or a single stream."""
SAID_OF_A_BUG = ": collect: unexpected "
"""What `listener.collect` writes of an error that no channel should raise."""

State = Literal["off", "paused", "waiting", "erring", "fine", "new"]
Advice = Literal["login", "wait", "bug", "lasting", "again"]
Notice = Literal["silent", "login_ended", "login_ends", "quota_used", "quota_near", "budget_used", "budget_near"]


@dataclass(frozen=True, slots=True)
class Health:
    """One channel at one moment."""

    channel: ChannelRow
    figures: ChannelFigures
    standing: Standing
    outages: list[Outage]
    gaps: list[Trouble]
    malformed: list[Trouble]
    silent_since: datetime | None
    """Since when it has been silent at a time when it usually is not; see `desk.silence`."""
    on: bool
    """Whether the configuration has it switched on."""
    every: int
    """Seconds from one poll to the next."""
    now: datetime

    @property
    def state(self) -> State:
        """In a word."""
        if not self.on:
            return "off"
        if self.channel.paused_at:
            return "paused"
        if self.channel.waits(self.now):
            return "waiting"
        if self.channel.last_error:
            return "erring"
        return "fine" if self.channel.last_success_at else "new"

    @property
    def erring_since(self) -> str | None:
        """Since when its outage lasts; without one, since when single streams could not be read. None without error."""
        lasting = next((outage.since for outage in self.outages if outage.until is None), None)
        return self.channel.erring_since and (lasting or self.channel.erring_since)

    @property
    def advice(self) -> Advice | None:
        """What its trouble asks of a person; None where there is none."""
        state, error = self.state, self.channel.last_error or ""
        if state == "paused":
            return "login"
        if state == "waiting":
            return "wait"
        if state != "erring":
            return None
        if SAID_OF_A_BUG in error:
            return "bug"
        begun = self.erring_since
        return "lasting" if begun and self.now - clock.parse(begun) >= LONG else "again"

    @property
    def next_poll(self) -> datetime | None:
        """When it is asked again; None while it is not."""
        if not self.on or self.channel.paused_at:
            return None
        last, after = (clock.parse(at) if at else self.now for at in (self.channel.polled_at, self.channel.poll_after))
        due = last + timedelta(seconds=self.every) if self.channel.polled_at else self.now
        return max(due, after) if self.channel.poll_after else due

    @property
    def quota(self) -> Standing | None:
        """The requests that are left, if that was told and still holds."""
        told, until = self.standing.remaining is not None, self.standing.resets_at
        return self.standing if told and (until is None or until > self.now) else None

    @property
    def warnings(self) -> list[Notice]:
        """What a person should know before it becomes a trouble."""
        ends, quota, standing = self.standing.expires_at, self.quota, self.standing
        found: list[Notice] = ["silent"] if self.silent_since else []
        if ends:
            found += ["login_ended"] if ends <= self.now else ["login_ends"] if ends <= self.now + SOON else []
        if quota and quota.remaining == 0:
            found.append("quota_used")
        elif quota and quota.limit and quota.remaining is not None and quota.remaining <= quota.limit * (1 - NEARLY):
            found.append("quota_near")
        if standing.spent is not None and standing.budget is not None:
            used = standing.spent >= standing.budget
            found += ["budget_used"] if used else ["budget_near"] if standing.nearly_spent else []
        return found


def of(desk: Desk) -> list[Health]:
    """Every channel there ever was, by name."""
    now = clock.now()
    counted = {row.channel: row for row in figures.by_channel(desk.store, now - SINCE, now)}
    return [_health(desk, row, counted[row.name], now) for row in channels.all_of(desk.store)]


def _health(desk: Desk, row: ChannelRow, counted: ChannelFigures, now: datetime) -> Health:
    store, on = desk.store, row.name in desk.names
    return Health(
        channel=row,
        figures=counted,
        standing=standings.of(store, row.id),
        outages=outages.of(store, row.id, now - SINCE),
        gaps=channels.gaps(store, row.id, now - SINCE),
        malformed=channels.malformed(store, row.id),
        silent_since=silence.since(store, row, desk.config.desk.timezone) if on else None,
        on=on,
        every=desk.poll_seconds(row.name) if on else 0,
        now=now,
    )
