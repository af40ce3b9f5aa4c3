"""From the configuration to the schedule: what a channel asks of an approval reaches the file, and expires there."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desk import schedule
from desk.wiring import Desk, open_desk
from tests.conftest import Freeze
from tests.store.desk import Desk as Work
from twoway import clock
from twoway.config import load
from twoway.store import approvals, channels

CONFIG = """
[desk]
brand = "Kaffee Nord"
[channels.square]
kind = "square"
url = "http://127.0.0.1:1"
token = "file:token"
handle = "nord"
{lines}
"""


def opened(folder: Path, lines: str = "") -> Desk:
    """A desk whose channel has these lines."""
    (folder / "token").write_text("secret")
    (folder / "token").chmod(0o600)
    (folder / "twoway.toml").write_text(CONFIG.format(lines=lines))
    return open_desk(load(folder / "twoway.toml"))


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose approvals last an hour."""
    desk = opened(tmp_path, 'approval_expires = "1h"')
    yield desk
    desk.close()


def test_what_the_configuration_says_holds_from_the_next_start(tmp_path: Path) -> None:
    for lines, asked in (("", (0, 0, 86_400)), ("four_eyes = true\nsecond_eyes_on_edits = true", (1, 1, 86_400))):
        desk = opened(tmp_path, lines)
        found = channels.by_name(desk.store, "square")
        desk.close()
        assert (found.four_eyes, found.second_eyes_on_edits, found.approval_seconds) == asked


def test_the_schedule_takes_back_what_was_approved_too_long_ago(hasty: Desk, freeze: Freeze) -> None:
    work = Work(hasty.store)
    moving = freeze(clock.now())
    channels.register(hasty.store, "square", "square", 60)
    work.said()
    approval = approvals.by_id(hasty.store, work.approve().approval_id)
    assert approval is not None
    assert clock.parse(approval.expires_at) == clock.now() + timedelta(hours=1)
    moving.shift(timedelta(hours=1))
    schedule.wake(hasty)
    assert work.delivery().state == "cancelled"
