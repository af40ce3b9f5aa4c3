"""Fetching a feed: what every answer means, and what is never let in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.feed import OLD_PATH, FakeFeed, fake_feed, guarded
from tests.listener.feeds import Paper, connected, item, rss
from twoway import clock
from twoway.channels.feed import LARGEST, Feed, Validators, check
from twoway.errors import AuthFailed, ChannelError, Gone, RateLimited, Temporary

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 9))
    + "]><rss version='2.0'><channel><item><guid>1</guid><title>&e8;</title></item></channel></rss>"
).encode()
"""A kilobyte that unfolds to a gigabyte."""
PEEK = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file://%s">]>'
    b"<rss version='2.0'><channel><item><guid>1</guid><title>look: &x;</title></item></channel></rss>"
)


@pytest.fixture
def blog(tmp_path: Path) -> Iterator[FakeFeed]:
    """A blog on loopback."""
    with fake_feed(tmp_path) as found:
        found.tell("Petra", "hello")
        yield found


@pytest.fixture
def feed(blog: FakeFeed) -> Iterator[Feed]:
    """The channel's connection to it."""
    found = connected(blog.url, guarded)
    yield found
    found.http.close()


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, AuthFailed, "asks for a login"),
        (403, Temporary, "403 Forbidden"),
        (404, Temporary, "no feed at this address"),
        (410, Gone, "taken down for good"),
        (429, RateLimited, "429"),
        (500, Temporary, "500"),
        (502, Temporary, "502"),
        (304, Temporary, "304"),
        (204, Temporary, "204"),
    ],
)
def test_every_no_says_what_to_do_next(
    blog: FakeFeed, feed: Feed, status: int, kind: type[ChannelError], said: str
) -> None:
    blog.status = status
    with pytest.raises(kind, match=f"^blog: check: .*{said}") as raised:
        check(feed)
    assert type(raised.value) is kind


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_says_when_is_asked_again_then(blog: FakeFeed, feed: Feed, status: int) -> None:
    blog.status, blog.headers["retry-after"] = status, "3600"
    with pytest.raises(RateLimited) as raised:
        check(feed)
    assert 3_500 < (raised.value.retry_at - clock.now()).total_seconds() <= 3_600


def test_a_feed_that_moved_is_followed(blog: FakeFeed, feed: Feed) -> None:
    moved = Feed(feed.name, feed.http, blog.url.replace("/feed.xml", OLD_PATH), "")
    document = moved.fetch("entries", Validators())
    assert document
    assert len(document.entries) == 1
    assert moved.fetch("entries", document.validators) is None
    assert blog.asked() == [301, 200, 301, 304]


def test_wherever_it_led_an_entry_keeps_its_name(blog: FakeFeed, feed: Feed) -> None:
    blog.body = rss("<item><guid>17</guid><title>x</title></item>")
    home = f"{blog.url.rpartition('/')[0]}/old"
    blog.folder = "/old"
    moved = Feed(feed.name, feed.http, f"{home}{OLD_PATH}?token=hush", "")
    document = moved.fetch("entries", Validators())
    assert document
    assert document.entries[0]["id"] == f"{home}/17"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("/feed.xml", "redirects"),
        ("http://10.0.0.1/feed.xml", "not a public address"),
        ("http://169.254.169.254/latest/meta-data", "not a public address"),
        ("file:///etc/passwd", "only http and https|unsupported|URL"),
    ],
)
def test_a_feed_leads_to_no_place_that_the_guard_keeps_shut(blog: FakeFeed, feed: Feed, place: str, said: str) -> None:
    blog.status, blog.headers["location"] = 302, place
    with pytest.raises(Temporary, match=f"(?i){said}"):
        check(feed)


@pytest.mark.parametrize("fault", ["drop-before", "drop-after", "nonsense", "malformed", "error-before"])
def test_what_goes_wrong_on_the_way_is_temporary(blog: FakeFeed, feed: Feed, fault: str) -> None:
    blog.faults.order(fault)
    with pytest.raises(Temporary):
        check(feed)
    check(feed)


def test_half_a_feed_is_heard_by_nobody(blog: FakeFeed, feed: Feed) -> None:
    blog.body = blog.document().partition(b"</description>")[0]
    with pytest.raises(Temporary, match="ends in the middle"):
        check(feed)


@pytest.mark.parametrize("body", [b"", b"<html><body>Under construction</body></html>", b"{}", b"/etc/passwd"])
def test_what_is_no_feed_is_said(blog: FakeFeed, feed: Feed, body: bytes) -> None:
    blog.body, blog.headers = body, {"content-type": "text/html"}
    with pytest.raises(Temporary, match="this is no feed but text/html"):
        check(feed)


def test_a_feed_larger_than_allowed_is_dropped(blog: FakeFeed, feed: Feed) -> None:
    blog.body = rss(item("1", "x" * LARGEST))
    with pytest.raises(Temporary, match="more than 5000000 bytes"):
        check(feed)


def test_a_packed_answer_is_dropped(blog: FakeFeed, feed: Feed) -> None:
    blog.headers["content-encoding"] = "gzip"
    with pytest.raises(Temporary, match="packed form"):
        check(feed)


def test_a_damaged_feed_is_read_as_far_as_it_goes_and_named_once() -> None:
    paper = Paper(rss(item("1", "Tee & Kaffee"), item("2", "heil")))
    names = {
        page.malformed[0].id for body in (paper.body, rss(item("0"), item("1", "Tee & Kaffee"))) for page in _of(body)
    }
    [page] = paper.pages()
    assert len(names) == 1
    assert "not written correctly: not well-formed" in page.malformed[0].reason


def _of(body: bytes) -> list:
    return Paper(body).pages()


def test_another_charset_than_was_named_is_no_damage() -> None:
    [page] = Paper(rss(item("1")), **{"content-type": "text/plain; charset=us-ascii"}).pages()
    assert page.malformed == ()


def test_entities_neither_explode_nor_read_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    for body in (BOMB, PEEK % str(secret).encode()):
        document = Paper(body).feed.fetch("entries", Validators())
        assert document
        assert len(str(document.entries)) < 20_000
        assert "hunter2" not in str(document.entries)


def test_no_error_shows_what_stands_in_the_address() -> None:
    paper = Paper(b"")
    for paper.status in (200, 302, 401, 404, 500):
        with pytest.raises(ChannelError) as raised:
            check(paper.feed)
        assert "hush" not in f"{raised.value} {raised.value.__cause__!r}"
