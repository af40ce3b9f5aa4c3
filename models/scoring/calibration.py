"""Whether a judge that says 80 % is right in eight of ten."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The guesses whose confidence lies above ``low`` and not above ``high`` (the first bin holds 0 too)."""

    low: float
    high: float
    texts: int
    confidence: float
    """Their mean confidence."""
    right: float
    """The share of them that is right."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The reliability table without its empty bins, and the expected calibration error, 0 (best) to 1."""

    error: float
    bins: tuple[Bin, ...]


def calibration(guesses: Iterable[tuple[float, bool]], bins: int = BINS) -> Calibration | None:
    """From (confidence of the guess, whether it is right); None without any guess.

    Expected calibration error after Naeini, Cooper, Hauskrecht (AAAI 2015) and Guo et al. (ICML 2017), formula 3:
    over ``bins`` bins of equal width, the mean of |share right - mean confidence|, weighed by the texts in the bin.
    """
    filled: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, right in guesses:
        # Rounded, for 0.3 * 10 is a little more than 3.
        filled[max(0, ceil(round(confidence * bins, 9)) - 1)].append((confidence, right))
    found = tuple(_bin(i / bins, (i + 1) / bins, held) for i, held in enumerate(filled) if held)
    texts = sum(one.texts for one in found)
    return (
        Calibration(sum(one.texts * abs(one.right - one.confidence) for one in found) / texts, found) if texts else None
    )


def _bin(low: float, high: float, held: list[tuple[float, bool]]) -> Bin:
    texts = len(held)
    return Bin(low, high, texts, sum(c for c, _ in held) / texts, sum(right for _, right in held) / texts)
