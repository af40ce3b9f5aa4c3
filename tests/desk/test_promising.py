"""From the configuration to the clock: which promise holds where, and that the schedule looks."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk import schedule
from desk.wiring import Desk, open_desk
from tests.conftest import Freeze
from tests.store.desk import Desk as Work
from twoway import clock
from twoway.config import load
from twoway.errors import ConfigError
from twoway.store import moves

MONDAY = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
"""Noon in Berlin."""
CONFIG = """
[desk]
brand = "Kaffee Nord"
[clock]
hours = ["mon-fri 09:00-17:00"]
holidays = "DE-NW"
closed = ["11-24"]
warn_percent = 50
[lanes.unhappy]
answer_within = "30m"
[lanes.super]
answer_within = "48h"
[channels.square]
kind = "square"
url = "http://127.0.0.1:1"
token = "file:token"
handle = "nord"
answer_within = "6h"
{lines}
"""


def written(folder: Path, lines: str = "") -> Path:
    (folder / "token").write_text("secret")
    (folder / "token").chmod(0o600)
    (folder / "twoway.toml").write_text(CONFIG.format(lines=lines))
    return folder / "twoway.toml"


@pytest.fixture
def work(tmp_path: Path, freeze: Freeze, request: pytest.FixtureRequest) -> Iterator[tuple[Desk, Work]]:
    """A desk at noon; a parameter is more lines for its channel."""
    freeze(MONDAY)
    desk = open_desk(load(written(tmp_path, getattr(request, "param", ""))))
    made = Work(desk.store)
    desk.register()
    yield desk, made
    desk.close()


def due(work: Work, lane: str = "answer") -> timedelta:
    """How long after noon an answer in that lane is due."""
    number = work.said()
    moves.set_lane(work.store, number, lane, work.agent.id)
    found = work.conversation(number).due_at
    assert found is not None
    return clock.parse(found) - MONDAY


def test_the_desk_s_hours_hold_and_a_closed_day_is_left_out(work: tuple[Desk, Work]) -> None:
    assert due(work[1]) == timedelta(days=1, hours=22)


@pytest.mark.parametrize("work", ['hours = []\ntimezone = "Europe/Lisbon"'], indirect=True)
def test_a_channel_may_work_day_and_night(work: tuple[Desk, Work]) -> None:
    assert due(work[1]) == timedelta(hours=6)


@pytest.mark.parametrize("work", ['timezone = "Europe/Lisbon"'], indirect=True)
def test_a_channel_may_be_in_another_zone(work: tuple[Desk, Work]) -> None:
    assert due(work[1]) == timedelta(hours=6)


def test_a_lane_makes_an_answer_sooner_and_never_later(work: tuple[Desk, Work]) -> None:
    assert due(work[1], "unhappy") == timedelta(minutes=30)
    assert due(work[1], "super") == timedelta(days=1, hours=22)


@pytest.mark.parametrize("work", ['answer_within_by_lane = { severe = "1h", unhappy = "2h" }'], indirect=True)
def test_what_a_channel_says_of_a_lane_goes_first(work: tuple[Desk, Work]) -> None:
    assert due(work[1], "severe") == timedelta(hours=1)
    assert due(work[1], "unhappy") == timedelta(hours=2)


def test_the_schedule_warns_and_tells(work: tuple[Desk, Work], freeze: Freeze) -> None:
    desk, made = work
    made.said()
    for moment, rules in (("2026-11-23T13:59", []), ("2026-11-23T14:00", ["clock.warning"])):
        freeze(datetime.fromisoformat(f"{moment}+00:00"))
        schedule.clock_all(desk)
        assert [row[0] for row in made.all("SELECT rule FROM alerts")] == rules
    freeze(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    schedule.clock_all(desk)
    assert [row[0] for row in made.all("SELECT rule FROM alerts ORDER BY id")] == ["clock.warning", "clock.breach"]


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ('hours = ["mo-fr 9-17"]', "channels.square.hours"),
        ('holidays = "DE-XX"', "DE has no part 'XX'"),
        ('holidays = "Germania"', "must be a country"),
        ('timezone = "Europe/Berln"', "did you mean 'Europe/Berlin'"),
        ('answer_within = "91d"', "channels.square.answer_within"),
        ('answer_within_by_lane = { noise = "1h" }', "answer_within_by_lane"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, line: str, mistake: str) -> None:
    lines = line if not line.startswith("answer_within =") else ""
    path = written(tmp_path, lines)
    if not lines:
        path.write_text(path.read_text().replace('answer_within = "6h"', line))
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert mistake in str(refused.value)


@pytest.mark.parametrize("day", ["12-32", "2026-02-29", "morgen", "1.5."])
def test_a_closed_day_has_to_exist(tmp_path: Path, day: str) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text().replace('"11-24"', f'"{day}"'))
    with pytest.raises(ConfigError, match=r"clock\.closed"):
        load(path)
