"""An answer that is too long for one post is cut between words, by whatever length the platform counts."""

from hypothesis import given
from hypothesis import strategies as st

from responders.split import split


def linked(text: str) -> int:
    """Every link counts ten, however long it is."""
    return sum(10 if word.startswith("https://") else len(word) for word in text.split(" ")) + text.count(" ")


WORDS = st.lists(st.text("abcäö😀", min_size=1, max_size=12), min_size=1, max_size=40).map(" ".join)


@given(WORDS)
def test_every_part_fits_and_no_word_is_lost(text: str) -> None:
    parts = split(text, 40, 9)
    assert all(len(part) <= 40 for part in parts[:9])
    said = " ".join(part.rpartition(" (")[0] if len(parts) > 1 else part for part in parts)
    assert "".join(said.split()) == "".join(text.split())


def test_what_the_platform_counts_shorter_stays_whole() -> None:
    text = "see https://example.org/a-very-long-path-indeed"
    assert split(text, 20, 4, linked) == [text]
    assert len(split(text, 20, 4)) > 1


def test_a_cut_is_made_by_the_same_measure() -> None:
    text = f"https://example.org/{'a' * 60} and then some more words"
    parts = split(text, 30, 4, linked)
    assert len(parts) > 1
    assert parts[0].startswith(f"https://example.org/{'a' * 60} and")
    assert all(linked(part) <= 30 for part in parts)


def test_what_counts_longer_than_it_is_ends_all_the_same() -> None:
    assert split("https://a.de", 9, 1, lambda text: 10 * len(text))
