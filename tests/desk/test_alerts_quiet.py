"""Quiet hours by the clocks on the wall: over midnight, at weekends, in both nights in which clocks change."""

from datetime import UTC, datetime

import pytest

from desk.alerts.rules import quiet_until
from twoway.config.hours import shifts
from twoway.hours import Calendar

NIGHT = ("22:00-07:00",)
WEEKEND = (*NIGHT, "sat-sun 00:00-24:00")
BERLIN = "Europe/Berlin"


def until(written: tuple[str, ...], now: str, zone: str = BERLIN) -> str | None:
    quiet = Calendar(zone, tuple(shift for hours in written for shift in shifts(hours)))
    found = quiet_until(quiet, datetime.fromisoformat(now).replace(tzinfo=UTC))
    return found.strftime("%d %H:%M") if found else None


@pytest.mark.parametrize(
    ("written", "now", "end"),
    [
        ((), "2026-11-23T02:00", None),
        (NIGHT, "2026-11-23T20:59", None),  # 21:59 in Berlin
        (NIGHT, "2026-11-23T21:00", "24 06:00"),
        (NIGHT, "2026-11-24T05:59", "24 06:00"),
        (NIGHT, "2026-11-24T06:00", None),
        (WEEKEND, "2026-11-27T21:30", "30 06:00"),  # Friday evening to Monday morning: hours that touch are one
        (WEEKEND, "2026-11-29T12:00", "30 06:00"),
        (("mon 09:00-10:00",), "2026-11-24T08:30", None),
        # Clocks go forward: the night is an hour shorter.
        (NIGHT, "2027-03-27T21:00", "28 05:00"),
        (("01:00-02:30",), "2027-03-28T00:30", "28 01:00"),  # 02:30 is left out: it ends as 03:00 begins
        # Clocks go back: the night is an hour longer.
        (NIGHT, "2027-10-30T20:00", "31 06:00"),
        (("22:00-02:30",), "2027-10-30T23:59", "31 00:30"),  # 02:30 comes twice: the first ends it
        (("22:00-02:30",), "2027-10-31T00:45", None),
        (NIGHT, "2026-12-31T23:30", "01 06:00"),
    ],
)
def test_quiet_hours_end(written: tuple[str, ...], now: str, end: str | None) -> None:
    assert until(written, now) == end
