"""What wiring hands to a channel, and what it keeps of what the channel says."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.desk import pigeons
from tests.desk.conftest import Open
from twoway import channels as kinds
from twoway.channel import Policy
from twoway.config import Searching
from twoway.ports import Access


@dataclass
class Seeker:
    """A collector with a stream for each word that the platform is asked for."""

    access: Access
    settings: Searching
    since: Any

    def streams(self) -> list[str]:
        return [f"search {word}" for word in self.access.query.any]


SEEKING = pigeons.kind("seeking", Policy(), settings=Searching, collector=f"{__name__}:Seeker")
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


def test_a_channel_searches_with_its_own_query_else_with_the_brands(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "paths", lambda: {**pigeons.known(), "seeking": f"{__name__}:SEEKING"})
    desk = opened(BASIC).desk
    assert {name: desk.everything(name).streams() for name in ("ours", "theirs")} == {
        "ours": ["search Fjordlicht"],
        "theirs": ["search Lampe"],
    }
