"""What X's posts say, and how long X takes them to be."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fakes.x_town import counted
from twoway.channels.x_posts import Post
from twoway.channels.x_text import has_link, length, same_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("hello", 5),
        ("Grüße – „schön“ …", 18),
        ("日本語", 6),
        ("Привет", 6),
        ("😀", 2),
        ("👍🏽", 2),
        ("👩‍👩‍👧‍👦", 2),
        ("👩‍❤️‍👩", 2),
        ("🐈‍⬛", 2),
        ("❤\u200d❤", 5),
        ("❤️", 2),
        ("🇩🇪🇦🇹", 4),
        ("1️⃣", 2),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2),
        ("e\u0301", 1),
        ("https://x.test/a", 23),
        ("see https://example.org/a/very/long/path?that=goes&on=and#on.", 4 + 23 + 1),
        ("(https://example.org)", 25),
        ("example.org", 23),
        ("mail to petra@example.org", 25),
        ("usw. Aber", 9),
    ],
)
def test_length_is_what_x_counts(text: str, expected: int) -> None:
    assert length(text) == expected


@example("❤\u200d❤")
@given(st.text(alphabet="aé日😀👍🏽❤️🇩🇪‍ .,:@#/!\n„“", max_size=60))
def test_it_is_never_less_than_x_counts(text: str) -> None:
    assert length(text) >= counted(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("see https://a.test", True), ("see a.de now", True), ("3.50 €", False)]
)
def test_what_may_cost_as_an_address_is_known(text: str, expected: bool) -> None:
    assert has_link(text) is expected


def post(text: str, **more: object) -> Post:
    made = {"id": "1", "author_id": "2", "created_at": "2026-11-22T10:00:00.000Z", "text": text, **more}
    return Post.model_validate(made)


def test_addresses_are_those_that_are_meant_and_signs_are_signs() -> None:
    whole = "https://example.org/a?b=1&c=2"
    urls = [
        {"url": "https://t.co/abcdefghij", "expanded_url": whole, "display_url": "example.org/a?b=1"},
        {"url": "https://t.co/0123456789", "expanded_url": "http://bare.example", "display_url": "bare.example"},
    ]
    found = post("a &lt; b &amp;amp; https://t.co/abcdefghij, https://t.co/0123456789", entities={"urls": urls})
    assert found.words == "a < b &amp; https://example.org/a?b=1&c=2, bare.example"


def test_the_address_of_the_own_picture_is_no_word() -> None:
    shown = "https://x.com/petra/status/1/photo/1"
    urls = [{"url": "https://t.co/abcdefghij", "expanded_url": shown, "display_url": "pic", "media_key": "3_1"}]
    assert post("look https://t.co/abcdefghij", entities={"urls": urls}).words == "look"


def test_a_long_post_is_whole() -> None:
    whole = {"text": "long " * 100 + "end", "entities": {"mentions": [{"id": "7", "username": "brand"}]}}
    found = post("long …", note_tweet=whole)
    assert found.words.endswith("end")
    assert found.named == ("7",)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("@petra Gern!", "@tom @petra Gern!", True),
        ("Gern  geschehen", "gern geschehen", True),
        ("see example.org/", "see http://example.org", True),
        ("Gern!", "Nein!", False),
    ],
)
def test_the_same_words_are_known_however_x_gives_them(one: str, other: str, same: bool) -> None:
    assert same_words(one, other) is same
