"""Which silence is unusual: by the same hours of earlier weeks, and not by chance."""

import random
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from desk.silence import SHORTEST, WEEKS, before, unusual

BERLIN = ZoneInfo("Europe/Berlin")
YEARS = 2


def test_earlier_weeks_are_compared_by_the_clocks_on_the_wall() -> None:
    after = datetime(2027, 3, 29, 7, 0, tzinfo=UTC)  # Monday, 09:00 in Berlin, a day after clocks went forward
    weeks = before(after, after + timedelta(hours=1), BERLIN)
    assert [first.isoformat() for first, _ in weeks][:2] == ["2027-03-22T08:00:00+00:00", "2027-03-15T08:00:00+00:00"]
    assert all(last - first == timedelta(hours=1) for first, last in weeks)


@pytest.mark.parametrize(("heard", "said"), [([10] * 4, True), ([10, 10, 10, 9], False), ([0] * 4, False), ([], False)])
def test_the_quietest_of_the_weeks_before_counts(heard: list[int], said: bool) -> None:
    assert unusual(heard) is said


def chatter(a_day: float, seed: int) -> list[datetime]:
    """Mentions that come independently of each other, fewer at night."""
    drawn, at, found = random.Random(seed), datetime(2024, 1, 1, tzinfo=UTC), []
    while at.year < 2024 + YEARS:
        at += timedelta(days=drawn.expovariate(a_day))
        if 7 <= at.hour < 23 or drawn.random() < 0.15:
            found.append(at)
    return found


@pytest.mark.parametrize("a_day", [1, 5, 50, 300])
def test_nobody_is_called_by_chance(a_day: float) -> None:
    heard = chatter(a_day, seed=7)
    called = 0
    for begun, ended in pairwise(heard):
        if ended - begun >= SHORTEST and begun - heard[0] > timedelta(weeks=WEEKS):
            weeks = before(max(begun, ended - timedelta(days=6)), ended, BERLIN)
            called += unusual([bisect_left(heard, last) - bisect_left(heard, first) for first, last in weeks])
    assert called <= YEARS


def test_a_busy_channel_that_stops_is_noticed_within_hours() -> None:
    heard = chatter(50, seed=7)
    begun = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
    silent = next(
        hours
        for hours in range(1, 24)
        if unusual(
            [
                bisect_left(heard, last) - bisect_left(heard, first)
                for first, last in before(begun, begun + timedelta(hours=hours), BERLIN)
            ]
        )
    )
    assert silent <= 8
