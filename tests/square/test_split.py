"""An answer is split between words, and only where it has to be."""

import re

from hypothesis import given
from hypothesis import strategies as st

from responders.split import split

TEXT = st.text(st.characters(codec="utf-8"), max_size=1500).map(str.strip).filter(bool)


def test_what_fits_stays_as_it_is() -> None:
    assert split("x" * 500, 500, 4) == ["x" * 500]


def test_parts_are_numbered_and_cut_between_words() -> None:
    assert split("eins zwei drei vier", 16, 4) == ["eins zwei (1/2)", "drei vier (2/2)"]


def test_a_character_is_not_torn_apart() -> None:
    [first, second] = split("x" * 9 + "e\u0301" + "y" * 6, 16, 4)
    assert (first, second) == ("x" * 9 + " (1/2)", "e\u0301" + "y" * 6 + " (2/2)")


@given(TEXT)
def test_no_part_is_too_long_and_no_word_is_lost(text: str) -> None:
    parts = split(text, 60, 9)
    numbered = len(parts) > 1
    bare = [re.sub(r" \(\d+/\d+\)\Z", "", part) if numbered else part for part in parts]
    assert "".join("".join(bare).split()) == "".join(text.split())
    if len(parts) <= 9:
        assert max(map(len, parts)) <= 60
