"""A collector asks again what became of what was kept: of its own channel, and only of what still stands."""

from tests.store.desk import Desk
from twoway import clock
from twoway.domain import Deleted, Page
from twoway.store import channels, hearing
from twoway.store.mentions import IMPORTED, ChannelMemory


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


def test_it_leaves_out_what_came_from_a_file_until_the_channel_tells_of_it(desk: Desk) -> None:
    file = channels.stream(desk.store, desk.channel, IMPORTED)
    hearing.keep_page(desk.store, file, Page("", (desk.mention(id="17"),)))
    memory = ChannelMemory(desk.store, desk.channel)
    assert ids(memory) == []
    desk.said(id="18")
    assert ids(memory) == ["18"]
