"""A head before and after, on texts that neither has learnt from."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.embedded.heads import LABELS
from models.learning.lessons import TEAM
from models.learning.texts import Example
from models.scoring.averages import macro_f1
from models.scoring.bootstrap import resamples

ALL = "all"
"""Every language together."""
CORRECTIONS, CORPUS = "corrections", "corpus"
FEWEST = 10
"""Texts below which a language says nothing by itself."""
SURE = 0.9
"""Worse beyond noise: in so large a share of the bootstrap's draws."""
_ROUNDS = 500

Triple = tuple[int, int, int]
"""Label, guess before, guess after."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Macro-F1 of one head on a held-out part."""

    head: str
    part: str
    language: str
    texts: int
    before: float
    after: float
    worse: bool
    """Beyond what chance would do."""


def figures(head: str, held: Sequence[Example], before: Sequence[int], after: Sequence[int]) -> Iterator[Figure]:
    """One a part and language; the guesses are indices of the head's labels, in the order of the examples."""
    parts: dict[tuple[str, str], list[Triple]] = {}
    for example, one, other in zip(held, before, after, strict=True):
        part = CORRECTIONS if example.source == TEAM else CORPUS
        for language in (ALL, example.language):
            parts.setdefault((part, language), []).append((example.labels[head], int(one), int(other)))
    for (part, language), triples in sorted(parts.items()):
        if language == ALL or len(triples) >= FEWEST:
            counts = Counter(triples)
            yield Figure(head, part, language, len(triples), *_scores(head, counts), _worse(head, triples))


def _scores(head: str, counts: Counter[Triple]) -> tuple[float, float]:
    labels = LABELS[head]
    before, after = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for (label, one, other), n in counts.items():
        before[labels[label], labels[one]] += n
        after[labels[label], labels[other]] += n
    return macro_f1(before), macro_f1(after)


def _worse(head: str, triples: Sequence[Triple]) -> bool:
    if all(one == other for _, one, other in triples):
        return False
    drawn = [_scores(head, counts) for counts in resamples(triples, _ROUNDS)]
    return sum(after < before for before, after in drawn) >= SURE * len(drawn)
