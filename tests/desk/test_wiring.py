"""What wiring hands to a channel, and what it keeps of what the channel says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from desk import schedule
from tests.conftest import NOON, Freeze
from tests.desk import pigeons
from tests.desk.conftest import Open
from twoway import channels as kinds
from twoway.channel import Policy
from twoway.config import Searching
from twoway.domain import Page
from twoway.ports import Access


@dataclass
class Seeker:
    """A collector with a stream for each word that the platform is asked for."""

    access: Access
    settings: Searching
    since: Any

    def streams(self) -> list[str]:
        return [f"search {word}" for word in self.access.query.any]

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        BEGAN.append((stream, self.since if cursor is None else None))
        yield Page("read")


SEEKING = pigeons.kind("seeking", Policy(), settings=Searching, collector=f"{__name__}:Seeker")
BEGAN: list[tuple[str, datetime | None]] = []
"""Each stream that was read, and where one without a cursor began."""
BASIC = """
[query]
any = ["Fjordlicht"]
[channels.ours]
kind = "seeking"
[channels.theirs]
kind = "seeking"
[channels.theirs.query]
any = ["Lampe"]
"""


@pytest.fixture
def seeking(monkeypatch: pytest.MonkeyPatch, opened: Open) -> Open:
    """Opens a desk that knows this kind."""
    monkeypatch.setattr(kinds, "paths", lambda: {**pigeons.known(), "seeking": f"{__name__}:SEEKING"})
    BEGAN.clear()
    return opened


def test_a_channel_searches_with_its_own_query_else_with_the_brands(seeking: Open) -> None:
    desk = seeking(BASIC).desk
    assert {name: desk.everything(name).streams() for name in ("ours", "theirs")} == {
        "ours": ["search Fjordlicht"],
        "theirs": ["search Lampe"],
    }


def test_a_search_that_is_added_begins_where_the_channel_was_last_read(seeking: Open, freeze: Freeze) -> None:
    time = freeze(NOON)
    desk = seeking(BASIC).desk
    time.shift(timedelta(days=90))
    schedule.collect(desk, "ours")
    desk = seeking(BASIC.replace('"Fjordlicht"', '"Fjordlicht", "Lampe"')).desk
    time.shift(timedelta(days=90))
    schedule.collect(desk, "ours")
    assert [
        ("search Fjordlicht", NOON),
        ("search Fjordlicht", None),
        ("search Lampe", NOON + timedelta(days=90)),
    ] == BEGAN
