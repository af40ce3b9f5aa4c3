"""Collecting: page after page, each with its cursor; a fault stops its stream and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from listener.collect import collect_once
from tests.store.desk import Desk, make
from twoway.domain import Page
from twoway.errors import AuthFailed, StoreError, Temporary
from twoway.store import channels
from twoway.store.hearing import Kept


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk."""
    found = make(tmp_path)
    yield found
    found.store.close()


@dataclass
class Listing:
    """A collector whose streams are lists of pages, an error among them where one was ordered."""

    pages: dict[str, list[Page | Exception]]
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def streams(self) -> list[str]:
        """Their names."""
        return list(self.pages)

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """The pages after a cursor, which is the number of the last one."""
        self.asked.append((stream, cursor))
        for page in self.pages[stream][int(cursor or 0) :]:
            if isinstance(page, Exception):
                raise page
            yield page


def row(desk: Desk) -> channels.ChannelRow:
    return channels.by_name(desk.store, desk.name)


def page(desk: Desk, number: int, **how: object) -> Page:
    return Page(str(number), (desk.mention(**how),))


def test_every_page_moves_the_cursor_of_its_stream(desk: Desk) -> None:
    listing = Listing({"mentions": [page(desk, 1), page(desk, 2)], "messages": [page(desk, 1)]})
    assert collect_once(desk.store, desk.name, lambda: listing)
    assert not collect_once(desk.store, desk.name, lambda: listing)
    assert listing.asked[2:] == [("mentions", "2"), ("messages", "1")]
    assert row(desk).last_success_at is not None


def test_what_was_heard_before_a_fault_is_kept_and_told(desk: Desk) -> None:
    listing = Listing({"mentions": [page(desk, 1), Temporary("square", "mentions", "down")]})
    told: list[Kept] = []
    assert collect_once(desk.store, desk.name, lambda: listing, heard=told.append)
    assert told == [Kept(1, 0)]
    assert row(desk).last_error == "square: mentions: down"
    listing.pages["mentions"][1] = page(desk, 2)
    assert collect_once(desk.store, desk.name, lambda: listing)
    assert (row(desk).last_error, len(desk.all("SELECT id FROM mentions"))) == (None, 2)


@pytest.mark.parametrize("fault", [Temporary("square", "mentions", "down"), ZeroDivisionError("a bug\ud800")])
def test_a_stream_that_fails_silences_no_other(desk: Desk, fault: Exception) -> None:
    listing = Listing({"mentions": [fault], "messages": [page(desk, 1)]})
    assert collect_once(desk.store, desk.name, lambda: listing)
    assert row(desk).last_error is not None
    assert row(desk).last_success_at is None


def test_a_page_that_cannot_be_kept_is_loud_in_the_health_and_stops_no_desk(desk: Desk) -> None:
    listing = Listing({"mentions": [page(desk, 1, visibility="odd")], "messages": [page(desk, 1)]})
    assert collect_once(desk.store, desk.name, lambda: listing)
    assert "unexpected Refused" in (row(desk).last_error or "")


def test_a_refused_login_pauses_the_channel_and_leaves_its_streams_alone(desk: Desk) -> None:
    listing = Listing({"mentions": [AuthFailed("square", "mentions", "401")], "messages": [page(desk, 1)]})
    assert not collect_once(desk.store, desk.name, lambda: listing)
    assert row(desk).paused_at is not None
    assert not collect_once(desk.store, desk.name, lambda: listing)
    assert [stream for stream, _ in listing.asked] == ["mentions"]
    channels.resume(desk.store, desk.name, None)
    assert collect_once(desk.store, desk.name, lambda: Listing({"messages": [page(desk, 1)]}))


def test_a_login_refused_while_connecting_pauses_the_channel(desk: Desk) -> None:
    def connect() -> Listing:
        raise AuthFailed("square", "login", "401")

    assert not collect_once(desk.store, desk.name, connect)
    assert row(desk).paused_at is not None


def test_afresh_reads_from_the_beginning_and_keeps_nothing_twice(desk: Desk) -> None:
    listing = Listing({"mentions": [page(desk, 1)]})
    collect_once(desk.store, desk.name, lambda: listing)
    assert not collect_once(desk.store, desk.name, lambda: listing, afresh=True)
    assert listing.asked == [("mentions", None), ("mentions", None)]


def test_a_file_that_cannot_be_written_is_told_to_whoever_called(desk: Desk) -> None:
    def connect() -> Listing:
        raise StoreError("the disk is full")

    with pytest.raises(StoreError):
        collect_once(desk.store, desk.name, connect)
