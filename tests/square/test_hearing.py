"""The square's collector under a platform's faults: what is spoilt today is heard tomorrow."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listener.newest_first import Cursor
from tests.contract.rig import Desk
from tests.contract.rigs import SquareRig
from tests.fakes.square import fake_square
from twoway.errors import RateLimited, Temporary

NOTICES = "/api/v1/notifications"


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SquareRig]:
    """A square with two entries a page."""
    monkeypatch.setattr("listener.square.PAGE", 2)
    with fake_square(tmp_path) as platform:
        yield SquareRig(platform, frozenset())


def said(rig: SquareRig, many: int) -> set[str]:
    return {rig.say("Petra", f"number {number}") for number in range(many)}


def poll_until_quiet(desk: Desk) -> None:
    """Polls as the desk does: a fault ends one poll, never the channel."""
    for _ in range(4):
        try:
            desk.poll()
        except Temporary:
            continue


@pytest.mark.parametrize(
    "kind", ["drop-before", "drop-after", "error-before", "error-after", "malformed", "nonsense", "repeat", "shuffle"]
)
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_fault_on_any_page_loses_nothing(rig: SquareRig, kind: str, place: int) -> None:
    desk = Desk(rig).poll()
    expected = said(rig, 7)
    rig.platform.faults.order("shuffle", path=NOTICES, times=place - 1) if place > 1 else None
    rig.platform.faults.order(kind, path=NOTICES)
    poll_until_quiet(desk)
    assert set(desk.mentions) == expected
    assert any(entry["fault"] == kind for entry in rig.platform.faults.log())


def test_a_listing_that_never_moves_on_ends_in_an_error(rig: SquareRig) -> None:
    desk = Desk(rig).poll()
    said(rig, 7)
    pages = rig.collector().collect("mentions", desk.cursors["mentions"])
    first = next(pages)
    rig.platform.faults.order("repeat", path=NOTICES)
    assert next(pages) == first
    with pytest.raises(Temporary, match="same page"):
        next(pages)


def test_an_entry_that_cannot_be_read_is_kept_as_it_came_and_stops_nothing(rig: SquareRig) -> None:
    desk = Desk(rig).poll()
    expected = sorted(said(rig, 3), key=int)
    rig.platform.faults.order("spoilt", path=NOTICES)
    desk.poll()
    assert sorted(desk.mentions, key=int) == expected[:2]
    [entry] = desk.malformed.values()
    assert entry.raw == b'{"id": "3"}'
    assert "post" in entry.reason


@pytest.mark.parametrize(("seconds", "waited"), [(90, 90), (None, 60)])
def test_a_limit_says_when_to_come_back(rig: SquareRig, freeze, seconds: int | None, waited: int) -> None:
    freeze(datetime(2026, 11, 23, 11, 0, tzinfo=UTC))
    desk = Desk(rig).poll()
    rig.platform.faults.order("limit", path=NOTICES, seconds=seconds)
    with pytest.raises(RateLimited) as raised:
        desk.poll()
    assert raised.value.retry_at == datetime(2026, 11, 23, 11, 0, tzinfo=UTC) + timedelta(seconds=waited)


def test_the_high_mark_moves_only_with_the_last_page(rig: SquareRig) -> None:
    desk = Desk(rig).poll()
    said(rig, 5)
    seen = []
    for page in rig.collector().collect("mentions", desk.cursors["mentions"]):
        cursor = Cursor.read(page.cursor)
        assert cursor is not None
        seen.append((cursor.high, cursor.resume))
    assert seen == [("", ("5", "4")), ("", ("5", "2")), ("", ("5", "1")), ("5", None)]


def test_moving_the_high_mark_with_the_first_page_would_lose_what_lies_below(
    rig: SquareRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the two marks a kill between two pages loses."""
    desk = Desk(rig).poll()
    expected = said(rig, 7)
    monkeypatch.setattr(Cursor, "after", lambda self, positions, *_: replace(self, high=max(positions, default="")))
    desk.step()
    desk.poll()
    assert set(desk.mentions) < expected


@pytest.mark.parametrize("stream", ["mentions", "messages", "changes"])
@pytest.mark.parametrize("written", ["nonsense", "{}", '{"resume": 3}', '{"resume": null, "colour": 1}'])
def test_a_cursor_that_cannot_be_read_is_a_visible_gap(rig: SquareRig, stream: str, written: str) -> None:
    page = next(iter(rig.collector().collect(stream, written)))
    assert page.gap is not None
    assert not [page for page in rig.collector().collect(stream, page.cursor) if page.gap]


def test_what_came_before_a_backfill_stays_unheard(rig: SquareRig, freeze) -> None:
    clock = freeze(datetime(2026, 11, 1, tzinfo=UTC))
    old = said(rig, 3)
    clock.shift(timedelta(days=10))
    new = said(rig, 3)
    desk = Desk(rig, since=datetime(2026, 11, 5, tzinfo=UTC)).poll()
    assert set(desk.mentions) == new
    assert not old & set(desk.mentions)
    assert set(desk.poll().mentions) == new


def test_of_words_that_were_edited_before_they_are_heard_it_is_told_when(rig: SquareRig) -> None:
    desk = Desk(rig).poll()
    first, second = rig.say("Petra", "my strap broke"), rig.say("Petra", "hello")
    rig.edit("Petra", first, "my zip broke")
    heard = desk.poll()
    assert heard.heard(first).edited_at is not None
    assert heard.heard(second).edited_at is None


def test_a_post_is_kept_to_the_byte(rig: SquareRig) -> None:
    desk = Desk(rig).poll()
    number = rig.say("Petra", "\U0001f600 ü \x1b[31m")
    raw = desk.poll().mentions[number].raw
    whole = rig.connection.http.get(NOTICES).content
    assert raw in whole
    assert (raw[:1], raw[-1:]) == (b"{", b"}")
