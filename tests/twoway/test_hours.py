"""Working time: known weeks by hand, and any calendar over clock changes, year ends and overnight shifts."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from twoway import hours
from twoway.hours import Calendar, Shift

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def week(opens: int, closes: int, days: range = range(5)) -> tuple[Shift, ...]:
    return tuple(Shift(day, opens * 60, closes * 60) for day in days)


OFFICE = Calendar("Europe/Berlin", week(9, 17), "DE-NW", ("12-24", "2026-12-31"))
NIGHTS = Calendar("Europe/Berlin", week(22, 30, range(7)))


def berlin(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "work", "end"),
    [
        ("2026-11-23T10:00", 4 * HOUR, "2026-11-23T14:00"),
        ("2026-11-23T16:00", 4 * HOUR, "2026-11-24T12:00"),
        ("2026-11-20T16:00", 4 * HOUR, "2026-11-23T12:00"),
        ("2026-11-22T03:00", 4 * HOUR, "2026-11-23T13:00"),
        ("2026-11-23T09:00", 8 * HOUR, "2026-11-23T17:00"),
        ("2026-11-23T17:00", timedelta(), "2026-11-24T09:00"),
        # All Saints' is a Sunday in 2026; Corpus Christi, a Thursday, is kept in the west and not in the north.
        ("2026-06-03T16:00", 2 * HOUR, "2026-06-05T10:00"),
        # Christmas Eve by our own rule every year, the two days after by law, New Year's Eve in this year only.
        ("2026-12-23T16:00", 2 * HOUR, "2026-12-28T10:00"),
        ("2026-12-30T16:00", 2 * HOUR, "2027-01-04T10:00"),
        ("2027-12-30T16:00", 2 * HOUR, "2027-12-31T10:00"),
    ],
)
def test_an_office_answers_in_its_hours(start: str, work: timedelta, end: str) -> None:
    assert OFFICE.until(berlin(start), work) == berlin(end)
    assert OFFICE.between(berlin(start), berlin(end)) == work


def test_another_region_keeps_other_holidays() -> None:
    north = Calendar("Europe/Berlin", week(9, 17), "DE-HH")
    assert north.until(berlin("2026-06-03T16:00"), 2 * HOUR) == berlin("2026-06-04T10:00")


def test_another_zone_opens_at_another_hour() -> None:
    lisbon = Calendar("Europe/Lisbon", week(9, 17))
    assert lisbon.until(berlin("2026-11-23T09:00"), HOUR) == berlin("2026-11-23T11:00")


@pytest.mark.parametrize(("night", "real"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-07-04", 8)])
def test_a_night_shift_lasts_as_long_as_the_night(night: str, real: int) -> None:
    noon = berlin(f"{night}T12:00")
    assert NIGHTS.between(noon, noon + timedelta(days=1)) == real * HOUR


def test_a_night_shift_over_the_year_s_end_belongs_to_the_day_it_begins() -> None:
    calendar = Calendar("Europe/Berlin", week(22, 30, range(7)), "DE")
    assert calendar.until(berlin("2026-12-31T21:00"), 9 * HOUR) == berlin("2027-01-02T23:00")


def test_an_hour_that_is_left_out_begins_with_the_change_and_of_two_the_first_counts() -> None:
    early = Calendar("Europe/Berlin", (Shift(6, 150, 600),))  # Sundays from half past two
    opened = [next(early.spans(berlin(day)))[0] for day in ("2026-03-29T00:00", "2026-10-25T00:00")]
    assert opened == [datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]


def test_without_shifts_it_is_always_working_time() -> None:
    always = Calendar("Europe/Berlin", (), "DE", ("12-24",))
    start = berlin("2026-12-24T20:00")
    assert always.until(start, timedelta(days=9)) == start + timedelta(days=9)
    assert always.between(start, start + HOUR) == HOUR


def test_nothing_lies_between_an_end_and_what_comes_after_it() -> None:
    assert OFFICE.between(berlin("2026-11-24T12:00"), berlin("2026-11-23T12:00")) == timedelta()


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        hours.holidays("XX", 2026)


def test_holidays_are_the_library_s() -> None:
    assert date(2026, 10, 3) in hours.holidays("DE", 2026)
    assert date(2026, 6, 4) in hours.holidays("DE-NW", 2026) - hours.holidays("DE-HH", 2026)


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu", "Asia/Beirut")
CHANGES = (
    datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 4, 5, tzinfo=UTC), datetime(2026, 10, 4, tzinfo=UTC),
    datetime(2026, 4, 24, tzinfo=UTC), datetime(2026, 10, 30, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC),
)  # fmt: skip
"""Near them clocks go forward or back somewhere in these zones, or a year ends."""


@st.composite
def shifts(draw: st.DrawFn) -> Shift:
    opens = draw(st.integers(0, hours.DAY - 1))
    return Shift(draw(st.integers(0, 6)), opens, opens + draw(st.integers(1, hours.DAY)))


calendars = st.builds(
    Calendar,
    st.sampled_from(ZONES),
    st.lists(shifts(), min_size=1, max_size=8).map(tuple),
    st.sampled_from(("", "DE", "US-NY", "AU-NSW", "EG")),
    st.lists(st.sampled_from(("12-31", "01-01", "2026-03-29", "2026-10-25")), max_size=2).map(tuple),
)
moments = st.builds(
    lambda change, minutes: change + minutes * MINUTE, st.sampled_from(CHANGES), st.integers(-3000, 3000)
)
lengths = st.integers(0, 40_000).map(lambda seconds: timedelta(seconds=seconds))


@given(calendars, moments, lengths)
@example(NIGHTS, datetime(2026, 3, 28, 21, tzinfo=UTC), 8 * HOUR)
@example(NIGHTS, datetime(2026, 10, 24, 20, tzinfo=UTC), 10 * HOUR)
def test_what_is_done_until_then_is_what_was_to_be_done(calendar: Calendar, start: datetime, work: timedelta) -> None:
    end = calendar.until(start, work)
    assert calendar.between(start, end) == work
    assert end >= start


@given(calendars, st.lists(moments, min_size=3, max_size=3).map(sorted))
def test_time_adds_up(calendar: Calendar, three: list[datetime]) -> None:
    first, middle, last = three
    total = calendar.between(first, last)
    assert calendar.between(first, middle) + calendar.between(middle, last) == total
    assert timedelta() <= total <= last - first


@given(calendars, moments, moments, lengths)
def test_who_begins_later_is_never_done_earlier(
    calendar: Calendar, one: datetime, other: datetime, work: timedelta
) -> None:
    earlier, later = sorted((one, other))
    assert calendar.until(earlier, work) <= calendar.until(later, work)


@given(calendars)
def test_a_calendar_is_read_back_as_it_was_written(calendar: Calendar) -> None:
    assert hours.read(calendar.canonical()) == calendar


def worked(calendar: Calendar, start: datetime, minutes: int) -> int:
    """Minutes of work by looking at a clock on the wall once a minute; what it has shown, it has shown."""
    zone, shown, count = ZoneInfo(calendar.zone), datetime(1, 1, 1), 0  # noqa: DTZ001
    for minute in range(-4 * hours.DAY, minutes):
        shown = max(shown, (start + minute * MINUTE).astimezone(zone).replace(tzinfo=None))
        count += minute >= 0 and any(_at_work(calendar, shown, shown.date() - timedelta(days=back)) for back in (0, 1))
    return count


def _at_work(calendar: Calendar, shown: datetime, day: date) -> bool:
    shut = calendar.region and day in hours.holidays(calendar.region, day.year)
    if shut or day.isoformat() in calendar.closed or f"{day:%m-%d}" in calendar.closed:
        return False
    since = (shown - datetime.combine(day, time())) / MINUTE
    return any(shift.opens <= since < shift.closes for shift in calendar.shifts if shift.day == day.weekday())


@given(calendars, moments, st.integers(1, 2000))
@example(Calendar("Europe/Berlin", (Shift(6, 150, 600),)), datetime(2026, 3, 29, tzinfo=UTC), 300)
@example(Calendar("Africa/Cairo", (Shift(4, 0, 60),)), datetime(2026, 4, 23, 20, tzinfo=UTC), 300)
def test_it_is_what_the_clock_on_the_wall_says(calendar: Calendar, start: datetime, minutes: int) -> None:
    end = start + minutes * MINUTE
    assert calendar.between(start, end) == worked(calendar, start, minutes) * MINUTE


def test_a_calendar_names_what_it_counts_by() -> None:
    shifts = (Shift(0, 540, 1020),)
    berlin, nowhere = Calendar("Europe/Berlin", shifts, "DE-NW"), Calendar("Europe/Berlin", (), "DE-NW")
    assert re.fullmatch(r"Europe/Berlin [0-9a-f]{12}; holidays [0-9.]+", berlin.rules)
    assert berlin.rules != Calendar("Europe/Paris", shifts, "DE-NW").rules
    assert Calendar("Europe/Berlin", shifts).rules == berlin.rules.partition(";")[0]
    assert nowhere.rules == ""
