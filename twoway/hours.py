"""Working time: how long a stretch of it lasts and when it ends. Pure; whoever counts on a clock counts here.

A shift belongs to the day on which it begins and may end on the next; none begins on a holiday. Time is real time, so
that the night on which clocks go forward is an hour shorter. A time of day begins when the clocks first show it, or
more: one that is left out begins with the change, of one that comes twice the first counts.
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

from twoway.text import canonical

DAY = 24 * 60
_ONE_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """Work on a weekday; 0 is Monday. Both ends are minutes after its midnight; past ``DAY`` lies the next day."""

    day: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """When work is done. Without shifts always, whatever the day."""

    zone: str = "UTC"
    """An IANA name."""
    shifts: tuple[Shift, ...] = ()
    region: str = ""
    """Whose public holidays are kept: ISO 3166, a country (``DE``) or a part of one (``DE-NW``); empty: nobody's."""
    closed: tuple[str, ...] = ()
    """Further days without work: every year's (``12-24``) or one year's (``2026-12-31``)."""

    def until(self, start: datetime, work: timedelta) -> datetime:
        """The moment, in UTC, at which ``work`` has been done that begins at ``start``; never outside a shift."""
        left = work
        for opens, closes in self.spans(start):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        raise AssertionError("spans never end")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between two moments; none where the end is not after the start."""
        worked = timedelta()
        for opens, closes in self.spans(start):
            if opens >= end:
                return worked
            worked += min(closes, end) - opens
        return worked

    def spans(self, start: datetime) -> Iterator[Span]:
        """From ``start`` on, without end, the stretches of work in UTC, one after the other, none within another."""
        reached = start.astimezone(UTC)
        if not self.shifts:
            yield reached, datetime.max.replace(tzinfo=UTC)
            return
        day = reached.astimezone(ZoneInfo(self.zone)).date() - 2 * _ONE_DAY
        while True:
            for opens, closes in _day(self, day):
                if (begins := max(opens, reached)) < closes:
                    yield begins, closes
                    reached = closes
            day += _ONE_DAY

    @property
    def rules(self) -> str:
        """Which holidays and changes of clocks it counts by, as they are installed; others may count otherwise."""
        if not self.shifts:
            return ""
        return "; ".join(filter(None, (_zone(self.zone), self.region and f"holidays {_version('holidays')}")))

    def canonical(self) -> str:
        """The one text of this calendar."""
        return canonical(asdict(self))


@lru_cache(maxsize=256)
def read(text: str) -> Calendar:
    """The calendar that ``canonical`` wrote."""
    stored = json.loads(text)
    shifts = tuple(Shift(**shift) for shift in stored["shifts"])
    return Calendar(stored["zone"], shifts, stored["region"], tuple(stored["closed"]))


@lru_cache(maxsize=16_384)
def _day(calendar: Calendar, day: date) -> tuple[Span, ...]:
    """The shifts that begin on a day, the earliest first."""
    if f"{day:%m-%d}" in calendar.closed or day.isoformat() in calendar.closed:
        return ()
    if calendar.region and day in holidays(calendar.region, day.year):
        return ()
    zone = ZoneInfo(calendar.zone)
    shifts = sorted(shift for shift in calendar.shifts if shift.day == day.weekday())
    return tuple((_moment(day, shift.opens, zone), _moment(day, shift.closes, zone)) for shift in shifts)


@cache
def _zone(name: str) -> str:
    """The digest of a zone's rules, where Python finds them (https://docs.python.org/3/library/zoneinfo.html)."""
    places = (*map(Path, TZPATH), files("tzdata.zoneinfo") if find_spec("tzdata") else None)
    found = next((place for folder in places if folder and (place := folder.joinpath(name)).is_file()), None)
    return f"{name} {hashlib.sha256(found.read_bytes()).hexdigest()[:12]}" if found else name


_version = cache(version)


@cache
def holidays(region: str, year: int) -> frozenset[date]:
    """The public holidays of a region in a year, those of the library. Raises NotImplementedError for no region."""
    from holidays import country_holidays

    country, _, part = region.partition("-")
    return frozenset(country_holidays(country, subdiv=part or None, years=year))


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which clocks there show that many minutes after midnight of the day, or more."""
    shown = datetime.combine(day + minutes // DAY * _ONE_DAY, time(minutes % DAY // 60, minutes % 60), zone)
    moment, otherwise = shown.astimezone(UTC), shown.replace(fold=1).astimezone(UTC)
    if moment <= otherwise:
        return moment
    # Left out: by the offset before, it would lie as far behind the change as it lies before it by the offset after.
    before = otherwise.astimezone(zone).utcoffset()
    seconds = range(int((moment - otherwise) / _SECOND))
    return otherwise + _SECOND * bisect_left(
        seconds, True, key=lambda s: (otherwise + s * _SECOND).astimezone(zone).utcoffset() != before
    )
