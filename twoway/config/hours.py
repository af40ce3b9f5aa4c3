"""Hours, days and regions as they are written: ``mon-fri 09:00-18:00``, ``12-24``, ``DE-NW``."""

import re
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from twoway.config.values import Duration, Name, nearest
from twoway.hours import DAY, Shift

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(
    rf"(?:({'|'.join(_DAYS)})(?:-({'|'.join(_DAYS)}))?\s+)?([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)"
)
LEAP = 2024
"""Has a 29th of February."""


def shifts(written: str) -> tuple[Shift, ...]:
    """What ``22:00-07:00`` or ``sat-sun 00:00-24:00`` means. Raises ValueError."""
    match = _HOURS.fullmatch(written)
    if not match or (match[5] == "24" and match[6] != "00"):
        raise ValueError('must be hours such as "mon-fri 09:00-18:00", "22:00-07:00" or "sat-sun 00:00-24:00"')
    opens, closes = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
    return tuple(Shift(day, opens, closes if closes > opens else closes + DAY) for day in _days(match[1], match[2]))


def _days(first: str | None, last: str | None) -> list[int]:
    if first is None:
        return list(range(7))
    begin = _DAYS.index(first)
    return [(begin + n) % 7 for n in range((_DAYS.index(last or first) - begin) % 7 + 1)]


def _hours(written: str) -> str:
    shifts(written)
    return written


def _day(written: str) -> str:
    every_year = re.fullmatch(r"\d\d-\d\d", written)
    try:
        return date.fromisoformat(f"{LEAP}-{written}" if every_year else written).isoformat()[5 if every_year else 0 :]
    except ValueError:
        raise ValueError('must be a day such as "12-24" (every year) or "2026-12-31"') from None


def _region(written: str) -> str:
    from holidays import list_supported_countries

    country, dash, part = written.partition("-")
    known = list_supported_countries(include_aliases=True)
    if written and country not in known:
        raise ValueError('must be a country such as "DE", or a part of one such as "DE-NW" (ISO 3166)')
    if dash and part not in known[country]:
        raise ValueError(f"{country} has no part {part!r}{nearest(part, known[country])}")
    return written


Hours = Annotated[Name, AfterValidator(_hours)]
ClosedDay = Annotated[Name, AfterValidator(_day)]
Region = Annotated[str, AfterValidator(_region)]
"""Whose public holidays are kept; empty: nobody's."""
Within = Annotated[Duration, Field(le=timedelta(days=90))]
"""Working time."""
LaneName = Literal["unhappy", "super", "severe", "answer"]
"""The lanes that run against time."""
