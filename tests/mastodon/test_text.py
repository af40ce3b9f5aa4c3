"""Posts come as HTML; what is kept is what a person would read, and nothing of it runs."""

import pytest

from tests.fakes.mastodon_town import Town
from twoway.channels.mastodon_text import length, same_words, to_text

LONG = "https://example.org/" + "path/" * 20
FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    "text",
    [
        "plain words",
        "one\ntwo\n\nthree",
        f"see {LONG}?a=1&b=2 now",
        "5 < 6 & <b>not bold</b> \"quoted\" 'so'",
        "#Kaffee at @anna@chaos.example, for @wanderlust",
        f"{FAMILY} 🇩🇪 e\u0301",
        "two  spaces   stay",
    ],
)
def test_what_was_written_comes_back(text: str) -> None:
    town = Town()
    town.join("Anna", "anna@chaos.example")
    status = town.status(town.post(town.brand, text))
    handles = {person["url"]: person["acct"] for person in status["mentions"]}
    assert to_text(status["content"], handles, wary=False) == text
    assert to_text(status["content"], handles) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a<script>alert(1)</script><style>b{}</style></p>", "a"),
        (
            '<p><a href="https://evil.example/x">https://bank.example</a></p>',
            "https://bank.example (https://evil.example/x)",
        ),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<p>line\n   broken in the source</p>", "line broken in the source"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<p>open <a href='x'>never closed", "open never closed"),
        ('<img src=x onerror="alert(1)">&lt;img&gt;', "<img>"),
        ("", ""),
        ("</a></p></script>words", "words"),
    ],
)
def test_other_servers_write_other_html(html: str, text: str) -> None:
    assert to_text(html) == text


def test_a_hostile_depth_ends() -> None:
    assert to_text("<blockquote>" * 50_000 + "deep") == ""
    assert to_text("<b>" * 50_000 + "deep") == "deep"


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        f"see {LONG} now",
        f"{LONG}, {LONG}.",
        "@anna@a-very-long-name-of-a-server.example hello",
        f"{FAMILY}{FAMILY} e\u0301 🇩🇪",
        "mail me: a@b.example",
        "https://social.example.org/@anna@chaos.example.org/1",
    ],
)
def test_it_counts_as_mastodon_does(text: str) -> None:
    assert length(text, "", 23) == Town().counted(text)


def test_a_warning_counts_too() -> None:
    assert length("abc", "cw", 23) == 5


def test_where_links_count_more_there_is_room_for_them() -> None:
    assert length(f"{LONG} and {LONG}", "", 40) >= Town(link=40).counted(f"{LONG} and {LONG}")


@pytest.mark.parametrize(
    ("one", "other"),
    [("@Anna@Chaos.example hi", "@anna hi"), ("e\u0301  x", "é\nx"), ("a https://x.example/", "a https://x.example/")],
)
def test_the_same_words_are_known_again(one: str, other: str) -> None:
    assert same_words(one, other)


def test_other_words_are_other_words() -> None:
    assert not same_words("@anna hello", "@otto hello")
    assert not same_words("hello", "hello you")
