"""Killed at every step, and in both nights in which clocks change: every cause is told, once, or marked as a repeat."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.alerts import alert_once, chat, sending
from desk.alerts.message import Message
from desk.alerts.rules import Receiver
from desk.alerts.sending import LEASE
from tests.conftest import Freeze
from tests.desk.pigeons import Scene
from tests.desk.rooms import Room, Rooms, drain
from twoway.store import channels

STEPS = range(1, 18)
"""Two alerts have sixteen; who is to die at the seventeenth survives."""
REPEAT = "Wiederholung: "


class Killed(BaseException):
    """The process is gone: nothing in it goes on."""


class Steps:
    """Counts before and after every commit and every message, and ends the life at one of them."""

    def __init__(self, last: int) -> None:
        self.left = last

    def pass_(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed

    def watch(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        write = scene.desk.store.write

        @contextmanager
        def watched() -> Iterator[Any]:
            with write() as db:
                yield db
                self.pass_()
            self.pass_()

        monkeypatch.setattr(scene.desk.store, "write", watched)
        monkeypatch.setattr(sending, "_posted", partial(self._posted, chat.took))

    def _posted(self, took: Any, receiver: Receiver, message: Message, name: str) -> Future[bool]:
        """In this thread, so that the life that ends is the one that posts."""
        answer = Future[bool]()
        self.pass_()
        answer.set_result(took(receiver.url, message, name))
        self.pass_()
        return answer


def live(scene: Scene, steps: Steps, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the life ended by itself."""
    with monkeypatch.context() as patch:
        steps.watch(scene, patch)
        try:
            drain(scene)
        except Killed:
            return False
    return True


@pytest.mark.parametrize("last", STEPS)
def test_killed_at_any_step_every_cause_is_told_and_a_repeat_says_so(
    alerting: Rooms, room: Room, freeze: Freeze, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    stopped = freeze()
    first = alerting(room)
    first.says("Unverschämt!", severe=True)
    channels.pause(first.desk.store, channels.by_name(first.desk.store, "loft").id, "401")
    survived = live(first, Steps(last), monkeypatch)
    stopped.shift(LEASE)
    drain(alerting(room))
    assert survived is (last == STEPS[-1])
    first_words = [title for title in room.titles if not title.startswith(REPEAT)]
    assert len(first_words) == len(set(first_words))
    assert {title.removeprefix(REPEAT) for title in room.titles} == {
        "Fjordlicht: schwere Beschwerde auf loft",
        "Fjordlicht: Kanal loft ist pausiert",
    }
    assert len(room.titles) <= 3


NIGHT = '[[alerts.rules]]\nnames = ["severe_complaint"]\nquiet = ["22:00-07:00"]\n'


@pytest.mark.parametrize(
    "night",
    ["2026-11-23", "2026-12-31", pytest.param("2027-03-27", id="forward"), pytest.param("2027-10-30", id="back")],
)
def test_a_quiet_night_is_one_message_at_seven(alerting: Rooms, room: Room, freeze: Freeze, night: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    stopped = freeze(datetime.fromisoformat(f"{night}T22:00").replace(tzinfo=berlin))
    here, there = alerting(room, more=NIGHT), alerting(room, more=NIGHT)
    told_at = []
    for quarter in range(15 * 4):
        if quarter % 4 == 0 and quarter < 7 * 4:
            here.says(severe=True)
        while alert_once(here.desk) | alert_once(there.desk):
            told_at.append(f"{datetime.now(berlin):%H:%M}")
        stopped.shift(timedelta(minutes=15))
    assert told_at == ["07:00"]
    assert room.titles == ["Fjordlicht: 7 Meldungen: schwere Beschwerden"]
