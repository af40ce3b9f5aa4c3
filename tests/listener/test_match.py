"""What was come upon counts as the query says, and every decision is explained."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.explain import explain
from listener.match import Matcher, Sieve, Verdict
from twoway.config import Query
from twoway.domain import Author, Deleted, Edited, Malformed, Mention, OwnPost, Page

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TERMS = st.lists(st.sampled_from(["kaffee", "tee", "kakao", "#milch"]), unique=True, max_size=3).map(tuple)
TEXTS = st.lists(st.sampled_from(["kaffee", "Tee", "KAKAO", "#Milch", "Wasser"]), max_size=5).map(" ".join)
CALMLY = settings(deadline=None, max_examples=60)


def post(text: str = "", *, found: bool = True, title: str = "", language: str = "", url: str = "") -> Mention:
    """What Petra wrote."""
    petra = Author("petra@example.org", "@Petra", "Petra Müller", "https://blog.example.org/petra/")
    return Mention(
        "1", petra, text, NOON, "{}", "public", b"", found=found, title=title, language=language, url=url
    )  # fmt: skip


def verdict(mention: Mention, tells: str = "und", **query: tuple[str, ...]) -> Verdict:
    """What is decided, where the language of every text is ``tells``."""
    return Matcher(Query(**query), lambda text: tells).verdict(mention)


@CALMLY
@given(TERMS, TERMS, TERMS, TEXTS)
def test_all_of_all_one_of_any_and_none_of_none(
    any_of: tuple[str, ...], all_of: tuple[str, ...], none_of: tuple[str, ...], text: str
) -> None:
    said = set(text.lower().split())
    right = (not any_of or bool(said & {*any_of})) and {*all_of} <= said and not said & {*none_of}
    found = verdict(post(text), any=any_of, all=all_of, none=none_of)
    assert found.matched == right
    assert found.why


@CALMLY
@given(TERMS, TERMS, TERMS, TEXTS)
def test_what_is_addressed_to_the_brand_counts_whatever_it_says(
    any_of: tuple[str, ...], all_of: tuple[str, ...], none_of: tuple[str, ...], text: str
) -> None:
    found = verdict(
        post(text, found=False), any=any_of, all=all_of, none=none_of, languages=("xx",), ignore_authors=("petra",)
    )
    assert found == Verdict(True, ("it was addressed to the brand",))


@CALMLY
@given(TERMS, st.sampled_from(["kaffee", "tee", "bier"]), TEXTS)
def test_a_further_word_under_any_loses_nothing_and_one_under_none_wins_nothing(
    terms: tuple[str, ...], more: str, text: str
) -> None:
    if terms and verdict(post(text), any=terms).matched:
        assert verdict(post(text), any=(*terms, more)).matched
    if verdict(post(text), none=(*terms, more)).matched:
        assert verdict(post(text), none=terms).matched


def test_without_a_query_everything_counts() -> None:
    assert verdict(post("irgendwas")) == Verdict(True, ("the query asks for nothing",))


def test_the_title_counts_too() -> None:
    assert verdict(post("…", title="Kaffee Nord im Test"), any=("Kaffee Nord",)).matched


def test_it_says_what_was_found() -> None:
    found = verdict(post("Kaffee Nord und #milch"), "de", any=("Kaffee Nord", "Tee", "#milch"), languages=("de",))
    assert found == Verdict(True, ("it has “Kaffee Nord”, “#milch”", "its language is de"))


def test_it_says_everything_that_is_missing() -> None:
    query = {"any": ("tee",), "all": ("milch", "honig"), "none": ("wasser",), "ignore_authors": ("@petra",)}
    assert verdict(post("Wasser mit Honig"), **query) == Verdict(
        False,
        (
            "it has none of the words under any",
            "it lacks “milch”",
            "it has “wasser”, which is under none",
            "its author @petra is ignored",
        ),
    )


@pytest.mark.parametrize(
    ("claimed", "tells", "matched"),
    [
        ("", "und", True),
        ("", "de", True),
        ("", "fr", False),
        ("fr", "de", True),
        ("de-AT", "fr", True),
        ("fr", "und", False),
        ("und", "und", True),
    ],
)
def test_the_word_of_the_platform_or_of_the_desk_is_enough(claimed: str, tells: str, matched: bool) -> None:
    assert verdict(post("x", language=claimed), tells, languages=("de", "en")).matched is matched


def test_nobody_is_asked_for_a_language_that_does_not_matter() -> None:
    def asked(text: str) -> str:
        raise AssertionError("it takes time to tell a language")

    assert Matcher(Query(any=("x",)), asked).verdict(post("x")).matched


@pytest.mark.parametrize(
    "ignored", ["@petra", "PETRA", "petra@example.org", "https://blog.example.org/petra"]
)  # fmt: skip
def test_an_author_is_ignored_by_handle_id_or_profile(ignored: str) -> None:
    assert verdict(post("x"), ignore_authors=(ignored,)) == Verdict(False, (f"its author {ignored} is ignored",))


@pytest.mark.parametrize("other", ["Petra Müller", "pet", "petra2"])
def test_a_display_name_that_anyone_can_take_ignores_nobody(other: str) -> None:
    assert verdict(post("x"), ignore_authors=(other,)).matched


@pytest.mark.parametrize(
    ("url", "matched"),
    [
        ("https://kaffee.example/neues", False),
        ("https://blog.KAFFEE.example.:8443/x", False),
        ("https://notkaffee.example/", True),
        ("https://kaffee.example.evil.org/", True),
        ("http://[broken", True),
        ("", True),
    ],
)
def test_a_site_is_ignored_with_what_lies_below_it(url: str, matched: bool) -> None:
    assert verdict(post("x", url=url), ignore_sites=("kaffee.example",)).matched is matched


class Once:
    """A collector of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def streams(self) -> list[str]:
        return ["search"]

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        yield replace(self.page, cursor=f"{stream} after {cursor}")


TEA, COFFEE, LETTER = post("Tee"), replace(post("Kaffee"), id="2"), replace(post("Wasser", found=False), id="3")
PAGE = Page(
    "",
    (TEA, COFFEE, LETTER),
    (Edited("1", "Tee!", NOON, b""), Deleted("9", NOON), OwnPost("7", (), "Tee für alle", NOON, b"")),
    malformed=(Malformed("8", "no date", b"<"),),
)
TEE = Matcher(Query(any=("Tee",)), lambda text: "und")


def test_a_sieve_holds_back_what_is_no_mention_and_nothing_else() -> None:
    [page] = Sieve(Once(PAGE), TEE).collect("search", "5")
    assert page == replace(PAGE, cursor="search after 5", mentions=(TEA, LETTER))


def test_everything_that_was_seen_is_explained() -> None:
    said = [(one.id, one.matched, one.why[0]) for one in explain(Once(PAGE), TEE)]
    assert said == [
        ("1", True, "it has “Tee”"),
        ("2", False, "it has none of the words under any"),
        ("3", True, "it was addressed to the brand"),
        ("7", False, "it is a post of ours"),
        ("8", False, "it cannot be read: no date"),
    ]
