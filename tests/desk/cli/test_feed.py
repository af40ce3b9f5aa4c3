"""A desk that reads a blog: only what the query asks for is kept, and the health tells what went wrong."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from desk.wiring import Desk, open_desk
from listener.collect import collect_once
from tests.fakes.feed import FakeFeed, fake_feed
from twoway import clock
from twoway.config import load
from twoway.store import channels

CONFIG = """
[desk]
brand = "Kaffee Nord"
allow_private = ["127.0.0.1"]
[model]
name = "rules"
[query]
any = ["Kaffee Nord"]
[channels.blog]
kind = "feed"
url = "{url}"
{more}
"""


@pytest.fixture
def blog(tmp_path: Path) -> Iterator[FakeFeed]:
    """A blog with a history."""
    with fake_feed(tmp_path) as found:
        with time_machine.travel(clock.now() - timedelta(hours=1)):
            found.tell("Petra", "Kaffee Nord gibt es schon lange")
        yield found


def opened(folder: Path, blog: FakeFeed, more: str = "") -> Desk:
    """A desk that reads it."""
    file = folder / "twoway.toml"
    file.write_text(CONFIG.format(url=blog.url, more=more))
    return open_desk(load(file))


@pytest.fixture
def desk(tmp_path: Path, blog: FakeFeed) -> Iterator[Desk]:
    """A desk that has read it once, just now."""
    found = opened(tmp_path, blog)
    collect(found)
    yield found
    found.close()


def collect(desk: Desk) -> bool:
    """One poll."""
    return collect_once(desk.store, "blog", lambda: desk.collector("blog"))


def rows(desk: Desk, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in desk.store.read().execute(sql)]


def texts(desk: Desk) -> list[str]:
    """What the desk has kept, as it stands."""
    return [text for (text,) in rows(desk, "SELECT text FROM mentions WHERE NOT history ORDER BY id")]


def health(desk: Desk) -> channels.ChannelRow:
    return channels.by_name(desk.store, "blog")


def test_only_what_the_query_asks_for_is_kept(desk: Desk, blog: FakeFeed) -> None:
    for text in ("Kaffee-Nord ist zu!", "Tee ist gut", "#KaffeeNord"):
        blog.tell("Petra", text)
    assert collect(desk)
    assert texts(desk) == ["Kaffee-Nord ist zu!", "#KaffeeNord"]
    assert rows(desk, "SELECT DISTINCT route, visibility FROM mentions") == [("hand", "public")]
    assert "Tee" not in str(rows(desk, "SELECT * FROM mentions"))


def test_an_edit_is_kept_and_makes_a_mention_of_what_was_none(desk: Desk, blog: FakeFeed) -> None:
    heard, unheard = blog.tell("Petra", "Kaffee Nord ist zu"), blog.tell("Tom", "Tee")
    collect(desk)
    blog.edit(heard, "Alles wieder gut")
    blog.edit(unheard, "Doch lieber Kaffee Nord")
    collect(desk)
    collect(desk)
    assert texts(desk) == ["Alles wieder gut", "Doch lieber Kaffee Nord"]
    assert rows(desk, "SELECT count(*) FROM mention_versions") == [(3,)]


def test_a_query_of_its_own_goes_before_the_brands(tmp_path: Path, blog: FakeFeed) -> None:
    desk = opened(tmp_path, blog, "query = {}")
    collect(desk)
    blog.tell("Tom", "Tee")
    collect(desk)
    assert texts(desk) == ["Tee"]
    desk.close()


def outage(desk: Desk, blog: FakeFeed, began: datetime, posts: int) -> list[str | None]:
    """Two hours of errors, with something new every few minutes; what health said at each poll."""
    said: list[str | None] = []
    blog.status = 503
    for quarter in range(1, 9):
        with time_machine.travel(began + timedelta(minutes=15 * quarter), tick=False):
            for number in range(posts):
                blog.tell("Petra", f"Kaffee Nord {quarter}.{number}")
            collect(desk)
            said.append(health(desk).last_error)
    blog.status = 200
    return said


def test_after_two_hours_down_nothing_is_lost_or_doubled(desk: Desk, blog: FakeFeed) -> None:
    began = clock.now()
    said = outage(desk, blog, began, posts=3)
    assert said == ["blog: entries: 503 Service Unavailable"] * 8
    with time_machine.travel(began + timedelta(hours=2, minutes=1), tick=False):
        collect(desk)
        collect(desk)
    assert sorted(texts(desk)) == sorted(entry.text for entry in blog.entries[1:])
    assert len(texts(desk)) == 24
    assert health(desk).last_error is None
    assert channels.gaps(desk.store, health(desk).id, began) == []


def test_what_scrolled_away_meanwhile_is_a_gap(desk: Desk, blog: FakeFeed) -> None:
    began = clock.now()
    blog.shown = 10
    outage(desk, blog, began, posts=3)
    with time_machine.travel(began + timedelta(hours=2, minutes=1), tick=False):
        collect(desk)
        collect(desk)
    assert len(texts(desk)) == 10
    [gap] = channels.gaps(desk.store, health(desk).id, began)
    assert "its last 10 entries" in gap.reason


def test_a_damaged_feed_is_named_in_the_health_and_read(desk: Desk, blog: FakeFeed) -> None:
    blog.tell("Petra", "Kaffee Nord")
    blog.body = blog.document().replace(b"<title>Petras Blog", b"<title>Tee & Kaffee")
    for _ in range(3):
        collect(desk)
    [trouble] = channels.malformed(desk.store, health(desk).id)
    assert trouble.reason == "the feed is not written correctly: not well-formed (invalid token)"
    assert texts(desk) == ["Kaffee Nord"]


def test_a_feed_behind_a_login_pauses_the_channel(desk: Desk, blog: FakeFeed) -> None:
    blog.status = 401
    collect(desk)
    assert "asks for a login" in (health(desk).paused_reason or "")
