"""A feed is a window on the newest entries: nothing in it is lost or heard twice, and a gap is told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.feed import Collector, Cursor
from listener.match import Matcher, Sieve
from tests.fakes.feed import FakeFeed, fake_feed, guarded
from tests.listener.feeds import NOON, Paper, connected, desk, item, rss
from twoway import clock
from twoway.channels.feed import Feed, Settings
from twoway.config import Query
from twoway.domain import Page


@pytest.fixture
def blog(tmp_path: Path) -> Iterator[FakeFeed]:
    """A blog on loopback."""
    with fake_feed(tmp_path) as found:
        yield found


@pytest.fixture
def connection(blog: FakeFeed) -> Iterator[Feed]:
    """The way to it."""
    found = connected(blog.url, guarded)
    yield found
    found.http.close()


@pytest.fixture
def collector(connection: Feed) -> Collector:
    """Its hearing half."""
    return Collector(connection, Settings(url=connection.url))


def read(collector: Collector, cursor: str | None) -> list[Page]:
    """What is heard now."""
    return list(collector.collect("entries", cursor))


@pytest.mark.parametrize("validators", [{"etag", "last-modified"}, {"etag"}, {"last-modified"}])
def test_what_did_not_change_is_not_sent_again(blog: FakeFeed, collector: Collector, validators: set[str]) -> None:
    blog.validators = frozenset(validators)
    blog.tell("Petra", "hello")
    [page] = read(collector, None)
    assert read(collector, page.cursor) == []
    blog.tell("Petra", "again")
    [news] = read(collector, page.cursor)
    assert [mention.text for mention in news.mentions] == ["again"]
    assert blog.asked() == [200, 304, 200]


def test_a_server_without_validators_is_asked_for_all_of_it(blog: FakeFeed, collector: Collector) -> None:
    blog.validators = frozenset()
    blog.tell("Petra", "hello")
    [page] = read(collector, None)
    assert read(collector, page.cursor) == []
    assert blog.asked() == [200, 200]


def test_validators_are_kept_only_once_everything_is(
    blog: FakeFeed, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.feed.PAGE", 2)
    [start] = read(collector, None)
    for number in range(5):
        blog.tell("Petra", f"number {number}")
    pages = read(collector, start.cursor)
    kept = [Cursor.read(page.cursor) for page in pages]
    assert [bool(cursor and cursor.etag) for cursor in kept] == [False, False, True]


def test_validators_that_could_not_be_sent_back_are_not_kept() -> None:
    [page] = Paper(rss(), etag='"grüß"', **{"last-modified": "x" * 501}).pages()
    cursor = Cursor.read(page.cursor)
    assert (cursor and (cursor.etag, cursor.modified)) == ("", "")


def test_an_edit_makes_a_mention_of_what_was_none(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = Paper(rss())
    [start] = paper.pages()
    tea = Matcher(Query(any=("Tee",)), lambda text: "und")
    paper.body = rss(item("1", "Kaffee"))
    [before] = Sieve(paper.collector(), tea).collect("entries", start.cursor)
    paper.body = rss(item("1", "Tee"))
    [after] = Sieve(paper.collector(), tea).collect("entries", before.cursor)
    assert (before.mentions, [mention.text for mention in after.mentions]) == ((), ["Tee"])


def test_an_edit_that_takes_the_word_away_is_still_an_edit() -> None:
    paper = Paper(rss())
    [start] = paper.pages()
    tea = Matcher(Query(any=("Tee",)), lambda text: "und")
    paper.body = rss(item("1", "Tee"))
    [before] = Sieve(paper.collector(), tea).collect("entries", start.cursor)
    paper.body = rss(item("1", "nichts"))
    [after] = Sieve(paper.collector(), tea).collect("entries", before.cursor)
    assert (after.mentions, [change.text for change in after.changes]) == ((), ["nichts"])  # type: ignore[union-attr]


def test_other_markup_around_the_same_words_is_no_edit() -> None:
    paper = Paper(rss(item("1", "&lt;p&gt;gleich &amp;amp; gut&lt;/p&gt;")))
    [start] = paper.pages()
    paper.body = rss(
        item("1", "&lt;p class='x'&gt;gleich &amp;amp; gut&lt;/p&gt;&lt;img src='https://t.example/1.gif'&gt;")
    )
    assert paper.pages(start.cursor) == []


def test_a_gap_is_told_once_where_nothing_known_is_shown_any_more(blog: FakeFeed, collector: Collector) -> None:
    blog.shown = 3
    blog.tell("Petra", "before")
    began = clock.now()
    [start] = read(collector, None)
    for number in range(7):
        blog.tell("Petra", f"number {number}")
    [page] = read(collector, start.cursor)
    assert page.gap
    assert began <= (page.gap.since or began) <= page.gap.until <= clock.now()
    assert "its last 3 entries" in page.gap.reason
    blog.tell("Petra", "one more")
    [later] = read(collector, page.cursor)
    assert later.gap is None


def test_where_something_known_is_still_shown_there_is_no_gap(blog: FakeFeed, collector: Collector) -> None:
    blog.shown = 3
    blog.tell("Petra", "before")
    [start] = read(collector, None)
    for number in range(2):
        blog.tell("Petra", f"number {number}")
    [page] = read(collector, start.cursor)
    assert (page.gap, len(page.mentions)) == (None, 2)


def test_a_backfill_says_how_far_back_the_feed_reaches(blog: FakeFeed, connection: Feed) -> None:
    blog.tell("Petra", "the oldest that is shown")
    month = clock.now() - timedelta(days=30)
    [page] = Collector(connection, Settings(url=blog.url), month).collect("entries", None)
    assert len(page.mentions) == 1
    assert page.gap
    assert page.gap.since == month


def test_a_backfill_that_reaches_far_enough_has_no_gap() -> None:
    old, new = (f"<pubDate>Sun, 22 Nov 2026 {hour}:00:00 GMT</pubDate>" for hour in ("10", "11"))
    [page] = Paper(rss(item("2", "new", new), item("1", "old", old))).pages(since=NOON - timedelta(hours=1))
    assert ([mention.text for mention in page.mentions], page.gap) == (["new"], None)


def test_an_empty_feed_for_a_while_repeats_nothing() -> None:
    paper = Paper(rss(*(item(str(number)) for number in range(30))))
    full = paper.body
    [page] = paper.pages()
    paper.body = rss()
    assert paper.pages(page.cursor) == []
    paper.body = full
    assert paper.pages(page.cursor) == []


def test_what_left_the_feed_is_remembered_but_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.feed.REMEMBERED", 4)
    paper, cursor = Paper(rss()), None
    for number in range(10):
        paper.body = rss(item(str(number)))
        [page] = paper.pages(cursor)
        cursor = page.cursor
    kept = Cursor.read(cursor)
    assert kept
    assert len(kept.seen) == 4
    paper.body = rss(item("8"), item("9"))
    assert paper.pages(cursor) == []


def test_a_cursor_that_cannot_be_read_begins_again_and_says_so() -> None:
    paper = Paper(rss(item("1", "x", "<pubDate>Sun, 22 Nov 2026 12:30:00 GMT</pubDate>")))
    [page] = paper.pages("what is this?", since=NOON)
    assert page.gap
    assert "cursor" in page.gap.reason
    assert len(page.mentions) == 1


def test_a_feed_that_is_larger_than_is_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.feed.ENTRIES", 2)
    paper = Paper(rss())
    [start] = paper.pages()
    paper.body = rss(item("3"), item("2"), item("1"))
    [page] = paper.pages(start.cursor)
    assert [mention.id for mention in page.mentions] == ["2", "3"]
    assert ["more than 2 entries" in trouble.reason for trouble in page.malformed] == [True]


ACTS = st.lists(st.sampled_from(["tell", "edit", "poll", "step", "step", "quiet"]), max_size=25)


@settings(deadline=None, max_examples=40)
@given(ACTS)
def test_whatever_happens_in_between_everything_is_heard_once_as_it_stands(acts: list[str]) -> None:
    """Entries come and change, readings end after any page; in the end the desk knows all, and what each says."""
    paper, told = Paper(rss()), {}
    with time_machine.travel(NOON, tick=False), pytest.MonkeyPatch.context() as patch:
        patch.setattr("listener.feed.PAGE", 2)
        reader = desk(paper).poll()
        for number, act in enumerate(acts):
            if act == "tell":
                told[f"id{number}"] = f"first {number}"
            elif act == "edit" and told:
                told[next(iter(told))] = f"changed {number}"
            paper.body = rss(*(item(known, text) for known, text in reversed(told.items())))
            if act == "poll":
                reader.poll()
            elif act == "step":
                reader.step()
        reader.poll()
        now = {known: mention.text for known, mention in reader.mentions.items()}
        now |= {change.id: change.text for change in reader.changes}  # type: ignore[union-attr]
        assert now == told
        cursors = dict(reader.cursors)
        assert reader.poll().cursors == cursors
