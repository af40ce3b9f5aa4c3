"""The desk examines itself once a night and calls somebody where a promise does not hold."""

import sqlite3
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.alerts import alert_once
from desk.audits import LEASE, audit_once
from tests.conftest import NOON, Freeze
from tests.desk.conftest import Open
from tests.desk.pigeons import Scene
from twoway.store import audits

BEFORE_FOUR = NOON - timedelta(hours=8, minutes=1)
"""In Berlin."""


def alerts(scene: Scene) -> list[tuple[str, str]]:
    with sqlite3.connect(scene.desk.store.path) as db:
        return db.execute("SELECT rule, facts FROM alerts").fetchall()


def break_a_promise(scene: Scene) -> None:
    """What only somebody can do who writes into the file by other means."""
    with sqlite3.connect(scene.desk.store.path) as db:
        db.execute("DROP TRIGGER approvals_stay")


def test_it_is_made_once_a_date_after_four_over_restarts_and_processes(opened: Open, freeze: Freeze) -> None:
    stopped = freeze(BEFORE_FOUR)
    here, there = opened(), opened()
    assert not audit_once(here.desk)
    stopped.shift(timedelta(minutes=1))
    assert [audit_once(scene.desk) for scene in (here, there, opened())] == [True, False, False]
    stopped.shift(timedelta(days=1))
    assert audit_once(there.desk)
    assert alerts(here) == []


@pytest.mark.parametrize("night", ["2027-03-28", "2027-10-31"])
def test_nights_in_which_clocks_change_have_one_audit(opened: Open, freeze: Freeze, night: str) -> None:
    stopped = freeze(datetime.fromisoformat(f"{night}T00:00").replace(tzinfo=ZoneInfo("Europe/Berlin")))
    scene, made = opened(), []
    for _ in range(22 * 4):
        made.append(audit_once(scene.desk))
        stopped.shift(timedelta(minutes=15))
    assert sum(made) == 1


def test_an_audit_whose_process_died_is_made_by_another(opened: Open, freeze: Freeze) -> None:
    stopped = freeze()
    scene = opened()
    assert audits.claim(scene.desk.store, NOON.date().isoformat(), LEASE)
    assert not audit_once(scene.desk)
    stopped.shift(LEASE)
    assert audit_once(scene.desk)


def test_a_broken_promise_calls_somebody(opened: Open, freeze: Freeze) -> None:
    freeze()
    scene = opened()
    break_a_promise(scene)
    assert audit_once(scene.desk)
    ((rule, facts),) = alerts(scene)
    assert (rule, facts) == ("audit_broken", '{"broken":1}')
    assert alert_once(scene.desk)
