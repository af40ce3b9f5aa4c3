"""Collecting: page after page, each with its cursor; a fault stops its stream and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine

from listener.collect import collect_once
from tests.store.desk import Desk, make
from twoway import clock
from twoway.domain import Page, Standing
from twoway.errors import AuthFailed, RateLimited, StoreError, Temporary
from twoway.store import channels, outages, standings
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


def limited(minutes: int) -> RateLimited:
    """What a platform says that has had enough for now."""
    return RateLimited("square", "mentions", "429", clock.now() + timedelta(minutes=minutes))


def test_a_platform_that_says_when_is_not_asked_before_and_then_is(desk: Desk) -> None:
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as travelled:
        listing = Listing({"mentions": [limited(15)], "search": [limited(10)], "messages": [page(desk, 1)]})
        assert collect_once(desk.store, desk.name, lambda: listing)
        listing.pages |= {"mentions": [page(desk, 2)], "search": []}
        for minutes, asked in ((14, 3), (1, 6)):
            travelled.shift(timedelta(minutes=minutes))
            collect_once(desk.store, desk.name, lambda: listing)
            assert len(listing.asked) == asked
    assert (row(desk).poll_after, row(desk).last_error) == (None, None)


def test_a_limit_of_one_stream_alone_delays_no_other(desk: Desk) -> None:
    alone = RateLimited("square", "search", "429", clock.now() + timedelta(minutes=15), alone=True)
    listing = Listing({"search": [alone], "mentions": [page(desk, 1), page(desk, 2)]})
    for heard in (True, False):
        assert collect_once(desk.store, desk.name, lambda: listing) == heard
    assert listing.asked[2:] == [("search", None), ("mentions", "2")]
    assert (row(desk).poll_after, row(desk).last_error) == (None, "square: search: 429")


ALONE = Temporary("square", "messages", "may not be read", alone=True)
DOWN = Temporary("square", "mentions", "503")


def outage(desk: Desk) -> bool:
    return outages.lasts(desk.store, desk.channel)


@pytest.mark.parametrize(("fault", "lasts"), [(ALONE, False), (DOWN, True)])
def test_what_keeps_one_stream_alone_from_being_read_is_no_outage(desk: Desk, fault: Exception, lasts: bool) -> None:
    listing = Listing({"messages": [Page("1")], "mentions": []})
    collect_once(desk.store, desk.name, lambda: listing)
    before = row(desk).last_success_at or ""
    listing.pages["messages"].append(fault)
    collect_once(desk.store, desk.name, lambda: listing)
    assert (outage(desk), (row(desk).last_success_at or "") > before) == (lasts, not lasts)
    assert row(desk).last_error == str(fault)


def test_an_outage_ends_though_one_stream_alone_still_cannot_be_read(desk: Desk) -> None:
    listing = Listing({"messages": [ALONE], "mentions": [DOWN]})
    collect_once(desk.store, desk.name, lambda: listing)
    assert outage(desk)
    listing.pages["mentions"] = []
    collect_once(desk.store, desk.name, lambda: listing)
    assert (outage(desk), row(desk).last_error) == (False, str(ALONE))


def test_an_outage_goes_on_while_nothing_at_all_can_be_read(desk: Desk) -> None:
    collect_once(desk.store, desk.name, lambda: Listing({"mentions": [DOWN]}))
    collect_once(desk.store, desk.name, lambda: Listing({"messages": [ALONE]}))
    assert (outage(desk), row(desk).last_success_at) == (True, None)


SHUT = Temporary("square", "search", "shut", alone=True)


@pytest.mark.parametrize(
    ("pages", "lasts"),
    [
        ({"messages": [ALONE]}, True),
        ({"messages": [ALONE], "search": [SHUT]}, True),
        ({"messages": [ALONE], "search": [SHUT], "mentions": []}, False),
        ({}, False),
    ],
)
def test_single_streams_that_fail_are_an_outage_only_where_nothing_else_is_read(
    desk: Desk, pages: dict[str, list[Page | Exception]], lasts: bool
) -> None:
    collect_once(desk.store, desk.name, lambda: Listing(pages))
    assert outage(desk) == lasts
    collect_once(desk.store, desk.name, lambda: Listing(pages | {"mentions": []}))
    assert not outage(desk)


def test_an_outage_of_single_streams_says_what_the_platform_said_last(desk: Desk) -> None:
    collect_once(desk.store, desk.name, lambda: Listing({"messages": [ALONE], "search": [SHUT]}))
    (found,) = outages.of(desk.store, desk.channel, clock.now())
    assert (found.error, row(desk).last_error) == (str(SHUT), str(SHUT))


def test_a_refused_login_is_the_reason_though_a_single_stream_failed_before(desk: Desk) -> None:
    faults: dict[str, list[Page | Exception]] = {
        "messages": [ALONE],
        "mentions": [AuthFailed("square", "mentions", "401")],
    }
    collect_once(desk.store, desk.name, lambda: Listing(faults))
    (found,) = outages.of(desk.store, desk.channel, clock.now())
    assert "401" in found.error


def test_a_stream_that_never_began_will_begin_where_the_channel_was_last_read_as_a_whole(desk: Desk) -> None:
    collect_once(desk.store, desk.name, lambda: Listing({"mentions": []}))
    before = row(desk).last_success_at
    collect_once(desk.store, desk.name, lambda: Listing({"mentions": [], "messages": [ALONE]}))
    assert (outage(desk), row(desk).last_success_at) == (False, before)


def test_the_wait_outlives_a_restart_and_ends_when_a_person_says_so(desk: Desk) -> None:
    collect_once(desk.store, desk.name, lambda: Listing({"mentions": [limited(15)]}))
    listing = Listing({"mentions": [page(desk, 1)]})
    assert not collect_once(desk.store, desk.name, lambda: listing)
    channels.resume(desk.store, desk.name, desk.approver.id)
    assert collect_once(desk.store, desk.name, lambda: listing)


def test_how_the_account_stands_is_kept_until_something_else_is_known(desk: Desk) -> None:
    known = Standing(12, 300, clock.now(), clock.now(), Decimal("1.005"), Decimal(20), "USD")
    for said, kept in ((known, known), (None, known), (Standing(remaining=0), Standing(remaining=0))):
        collect_once(desk.store, desk.name, lambda: Listing({}), standing=lambda said=said: said)
        assert standings.of(desk.store, desk.channel) == kept


def test_an_account_of_which_nothing_is_known_any_more_is_not_told_of_by_what_was(desk: Desk) -> None:
    for said in (Standing(expires_at=clock.now()), Standing()):
        collect_once(desk.store, desk.name, lambda: Listing({}), standing=lambda said=said: said)
    assert standings.of(desk.store, desk.channel) == Standing()


def test_an_outage_lasts_from_the_first_failed_poll_to_the_next_good_one(desk: Desk) -> None:
    def fails(*said: str) -> None:
        faults: dict[str, list[Page | Exception]] = {word: [Temporary("square", word, word)] for word in said}
        collect_once(desk.store, desk.name, lambda: Listing(faults))

    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as travelled:
        fails("down")
        travelled.shift(timedelta(hours=1))
        fails("down", "still down")
        (lasting,) = outages.of(desk.store, desk.channel, clock.now())
        assert (lasting.since, lasting.until, lasting.heard) == ("2026-11-22T10:00:00.000000Z", None, 0)
        assert lasting.error == "square: still down: still down"
        missed = page(desk, 1)
        travelled.shift(timedelta(hours=1))
        collect_once(desk.store, desk.name, lambda: Listing({"mentions": [missed]}))
        (over,) = outages.of(desk.store, desk.channel, clock.now())
        assert (over.until, over.heard) == ("2026-11-22T12:00:00.000000Z", 1)
        assert outages.of(desk.store, desk.channel, clock.now() + timedelta(seconds=1)) == []
