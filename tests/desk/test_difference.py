"""Both texts can be read off their difference."""

from hypothesis import given
from hypothesis import strategies as st

from desk.difference import WORDS, Piece, difference

TEXTS = st.text(alphabet="ab \n.,ß", max_size=60)


@given(TEXTS, TEXTS)
def test_without_what_is_new_it_reads_as_before_and_without_what_is_gone_as_after(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_a_changed_word_is_a_changed_word() -> None:
    assert difference("up to 48.", "up to 49.") == [
        Piece("same", "up to "),
        Piece("gone", "48"),
        Piece("new", "49"),
        Piece("same", "."),
    ]


def test_the_same_words_have_no_difference() -> None:
    assert {piece.kind for piece in difference("just\nthis", "just\nthis")} == {"same"}


def test_very_long_texts_are_compared_by_lines() -> None:
    lines = [f"line {number}{' word' * 20}\n" for number in range(WORDS // 20)]
    found = difference("".join(lines), "".join(["another\n", *lines[1:]]))
    assert [(piece.kind, piece.text) for piece in found[:2]] == [("gone", lines[0]), ("new", "another\n")]
    assert [piece.kind for piece in found[2:]] == ["same"]
