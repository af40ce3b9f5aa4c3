"""What does not happen is noticed: silence that is unusual for a channel, a login or a budget that comes to its end."""

import sqlite3
from datetime import timedelta
from decimal import Decimal

import pytest

from desk.alerts.watch import watch_once
from tests.conftest import NOON, Clock, Freeze
from tests.desk.conftest import Open
from tests.desk.pigeons import Scene
from tests.store.desk import FREE
from twoway.domain import Standing
from twoway.store import channels
from twoway.store.alerting import claim

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


def polled(scene: Scene, standing: Standing | None = None) -> int:
    """A poll went well just now; the channel."""
    loft = channels.by_name(scene.desk.store, "loft").id
    channels.polled(scene.desk.store, loft, well=True, standing=standing)
    return loft


def raised(scene: Scene) -> list[str]:
    watch_once(scene.desk)
    with sqlite3.connect(scene.desk.store.path) as db:
        return [cause for (cause,) in db.execute("SELECT cause FROM alerts ORDER BY id")]


def busy(scene: Scene, stopped: Clock, weeks: int, a_week: int = 10) -> None:
    """So many weeks in which something is heard in the hour before noon, then one in which nothing is."""
    for _ in range(weeks):
        for minute in range(a_week):
            stopped.shift(timedelta(minutes=minute and 5))
            scene.says()
        stopped.shift(WEEK - timedelta(minutes=5 * (a_week - 1)))


def test_silence_where_it_is_lively_otherwise_is_told_once(opened: Open, freeze: Freeze) -> None:
    stopped = freeze(NOON - HOUR)
    scene = opened()
    stopped.shift(HOUR)
    busy(scene, stopped, 4)
    scene.says()  # the last one
    stopped.shift(3600 - 1)
    polled(scene)
    assert raised(scene) == []
    stopped.shift(1)
    polled(scene)
    assert len(raised(scene)) == 1
    assert raised(scene)[0].startswith("channel_silent:")
    stopped.shift(3600)
    polled(scene)
    assert len(raised(scene)) == 1


@pytest.mark.parametrize(("weeks", "a_week"), [(3, 10), (4, 9)])
def test_silence_is_not_unusual_after_few_weeks_or_few_words(
    opened: Open, freeze: Freeze, weeks: int, a_week: int
) -> None:
    stopped = freeze(NOON - HOUR)
    scene = opened()
    stopped.shift(HOUR)
    busy(scene, stopped, weeks, a_week)
    scene.says()
    stopped.shift(2 * HOUR)
    polled(scene)
    assert raised(scene) == []


def test_an_outage_is_silence_too(opened: Open, freeze: Freeze) -> None:
    stopped = freeze(NOON - HOUR)
    scene = opened()
    stopped.shift(HOUR)
    busy(scene, stopped, 4)
    scene.says()
    stopped.shift(HOUR)
    loft = channels.by_name(scene.desk.store, "loft").id
    channels.erred(scene.desk.store, loft, "loft: look: 503")
    channels.polled(scene.desk.store, loft, well=False)
    assert [cause.partition(":")[0] for cause in raised(scene)] == ["channel_silent"]


def test_a_channel_that_nobody_asks_is_not_called_silent(opened: Open, freeze: Freeze) -> None:
    stopped = freeze(NOON - HOUR)
    scene = opened()
    stopped.shift(HOUR)
    busy(scene, stopped, 4)
    scene.says()
    polled(scene)
    stopped.shift(5 * HOUR)
    assert raised(scene) == []


def test_silence_that_was_broken_meanwhile_is_told_to_nobody(opened: Open, freeze: Freeze) -> None:
    stopped = freeze(NOON - HOUR)
    scene = opened()
    stopped.shift(HOUR)
    busy(scene, stopped, 4)
    scene.says()
    stopped.shift(HOUR)
    polled(scene)
    raised(scene)
    stopped.shift(1)
    scene.says()
    assert claim(scene.desk.store, HOUR, lambda rule, level, now: FREE) is None


def test_a_login_is_told_of_a_week_and_a_day_before_it_ends(opened: Open, freeze: Freeze) -> None:
    stopped = freeze()
    scene = opened()
    loft = polled(scene, Standing(expires_at=NOON + timedelta(days=8)))
    assert raised(scene) == []
    stopped.shift(timedelta(days=1))
    end = "2026-12-01T11:00:00.000000Z"
    assert raised(scene) == raised(scene) == [f"token_expiring:{loft}:{end}:7d"]
    stopped.shift(timedelta(days=6))
    assert raised(scene)[1:] == [f"token_expiring:{loft}:{end}:1d"]


def test_a_budget_is_told_of_at_four_fifths_once_a_month(opened: Open, freeze: Freeze) -> None:
    stopped = freeze()
    scene = opened()
    found = []
    for spent in ("7.99", "8.00", "9.50"):
        polled(scene, Standing(spent=Decimal(spent), budget=Decimal(10), currency="USD"))
        found.append(len(raised(scene)))
    stopped.shift(timedelta(days=20))  # the next month has a budget of its own, but what was read last was of this one
    found.append(len(raised(scene)))
    polled(scene, Standing(spent=Decimal(8), budget=Decimal(10), currency="USD"))
    assert [*found, len(raised(scene))] == [0, 1, 1, 1, 2]


def test_a_paused_channel_is_told_of_as_paused_only(opened: Open, freeze: Freeze) -> None:
    freeze()
    scene = opened()
    loft = polled(scene, Standing(expires_at=NOON + HOUR))
    channels.pause(scene.desk.store, loft, "401")
    assert [cause.partition(":")[0] for cause in raised(scene)] == ["channel_paused"]
