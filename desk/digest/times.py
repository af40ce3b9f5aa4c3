"""When a digest is due and which time it covers, in the local time of whoever reads it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Day:
    """One digest's local date, and the stretch it counts: from the same hour of the day before until it is written."""

    on: date
    since: datetime
    until: datetime


def hour(on: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment of a local hour. One that a clock change leaves out comes an hour later; of two, the first counts."""
    return datetime.combine(on, at, zone).astimezone(UTC)


def today(at: time, zone: ZoneInfo, now: datetime) -> Day | None:
    """Today's digest if its hour has come, however late; else None."""
    on = now.astimezone(zone).date()
    return Day(on, hour(on - timedelta(days=1), at, zone), now) if now >= hour(on, at, zone) else None


def of_date(on: date, at: time, zone: ZoneInfo, now: datetime) -> Day:
    """The digest of any date as it would be written now; a past day ends at its hour."""
    until = now if on >= now.astimezone(zone).date() else hour(on, at, zone)
    return Day(on, hour(on - timedelta(days=1), at, zone), until)
