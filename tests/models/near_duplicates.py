"""Pairs of texts that share most of their character 5-grams, found without comparing every pair."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import ceil

GRAM = 5
JACCARD = 0.6


def grams(text: str) -> frozenset[str]:
    """The character 5-grams of a text, case and spaces folded; a shorter text is its own."""
    folded = " ".join(text.casefold().split())
    return frozenset(folded[i : i + GRAM] for i in range(max(1, len(folded) - GRAM + 1)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """What both have, as a share of what either has."""
    return len(one & other) / len(one | other)


def near_duplicates(texts: Sequence[str], above: float = JACCARD) -> list[tuple[int, int]]:
    """The numbers (from 0) of every two texts whose Jaccard index lies above ``above``.

    Exact: two sets that alike have one of their rarest members in common (prefix filtering, Bayardo, Ma, Srikant,
    "Scaling up all pairs similarity search", 2007), so only those are indexed.
    """
    sets = [grams(text) for text in texts]
    common = Counter(gram for one in sets for gram in one)
    index: defaultdict[str, list[int]] = defaultdict(list)
    found = []
    for number, one in enumerate(sets):
        rare = sorted(one, key=lambda gram: (common[gram], gram))[: len(one) - ceil(above * len(one)) + 1]
        found += [(other, number) for other in _candidates(index, rare) if jaccard(sets[other], one) > above]
        for gram in rare:
            index[gram].append(number)
    return found


def _candidates(index: defaultdict[str, list[int]], rare: Sequence[str]) -> Iterator[int]:
    yield from sorted({number for gram in rare for number in index[gram]})
