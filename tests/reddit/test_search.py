"""What Reddit is searched for is at least what the query counts, in few and short searches."""

import pytest

from listener.reddit_search import LONGEST, searches
from twoway.config import Query


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (Query(), []),
        (Query(none=("Tee",)), []),
        (Query(any=("Gurt",)), ['"Gurt"']),
        (Query(any=("#kaffeenord",)), ['"kaffeenord"']),
        (Query(any=("Kaffee Nord",)), ['"Kaffee Nord" OR "KaffeeNord"']),
        (Query(any=("Müller", "Tee")), ['"Müller" OR "Mueller" OR "Tee"']),
        (Query(all=("Kaffee Nord", "kaputt")), ['("Kaffee Nord" OR "KaffeeNord") "kaputt"']),
        (Query(any=('a "b" OR (c)',)), ['"a b OR c" OR "abORc"']),
    ],
)
def test_what_is_asked(query: Query, asked: list[str]) -> None:
    assert searches(query) == asked


def test_many_words_are_few_searches_and_none_is_too_long() -> None:
    words = tuple(f"brandname{number}" for number in range(100))
    asked = searches(Query(any=words))
    assert len(asked) < 6
    assert all(len(one) <= LONGEST for one in asked)
    assert all(any(f'"{word}"' in one for one in asked) for word in words)


def test_what_does_not_fit_is_left_out_as_a_whole() -> None:
    [asked] = searches(Query(all=("x" * 200, "y" * 200, "z" * 200)))
    assert asked == f'"{"x" * 200}" "{"y" * 200}"'
