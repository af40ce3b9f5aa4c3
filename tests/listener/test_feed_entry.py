"""An entry becomes plain words of somebody at some time, however the feed is written."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from responders.by_hand import Sender
from tests.listener.feeds import NOON, Paper, heard, item, rss
from twoway.domain import Author, Draft
from twoway.errors import Temporary

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"
 xml:lang="de-AT"><title>Blog</title><entry><id>tag:blog.example,2026:1</id><title type="html">Der
 &lt;i&gt;neue&lt;/i&gt; Laden</title><link href="https://blog.example/laden"/><published>2026-11-22T10:00:00+01:00</published>
 <updated>2026-11-22T11:00:00Z</updated><author><name>Anna</name><uri>https://anna.example/</uri></author>
 <thr:in-reply-to ref="tag:blog.example,2026:0"/><summary>Kurz.</summary>
 <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Kaffee &amp; Kuchen,</p><p>ganz lang.</p></div>
 </content></entry></feed>"""


def texts(*items: str) -> list[str]:
    """What is heard of the items of a feed."""
    return [mention.text for mention in heard(rss(*items))]


def dated(date: str) -> datetime:
    """When an entry with this date was written, heard at noon."""
    with time_machine.travel(NOON, tick=False):
        [mention] = heard(rss(item("1", "x", date)))
    return mention.created_at


def test_an_atom_entry_is_whole() -> None:
    [mention] = heard(ATOM.encode(), **{"content-type": "application/atom+xml"})
    assert mention.id == mention.reference == "tag:blog.example,2026:1"
    assert mention.author == Author("https://anna.example/", "Anna", "Anna", "https://anna.example/")
    assert mention.text == "Der neue Laden\n\nKaffee & Kuchen,\n\nganz lang."
    assert mention.created_at == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert (mention.url, mention.language) == ("https://blog.example/laden", "de")
    assert mention.replies_to == ("tag:blog.example,2026:0",)
    assert (mention.visibility, mention.route, mention.found) == ("public", "hand", True)
    assert b"Kurz." in mention.raw


def test_an_answer_goes_by_hand_to_the_page() -> None:
    [mention] = heard(ATOM.encode())
    preview = Sender(Paper().feed, None).preview(Draft("Willkommen!"), mention.address)
    assert (preview.visibility, preview.recipients) == ("public", ("Anna https://blog.example/laden",))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hallo</p><script>steal()</script><style>x{}</style>", "Hallo"),
        ("<b onclick=steal()>fett</b>", "fett"),
        ('<a href="javascript:steal()">hier</a>', "hier"),
        ('<a href="https://x.example/">hier</a>', "hier (https://x.example/)"),
        ("<img src=x onerror=steal() alt=Bild>", "Bild"),
        ("<iframe src='https://x.example'>no</iframe>danach", "danach"),
        ("eins<br>zwei", "eins\nzwei"),
        ("a &lt;b&gt; c", "a <b> c"),
        ("<svg/onload=steal()>", "https://blog.example/1"),
        ("<div>" * 5_000 + "tief", "tief"),
    ],
)
def test_hostile_html_becomes_plain_text(html: str, text: str) -> None:
    found = f"<![CDATA[{html}]]>"
    assert texts(item("1", found, "<link>https://blog.example/1</link>")) == [text]


def test_a_title_is_said_once_and_on_one_line() -> None:
    assert texts(item("1", "Lang ist der Text", "<title>Lang ist …</title>")) == ["Lang ist der Text"]
    assert texts(item("1", "Text", "<title>Eine\n Zeile</title>")) == ["Eine Zeile\n\nText"]
    assert texts(item("1", "", "<title>Nur das</title>")) == ["Nur das"]


def test_the_whole_text_goes_before_the_summary() -> None:
    full = "<c:encoded xmlns:c='http://purl.org/rss/1.0/modules/content/'>alles</c:encoded>"
    assert texts(item("1", "kurz", full)) == ["alles"]


@pytest.mark.parametrize("link", ["javascript:steal()", "data:text/html,x", "ftp://x.example/", "file:///etc/passwd"])
def test_a_link_leads_to_a_page_or_nowhere(link: str) -> None:
    [mention] = heard(rss(item("1", "x", f"<link>{link}</link>")))
    assert mention.url == ""


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("<pubDate>Sun, 22 Nov 2026 10:00:00 +0100</pubDate>", NOON - timedelta(hours=3)),
        ("<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate>", NOON),
        ("<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", NOON),
        ("<pubDate>yesterday</pubDate>", NOON),
        ("<pubDate>Mon, 32 Foo 99999 99:99:99</pubDate>", NOON),
        ("", NOON),
    ],
)
def test_a_date_is_believed_if_it_can_be(date: str, at: datetime) -> None:
    assert dated(date) == at


def test_what_has_no_date_is_old_when_the_channel_starts() -> None:
    [page] = Paper(rss(item("1"))).pages(since=NOON - timedelta(days=30))
    assert page.mentions == ()


def test_the_author_is_whoever_is_named_else_the_source_else_the_feed() -> None:
    named = item("1", "x", "<author>petra@example.org (Petra)</author>")
    source = item("2", "x", "<source url='https://q.example'>Quelle</source>")
    found = {mention.id: mention.author.name for mention in heard(rss(named, source, item("3")))}
    assert found == {"1": "Petra", "2": "Quelle", "3": "Petras Blog"}


def test_without_an_id_the_link_tells_entries_apart_and_without_a_link_the_words() -> None:
    linked = "<item><link>https://x.example/a</link><description>a</description></item>"
    bare = "<item><description>b</description></item>"
    found = {mention.text: mention.id for mention in heard(rss(linked, bare, bare))}
    assert found["a"] == "https://x.example/a"
    assert len(found["b"]) == 64
    assert len(found) == 2


def test_entries_that_share_an_id_are_told_apart_by_their_pages() -> None:
    links = [f"<link>https://x.example/{number}</link>" for number in range(3)]
    mentions = heard(rss(*(item("always the same", f"text {number}", link) for number, link in enumerate(links))))
    assert {mention.text for mention in mentions} == {"text 0", "text 1", "text 2"}
    assert len({mention.id for mention in mentions}) == 3


def test_of_two_versions_of_an_entry_the_later_counts() -> None:
    link = "<link>https://x.example/a</link>"
    versions = [
        item("1", text, link, f"<pubDate>Sun, 22 Nov 2026 {hour}:00:00 GMT</pubDate>")
        for text, hour in (("new", "11"), ("old", "10"))
    ]
    assert texts(*versions) == texts(*versions[::-1]) == ["new"]


def test_an_id_as_long_as_a_book_is_shortened() -> None:
    [mention] = heard(rss(item("x" * 100_000)))
    assert len(mention.id) == 64


def test_an_entry_that_says_nothing_is_nothing() -> None:
    assert heard(rss("<item></item>", item("1", ""))) == []


def test_oldest_first() -> None:
    dates = [f"<pubDate>Sun, 22 Nov 2026 {hour}:00:00 GMT</pubDate>" for hour in ("09", "11", "10")]
    assert texts(*(item(str(number), str(number), date) for number, date in enumerate(dates))) == ["0", "2", "1"]
    assert texts(item("b", "b"), item("a", "a")) == ["a", "b"]


def test_words_in_the_charset_that_the_server_names() -> None:
    body = rss(item("1", "Grüße")).decode().encode("latin-1")
    [mention] = heard(body, **{"content-type": "text/xml; charset=iso-8859-1"})
    assert mention.text == "Grüße"


PIECES = st.sampled_from(
    [
        "<item>", "</item>", "<guid>1</guid>", "<guid>", "<title>T</title>", "<description>", "</description>",
        "<![CDATA[", "]]>", "&amp;", "&", "&#0;", "&#xd800;", "<pubDate>x</pubDate>", "<link>javascript:x</link>",
        "<author>A</author>", "<b>",
        "\u202e", "<source>", "</source>", "<!--", "-->", "<?x", "<", "\x00", "<enclosure url='x' length='y'/>",
        "<media:content xmlns:media='http://search.yahoo.com/mrss/'/>", "<updated>2026-11-22</updated>",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=80)
@given(st.lists(PIECES | st.text(max_size=5), max_size=30))
def test_whatever_a_feed_is_like_it_is_heard_or_refused_in_words(pieces: list[str]) -> None:
    body = rss("".join(pieces)).decode("utf-8", "replace")
    try:
        mentions = heard(body.encode("utf-8", "replace"))
    except Temporary:
        return
    assert all(mention.id and mention.text and mention.author.id for mention in mentions)


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=300))
def test_any_bytes_are_heard_or_refused_in_words(body: bytes) -> None:
    with pytest.raises(Temporary, match="entries: "):
        heard(body)
