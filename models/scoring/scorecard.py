"""One head on one set: every figure of one judge or of several side by side, with intervals.

    rows ──► cells (language, truth, guesses, abstained) ──► the figures of the whole set
                  └──► drawn again, round by round       ──► the same figures, hence intervals and paired differences

Every part of the set (all, what was not abstained from, each language) is measured on the same draws.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.scoring.averages import AVERAGES, Class, Confusion, classes, confusion
from models.scoring.bootstrap import ROUNDS, SEED, Difference, Estimate, difference, estimate, resamples
from models.scoring.calibration import Calibration, calibration
from models.scoring.labels import Guess

ALL, SURE = "all texts", "without abstained"
"""Names of the parts that are no language: every text, and those that the judge did not abstain from."""


@dataclass(frozen=True, slots=True)
class Row:
    """One text with a label of the head, and what each judge said, in the judges' order."""

    language: str
    truth: str
    guesses: tuple[Guess, ...]
    abstained: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The figures of one judge on one part of the set."""

    texts: int
    abstained: float
    """The share of its texts from which the judge abstained; its best guess counts all the same."""
    averages: Mapping[str, Estimate]
    """``accuracy``, ``macro_f1``, ``macro_recall``."""
    classes: Mapping[str, Class]
    confusion: Confusion
    calibration: Calibration | None
    """None for a judge that gives no probabilities."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One head: for each judge its parts by name, and where there are two, first minus second by part and figure."""

    judges: tuple[Mapping[str, Part], ...]
    differences: Mapping[str, Mapping[str, Difference]]


_Cell = tuple[str, str, tuple[str, ...], tuple[bool, ...]]
_Key = tuple[int, str]
"""The number of a judge and the name of a part."""
_Measured = Mapping[_Key, Mapping[str, float]]


def scorecard(rows: Sequence[Row], rounds: int = ROUNDS, seed: int = SEED) -> Scorecard:
    """Every figure of one head; wants at least one row and one round, and as many guesses in every row."""
    cells = [_cell(row) for row in rows]
    whole = _measured(Counter(cells))
    drawn = [_measured(counts) for counts in resamples(cells, rounds, seed)]
    estimates = {key: _estimates(key, values, drawn) for key, values in whole.items()}
    judges = range(len(rows[0].guesses))
    return Scorecard(
        tuple({part: _part(rows, j, part, estimates[j, part]) for i, part in whole if i == j} for j in judges),
        _differences(whole, drawn) if len(judges) == 2 else {},
    )


def _cell(row: Row) -> _Cell:
    return row.language, row.truth, tuple(guess.label for guess in row.guesses), row.abstained


def _parts(language: str, abstained: bool) -> tuple[str, ...]:
    """The parts that a text belongs to, for one judge."""
    return (ALL, language) if abstained else (ALL, SURE, language)


def _measured(cells: Mapping[_Cell, int]) -> _Measured:
    """The averages of every judge on every part that has a text."""
    confusions: defaultdict[_Key, Counter[tuple[str, str]]] = defaultdict(Counter)
    for (language, truth, guesses, abstained), n in cells.items():
        for judge, guess in enumerate(guesses):
            for part in _parts(language, abstained[judge]):
                confusions[judge, part][truth, guess] += n
    return {key: {name: of(counts) for name, of in AVERAGES.items()} for key, counts in confusions.items()}


def _estimates(key: _Key, values: Mapping[str, float], drawn: Iterable[_Measured]) -> dict[str, Estimate]:
    # A small part can be missing from a draw.
    there = [measured[key] for measured in drawn if key in measured] or [values]
    return {name: estimate(value, [one[name] for one in there]) for name, value in values.items()}


def _part(rows: Sequence[Row], judge: int, part: str, averages: Mapping[str, Estimate]) -> Part:
    held = [row for row in rows if part in _parts(row.language, row.abstained[judge])]
    counts = confusion((row.truth, row.guesses[judge].label) for row in held)
    said = ((row.guesses[judge], row.truth) for row in held)
    return Part(
        texts=len(held),
        abstained=sum(row.abstained[judge] for row in held) / len(held),
        averages=averages,
        classes=classes(counts),
        confusion=counts,
        calibration=calibration((g.confidence, g.label == truth) for g, truth in said if g.confidence is not None),
    )


def _differences(whole: _Measured, drawn: Sequence[_Measured]) -> dict[str, dict[str, Difference]]:
    """First judge minus second, on all texts and each language: parts that hold the same texts for both."""
    shared = [part for judge, part in whole if judge == 0 and part != SURE]
    return {part: {name: _difference(part, name, whole, drawn) for name in AVERAGES} for part in shared}


def _difference(part: str, name: str, whole: _Measured, drawn: Iterable[_Measured]) -> Difference:
    gaps = [one[0, part][name] - one[1, part][name] for one in drawn if (0, part) in one]
    value = whole[0, part][name] - whole[1, part][name]
    return difference(value, gaps or [value])
