"""A collector asks again what became of what was kept: of its own channel, and only of what still stands."""

from tests.store.desk import Desk
from twoway import clock
from twoway.domain import Deleted
from twoway.store.mentions import ChannelMemory


def ids(memory: ChannelMemory, below: int = 0, limit: int = 10) -> list[str]:
    return [id_ for _, id_ in memory.standing(below, limit)]


def test_it_gives_the_newest_first_and_goes_on_below(desk: Desk) -> None:
    for name in "abc":
        desk.said(id=name)
    memory = ChannelMemory(desk.store, desk.row("a")["channel_id"])
    assert ids(memory, limit=2) == ["c", "b"]
    assert ids(memory, below=desk.row("b")["id"]) == ["a"]


def test_it_forgets_what_was_deleted(desk: Desk) -> None:
    desk.said(id="a")
    desk.change(Deleted("a", clock.now()))
    assert ids(ChannelMemory(desk.store, desk.row("a")["channel_id"])) == []


def test_it_knows_its_own_channel_only(desk: Desk) -> None:
    desk.said(id="a")
    assert ids(ChannelMemory(desk.store, desk.row("a")["channel_id"] + 1)) == []
