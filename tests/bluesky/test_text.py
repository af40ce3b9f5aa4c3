"""Text and its facets are read and written by bytes, whatever their author meant to do with them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.bluesky_records import mistake
from twoway.channels.bluesky_text import Facet, facets, handles, length, readable, record_key
from twoway.text import storable

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def link(start: int, end: int, uri: str = "https://evil.test/x") -> Facet:
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": uri}
    return Facet.model_validate({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]})


@pytest.mark.parametrize(
    ("text", "found", "read"),
    [
        ("see kaffee-nord.de", [link(4, 18)], "see kaffee-nord.de (https://evil.test/x)"),
        ("see evil.test/x!", [link(4, 15)], "see https://evil.test/x!"),
        ("see evil.te...", [link(4, 14)], "see https://evil.test/x"),
        ("see https://evil.test/x", [link(4, 23)], "see https://evil.test/x"),
        ("Ä😀 hier", [link(7, 11)], "Ä😀 hier (https://evil.test/x)"),
        ("Ä😀 hier", [link(1, 4)], "Ä😀 hier"),
        ("hier", [link(0, 99), link(-3, 2), link(3, 1), link(2, 2)], "hier"),
        ("hier und da", [link(0, 8), link(5, 11)], "hier und (https://evil.test/x) da"),
        ("", [link(0, 4)], ""),
    ],
)
def test_a_link_says_where_it_leads(text: str, found: list[Facet], read: str) -> None:
    assert readable(text, tuple(found)) == read


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\ue000"))


@given(WORDS, st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=5))
def test_no_facet_loses_a_word(text: str, places: list[tuple[int, int]]) -> None:
    found = readable(text, tuple(link(start, end, "\ue000") for start, end in places))
    assert found.replace(" (\ue000)", "") == storable(text)


@given(
    st.lists(
        st.sampled_from(["Ä", "😀", " ", "#tag", "@otto.test", "https://a.test/(b)", "#1", "\n", "."]), max_size=20
    )
)
def test_what_we_mark_the_network_takes(pieces: list[str]) -> None:
    text = "".join(pieces)
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-22T12:00:00.000Z"}
    marked = facets(text, {"otto.test": "did:plc:otto"})
    assert mistake({**record, "facets": marked}, record_key(NOON, text)) == ""
    starts = [one["index"]["byteStart"] for one in marked]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@otto.test, @Otto.TEST!", ["otto.test"]),
        ("mail a@otto.test", []),
        ("https://otto.test/@otto.test", []),
        ("@otto", []),
        ("(@otto.bsky.social)", ["otto.bsky.social"]),
        ("@-otto.test @otto..test", []),
    ],
)
def test_whom_a_text_names(text: str, named: list[str]) -> None:
    assert handles(text) == named


@pytest.mark.parametrize(
    ("text", "tags"),
    [("#Kaffee #2026 #ü2!", ["Kaffee", "ü2"]), ("a#b https://a.test/#c", []), ("#" + "a" * 64, ["a" * 64])],
)
def test_hashtags(text: str, tags: list[str]) -> None:
    features = [one["features"][0] for one in facets(text, {})]
    assert [one["tag"] for one in features if one["$type"].endswith("#tag")] == tags


@pytest.mark.parametrize(
    ("text", "count"), [("abc", 3), ("👩‍👩‍👧", 2), ("e\u0301", 1), ("ä" * 300, 300), ("😀" * 10, 10)]
)
def test_how_long_a_text_is(text: str, count: int) -> None:
    assert length(text) == count


def test_a_record_key_is_the_parts_own_and_its_time_shortly_before_the_customers() -> None:
    one = record_key(NOON, "one")
    assert one == record_key(NOON, "one")
    assert one != record_key(NOON, "two")
    assert record_key(NOON - timedelta(hours=1), "one") < one < record_key(NOON + timedelta(hours=1), "one")
    micros = 0
    for sign in one:
        micros = micros << 5 | "234567abcdefghijklmnopqrstuvwxyz".index(sign)
    before = NOON.timestamp() - (micros >> 10) / 1_000_000
    assert 0 <= before < 2 * 18 * 60


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_a_record_key_is_one_whatever_time_a_post_claims(year: int) -> None:
    record = {"$type": "app.bsky.feed.post", "text": "x", "createdAt": "2026-11-22T12:00:00Z"}
    assert mistake(record, record_key(datetime(year, 1, 1, tzinfo=UTC), "one")) == ""
