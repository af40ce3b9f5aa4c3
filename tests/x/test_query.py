"""The brand's query in X's own words: never too long, never less than the query asks for."""

import pytest

from listener.match import Matcher
from listener.x_query import searches
from tests.fakes.x_search import Query as Search
from tests.fakes.x_search import Unreadable
from tests.fakes.x_town import Town
from twoway.channels.x_posts import moment
from twoway.config import Query
from twoway.domain import Author, Mention

QUERIES = [
    Query(any=("Kaffee Nord", "#kaffeenord", "Nordröstung"), none=("Job",), languages=("de", "en")),
    Query(any=("Müller",), all=("Kaffee",), ignore_authors=("@trommler", "12345", "https://x.com/spam")),
    Query(all=("Kaffee", "kaputt")),
    Query(any=("or", "C++ & mehr", 'the "best"', "日本")),
]
TEXTS = [
    "Kaffee Nord ist kaputt", "ich mag #KaffeeNord", "die Kaffee-Nord Filiale", "NORDROESTUNG!", "nordröstung",
    "Mueller Kaffee ist kaputt", "der Muller und sein Kaffee", "Kaffee", "ein Job bei Kaffee Nord", "the best", "日本",
]  # fmt: skip


def found_by(query: Query, text: str, town: Town, lang: str = "de") -> bool:
    made = town.post(town.join("Petra"), text, lang=lang)
    return any(Search(search, town).test()(made) for search in searches(query, "wanderlust", 512))


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("text", TEXTS)
def test_what_the_query_asks_for_is_found(query: Query, text: str) -> None:
    town = Town()
    author = Author("9", "@petra")
    said = Mention("1", author, text, moment("1"), "{}", "public", b"", found=True, language="de")
    if Matcher(query, lambda _: "de").verdict(said).matched:
        assert found_by(query, text, town)


def test_own_posts_and_those_that_name_us_are_not_paid_for_twice() -> None:
    town = Town()
    [search] = searches(QUERIES[0], "wanderlust", 512)
    test = Search(search, town).test()
    assert test(town.post(town.join("Petra"), "Kaffee Nord"))
    assert not test(town.post(town.brand, "Kaffee Nord"))
    assert not test(town.post(town.join("Petra"), "@wanderlust Kaffee Nord"))


def test_what_is_unwanted_is_not_paid_for() -> None:
    town = Town()
    assert not found_by(QUERIES[0], "ein Job bei Kaffee Nord", town)
    assert not found_by(QUERIES[0], "Kaffee Nord", town, lang="fi")
    assert found_by(QUERIES[0], "Kaffee Nord", town, lang="und")


def test_a_query_without_words_asks_for_nothing() -> None:
    assert searches(Query(none=("Job",), languages=("de",)), "wanderlust", 512) == []


def test_many_words_become_several_searches_each_short_enough() -> None:
    query = Query(any=tuple(f"Wanderschuh {number}" for number in range(60)), none=("Job", "Stelle", "Kurs"))
    found = searches(query, "wanderlust", 512)
    assert len(found) > 5
    assert max(map(len, found)) <= 512
    town = Town()
    assert all(found_by(query, f"mein Wanderschuh {number} drückt", town) for number in (0, 31, 59))


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        searches(Query(any=("a",), all=tuple(f"ein langer Satz Nummer {n}" for n in range(40))), "wanderlust", 512)
    with pytest.raises(ValueError, match="does not fit"):
        searches(Query(any=("x" * 200,)), "wanderlust", 128)


def test_a_query_that_x_would_refuse_is_seen() -> None:
    for wrong in ("lang:de", "(a OR b", "near:berlin", "C++", "-a"):
        with pytest.raises(Unreadable):
            Search(wrong, Town()).test()
