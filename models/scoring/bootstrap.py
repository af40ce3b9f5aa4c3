"""How far a figure could be off: the set drawn again and again from itself."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor
from random import Random
from typing import TypeVar

ROUNDS = 1_000
SEED = 20_261_122
LEVEL = 0.95

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure on the whole set, and the interval in which ``LEVEL`` of the drawn sets have it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of one judge minus that of another on the same texts; ``better`` is the share of draws above 0."""

    value: float
    low: float
    high: float
    better: float


def resamples(items: Sequence[T], rounds: int = ROUNDS, seed: int = SEED) -> Iterator[Counter[T]]:
    """In each round as many items as there are, drawn with replacement, counted (Efron, 1979).

    Items that are equal are counted together, so that a round costs one draw an item and nothing else.
    """
    kinds = {kind: code for code, kind in enumerate(dict.fromkeys(items))}
    names, codes = list(kinds), [kinds[item] for item in items]
    draw = Random(seed)  # noqa: S311 - statistics, not secrets
    for _ in range(rounds):
        yield Counter({names[code]: n for code, n in Counter(draw.choices(codes, k=len(codes))).items()})


def estimate(value: float, drawn: Sequence[float]) -> Estimate:
    """The percentile interval (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13)."""
    low, high = _interval(drawn)
    return Estimate(value, low, high)


def difference(value: float, drawn: Sequence[float]) -> Difference:
    """Of differences drawn in pairs: both judges always on the same texts (Berg-Kirkpatrick et al., EMNLP 2012)."""
    low, high = _interval(drawn)
    return Difference(value, low, high, sum(one > 0 for one in drawn) / len(drawn))


def _interval(drawn: Sequence[float]) -> tuple[float, float]:
    ordered, tail = sorted(drawn), (1.0 - LEVEL) / 2
    last = len(ordered) - 1
    return ordered[floor(tail * last)], ordered[ceil((1.0 - tail) * last)]
