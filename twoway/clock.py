"""The only place that reads the time; every stored time has one form, 27 characters in UTC."""

from datetime import UTC, datetime

_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """The stored form of an aware moment, e.g. ``2026-11-22T07:22:00.000000Z``; it sorts as text.

    ``isoformat`` would omit zero microseconds, which breaks the order. Raises ValueError for a naive moment.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a time without zone cannot be stored: {moment!r}")
    moment = moment.astimezone(UTC)
    return f"{moment.year:04d}-{moment.strftime('%m-%dT%H:%M:%S.%f')}Z"


def parse(stamped: str) -> datetime:
    """The aware moment that ``stamp`` wrote."""
    return datetime.strptime(stamped, _FORM).replace(tzinfo=UTC)
