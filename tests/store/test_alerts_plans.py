"""Nothing that alerts ask of the file walks through a table that grows."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.store.desk import Desk
from twoway import clock
from twoway.alerting import Terms
from twoway.store import alerting, alerts, silence

GROWING = ("alerts", "conversations", "mentions", "events", "deliveries", "authors", "judgements", "presence")
WALK = re.compile(rf"SCAN ({'|'.join(GROWING)}|[acehmdpw])\b(?! USING INDEX alerts_(due|waiting))")
"""But for the indexes that hold only what waits to be told."""
TERMS = Terms(on=True, quiet_until=None, cooldown=timedelta(minutes=10), flood=2, escalate_after=timedelta(0))


def scans(desk: Desk, ask: Callable[[], object]) -> list[str]:
    """Steps of what SQLite does for it that read a whole table, or a whole index that is not partial."""
    asked: list[str] = []
    connections = [desk.store.read()]
    with desk.store.write() as writer:
        connections.append(writer)
    for connection in connections:
        connection.set_trace_callback(asked.append)
    ask()
    for connection in connections:
        connection.set_trace_callback(None)
    found = [sql for sql in asked if re.match(r"\s*(SELECT|UPDATE|INSERT)\b", sql)]
    assert found
    steps = [row[3] for sql in found for row in desk.store.read().execute(f"EXPLAIN QUERY PLAN {sql}")]
    return [step for step in steps if WALK.match(step)]


@pytest.fixture
def claim(desk: Desk) -> Callable[[], alerting.Claimed | None]:
    """Nine furious customers, and whoever claims what is due."""
    desk.hear(*(desk.mention(id=f"m{n}", author=f"a{n}") for n in range(9)))
    desk.judge(complaint=True)
    desk.queue("severe", 300, alarming=True)
    return lambda: alerting.claim(desk.store, timedelta(minutes=5), lambda rule, level, now: TERMS)


def test_claiming_a_flood_and_its_next_step_scans_nothing(
    desk: Desk, claim: Callable[[], alerting.Claimed | None]
) -> None:
    assert scans(desk, claim) == []
    assert scans(desk, claim) == []
    assert scans(desk, claim) == []


def test_telling_and_ending_scans_nothing(desk: Desk, claim: Callable[[], alerting.Claimed | None]) -> None:
    claimed = claim()
    assert claimed
    assert scans(desk, lambda: alerts.reached(desk.store, claimed.row.id, "slack-1")) == []
    assert scans(desk, lambda: alerts.sent(desk.store, claimed.row.id)) == []


def test_looking_for_silence_scans_nothing(desk: Desk) -> None:
    now = clock.now()
    week = (now - timedelta(days=7), now)
    assert scans(desk, lambda: silence.heard(desk.store, desk.channel, *week, 5)) == []


def test_what_scans_is_found(desk: Desk) -> None:
    assert scans(desk, lambda: desk.all("SELECT id FROM alerts WHERE last_error = 'x'")) != []
