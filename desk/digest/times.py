"""When a digest is due and which time it covers, in the local time of whoever reads it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from twoway.store.digests import Kind

DAYS: dict[Kind, int] = {"daily": 1, "weekly": 7}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LATE = 2
"""Days by which the digest of a week may come late, after an outage; tomorrow's is better than today's daily one."""


@dataclass(frozen=True, slots=True)
class Period:
    """One digest's local date, and the stretch it counts: from the same hour a day or a week before until ``until``."""

    kind: Kind
    on: date
    before: datetime
    """Where the stretch begins that it is compared with; that one ends at ``since``."""
    since: datetime
    until: datetime
    midnight: datetime
    """The end of the reader's local day."""


def hour(on: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment of a local hour. One that a clock change leaves out comes an hour later; of two, the first counts."""
    return datetime.combine(on, at, zone).astimezone(UTC)


def daily(at: time, zone: ZoneInfo, now: datetime) -> Period | None:
    """Today's digest if its hour has come, however late; else None."""
    on = now.astimezone(zone).date()
    return of_date("daily", on, at, zone, now) if now >= hour(on, at, zone) else None


def weekly(weekday: str, at: time, zone: ZoneInfo, now: datetime) -> Period | None:
    """The digest of the week if its day and hour have come, and are not long past; else None."""
    today = now.astimezone(zone).date()
    late = (today.weekday() - WEEKDAYS.index(weekday)) % 7
    on = today - timedelta(days=late)
    return of_date("weekly", on, at, zone, now) if late <= LATE and now >= hour(on, at, zone) else None


def of_date(kind: Kind, on: date, at: time, zone: ZoneInfo, now: datetime) -> Period:
    """The digest of any date as it would be written now; a past day ends at its hour."""
    today, step = now.astimezone(zone).date(), timedelta(days=DAYS[kind])
    return Period(
        kind=kind,
        on=on,
        before=hour(on - 2 * step, at, zone),
        since=hour(on - step, at, zone),
        until=now if on >= today else hour(on, at, zone),
        midnight=hour(today + timedelta(days=1), time(), zone),
    )
