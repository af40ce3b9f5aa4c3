"""From a confusion to figures: accuracy, precision, recall, F1 and their plain means over the labels.

Formulas and conventions are those of scikit-learn's user guide, section "Classification metrics", with
``zero_division=0``: a share of nothing is 0. Every function wants at least one text.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Confusion = Mapping[tuple[str, str], int]
"""How many texts have this label and that guess: ``{(truth, guess): texts}``."""


@dataclass(frozen=True, slots=True)
class Class:
    """How well one label is found. Shares from 0 to 1; ``texts`` have the label, ``guessed`` were given it."""

    texts: int
    guessed: int
    precision: float
    recall: float
    f1: float


def confusion(pairs: Iterable[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """The confusion of (truth, guess) pairs."""
    return Counter(pairs)


def classes(counts: Confusion) -> dict[str, Class]:
    """Every label that occurs as truth or guess, sorted.

    precision = hits / guessed, recall = hits / texts, F1 = 2 hits / (texts + guessed), which is their harmonic mean
    (van Rijsbergen, Information Retrieval, 1979, chapter 7).
    """
    texts, guessed, hits = Counter[str](), Counter[str](), Counter[str]()
    for (truth, guess), n in counts.items():
        texts[truth] += n
        guessed[guess] += n
        hits[truth] += n if truth == guess else 0
    return {label: _class(texts[label], guessed[label], hits[label]) for label in sorted(+texts | +guessed)}


def _class(texts: int, guessed: int, hits: int) -> Class:
    return Class(texts, guessed, hits / (guessed or 1), hits / (texts or 1), 2 * hits / (texts + guessed))


def accuracy(counts: Confusion) -> float:
    """The share of texts whose guess is their label."""
    return sum(n for (truth, guess), n in counts.items() if truth == guess) / sum(counts.values())


def macro_f1(counts: Confusion) -> float:
    """The plain mean of the F1 of every label that occurs as truth or guess (``f1_score(average="macro")``)."""
    found = classes(counts).values()
    return sum(one.f1 for one in found) / len(found)


def macro_recall(counts: Confusion) -> float:
    """The plain mean of the recall of every label that occurs as truth.

    It is the measure of SemEval's Twitter task and TweetEval (Barbieri et al., 2020), elsewhere "balanced accuracy".
    """
    found = [one for one in classes(counts).values() if one.texts]
    return sum(one.recall for one in found) / len(found)


AVERAGES: Mapping[str, Callable[[Confusion], float]] = {
    "accuracy": accuracy,
    "macro_f1": macro_f1,
    "macro_recall": macro_recall,
}


def kappa(counts: Confusion) -> float:
    """Cohen's kappa: how far two labellers agree beyond what their shares of each label would give by chance.

    (observed - expected) / (1 - expected), expected = sum over labels of the product of both shares (Cohen, A
    coefficient of agreement for nominal scales, 1960). 1.0 where both use one label only.
    """
    total = sum(counts.values())
    one, other = Counter[str](), Counter[str]()
    for (first, second), n in counts.items():
        one[first] += n
        other[second] += n
    expected = sum(one[label] * other[label] for label in one) / total**2
    return 1.0 if expected == 1 else (accuracy(counts) - expected) / (1 - expected)
