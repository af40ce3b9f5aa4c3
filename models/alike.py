"""Do two texts say the same? Near vectors make it likely, shared words decide."""

import re

_GRAM = 5
_SHARED = 0.6
"""Of all that is in either: a greeting, a typo, a hashtag more is still the same."""
_LONGEST = 4_000
"""Characters that are compared."""
_ASIDE = re.compile(r"https?://\S+|\bwww\.\S+|@\w[\w.]*|\brt\b|[\W_]+")
"""What a cross-post changes: links, handles, the mark of a repeated post, signs and emoji."""


def same_words(one: str, other: str) -> bool:
    """Whether they share most of their character 5-grams, links, handles and signs left aside."""
    ours, theirs = _grams(one), _grams(other)
    return len(ours & theirs) >= _SHARED * len(ours | theirs)


def _grams(text: str) -> frozenset[str]:
    """A text of signs alone, such as emoji, is its own."""
    plain = _ASIDE.sub(" ", text[:_LONGEST].casefold()).strip() or " ".join(text[:_LONGEST].split())
    return frozenset(plain[at : at + _GRAM] for at in range(max(1, len(plain) - _GRAM + 1)))
