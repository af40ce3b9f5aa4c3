"""A worker that waits for a slow platform keeps its claim; one that is gone loses it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest

from responders.deliver import deliver_once
from tests.store.desk import Desk, make
from tests.store.platform import Platform
from twoway import clock
from twoway.store import outcomes

LEASE = timedelta(milliseconds=300)
AT_MOST = 20.0
"""Seconds; then something is wrong."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with one approved answer."""
    found = make(tmp_path)
    found.said(id="a")
    found.approve()
    yield found
    found.store.close()


def until(true: Callable[[], bool]) -> None:
    """Goes on as soon as it is true."""
    end = monotonic() + AT_MOST
    while not true():
        assert monotonic() < end, "this never came true"


def slow_platform(desk: Desk) -> tuple[Platform, list[str]]:
    """A platform that answers only after the first lease is over, while another worker looks for work."""
    platform, states = Platform(), []

    def meanwhile() -> None:
        first = clock.parse(desk.delivery().lease_until or "")
        until(lambda: clock.now() > first)
        platform.meanwhile = lambda: None
        deliver_once(desk.store, {"square": platform.outlet(desk)}, "another worker", LEASE)
        states.append(desk.delivery().state)

    platform.meanwhile = meanwhile
    return platform, states


def test_a_claim_outlasts_its_lease_while_its_worker_lives(desk: Desk) -> None:
    platform, states = slow_platform(desk)
    deliver_once(desk.store, {"square": platform.outlet(desk)}, "worker", LEASE)
    assert states == ["sending"]
    assert platform.texts == ["Hello 0"]


def test_without_a_heartbeat_another_worker_takes_over(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "hold_on", lambda *_: True)
    platform, states = slow_platform(desk)
    deliver_once(desk.store, {"square": platform.outlet(desk)}, "worker", LEASE)
    assert states != ["sending"]
    assert platform.texts == ["Hello 0"]
