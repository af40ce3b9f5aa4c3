"""Times as people read them: in the desk's zone, in the form of their language."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk.web.words import Words
from twoway import clock

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MORNING = time(9)


def local(stamped: str, zone: ZoneInfo) -> datetime:
    """A stored time in the desk's zone."""
    return clock.parse(stamped).astimezone(zone)


def full(stamped: str, zone: ZoneInfo, language: str) -> str:
    """``23.11.2026, 12:00`` or ``23 Nov 2026, 12:00``."""
    moment = local(stamped, zone)
    day = f"{moment:%d.%m.%Y}" if language == "de" else f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    return f"{day}, {moment:%H:%M}"


def short(stamped: str, zone: ZoneInfo, language: str) -> str:
    """The hour for today, the day without its year for this year."""
    moment, today = local(stamped, zone), clock.now().astimezone(zone)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    if moment.year != today.year:
        return full(stamped, zone, language)
    day = f"{moment:%d.%m.}" if language == "de" else f"{moment.day} {_MONTHS[moment.month - 1]}"
    return f"{day} {moment:%H:%M}"


def length(seconds: float, words: Words) -> str:
    """A stretch of time in its largest unit: ``3 Std.``, ``2 days``."""
    minutes = max(int(abs(seconds)) // 60, 0)
    for unit, size in (("days", 1440), ("hours", 60)):
        if minutes >= size:
            return words.count(f"time.{unit}", minutes // size)
    return words.count("time.minutes", minutes)


def since(stamped: str) -> float:
    """Seconds since then; negative for a time to come."""
    return (clock.now() - clock.parse(stamped)).total_seconds()


def presets(zone: ZoneInfo) -> dict[str, datetime]:
    """Times to snooze until, by name."""
    now = clock.now().astimezone(zone)
    tomorrow = datetime.combine(now.date() + timedelta(days=1), MORNING, zone)
    monday = datetime.combine(now.date() + timedelta(days=7 - now.weekday()), MORNING, zone)
    return {"hours": now + timedelta(hours=3), "tomorrow": tomorrow, "monday": monday, "week": now + timedelta(days=7)}


def typed(value: str, zone: ZoneInfo) -> datetime:
    """The moment of a ``datetime-local`` field, which means the desk's zone. Raises ValueError."""
    return datetime.fromisoformat(value).replace(tzinfo=zone)
