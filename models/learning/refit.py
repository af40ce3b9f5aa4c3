"""Fitting the heads anew to what the team corrected, and deciding which of them to keep. The encoder stays as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.embedded.calibration import Calibration
from models.embedded.heads import LABELS, Heads, Matrix
from models.embedded.learned import Learned
from models.learning.calibrate import likeliest
from models.learning.compare import ALL, CORRECTIONS, Figure, figures
from models.learning.fit import Labels, fit
from models.learning.lessons import TEAM
from models.learning.texts import Example

FEWEST = 20
"""Corrections of a head, held out ones left aside, without which it stays as it is."""
_WEIGHT = 3.0
"""What a correction counts against a text of our corpus: it was said here, of this brand."""


@dataclass(frozen=True, slots=True)
class Refitted:
    """What came of it."""

    learned: Learned
    """What judges now, with the heads that are kept in place of the old ones; its version is still the old one."""
    figures: Sequence[Figure]
    corrections: Mapping[str, int]
    """By head, held out ones included."""
    verdicts: Mapping[str, str]
    """By head: why it stays as it was; empty where the new one is kept."""

    @property
    def adopted(self) -> list[str]:
        """The heads that are kept."""
        return [head for head, reason in self.verdicts.items() if not reason]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Examples that have a label for one head."""

    examples: Sequence[Example]
    vectors: Matrix
    labels: Labels

    def of(self, *, held_out: bool) -> "_Rows":
        chosen = [i for i, example in enumerate(self.examples) if example.held_out == held_out]
        return _Rows([self.examples[i] for i in chosen], self.vectors[chosen], self.labels[chosen])

    @property
    def corrections(self) -> int:
        return sum(example.source == TEAM for example in self.examples)

    @property
    def shares(self) -> Matrix:
        return np.array([_WEIGHT if example.source == TEAM else 1.0 for example in self.examples], dtype=np.float32)


def refit(present: Learned, released: Learned, examples: Sequence[Example], pooled: Matrix) -> Refitted:
    """Every head, from the released one on, held against the one that judges now; ``pooled`` is one row an example."""
    now, found, reasons, counts = present, list[Figure](), dict[str, str](), dict[str, int]()
    for head in LABELS:
        rows = _rows(head, examples, pooled)
        learnt, held = rows.of(held_out=False), rows.of(held_out=True)
        counts[head] = rows.corrections
        if learnt.corrections < FEWEST:
            reasons[head] = f"too few corrections ({learnt.corrections} of {FEWEST} to learn from)"
            continue
        weights, biases = released.heads.weights[head], released.heads.biases[head]
        new = present.heads.with_head(head, *fit(learnt.vectors, learnt.labels, learnt.shares, weights, biases))
        compared = list(figures(head, held.examples, _guesses(present.heads, head, held), _guesses(new, head, held)))
        found += compared
        reasons[head] = _against(compared)
        if not reasons[head]:
            calibration = _calibration(now.calibration, released, new, head, held)
            now = replace(now, heads=_with(now.heads, new, head), calibration=calibration)
    return Refitted(now, found, counts, reasons)


def _rows(head: str, examples: Sequence[Example], pooled: Matrix) -> _Rows:
    chosen = [i for i, example in enumerate(examples) if head in example.labels]
    labels = np.array([examples[i].labels[head] for i in chosen], dtype=np.int64)
    return _Rows([examples[i] for i in chosen], pooled[chosen], labels)


def _guesses(heads: Heads, head: str, rows: _Rows) -> Sequence[int]:
    guesses: list[int] = heads.logits(head, rows.vectors).argmax(axis=1).tolist()
    return guesses


def _with(heads: Heads, new: Heads, head: str) -> Heads:
    return heads.with_head(head, new.weights[head], new.biases[head])


def _against(compared: Sequence[Figure]) -> str:
    """Why a head is not kept; '' if nothing stands against it."""
    worse = [f"{figure.part} {figure.language}" for figure in compared if figure.worse]
    if worse:
        return f"worse on {', '.join(worse)}"
    proof = next((figure for figure in compared if (figure.part, figure.language) == (CORRECTIONS, ALL)), None)
    if proof is None:
        return "no correction is held out yet to show that it is better"
    return "" if proof.after >= proof.before else "worse on held-out corrections"


def _calibration(calibration: Calibration, released: Learned, new: Heads, head: str, held: _Rows) -> Calibration:
    """The released temperatures, as much higher or lower as the new head is surer of itself than the released one.

    What is held out here is too hard and too little to fit them by itself; the two heads are compared on it.
    """
    before = likeliest(released.heads.logits(head, held.vectors), held.labels)
    factor = likeliest(new.logits(head, held.vectors), held.labels) / before
    fitted = {
        language: round(temperature * factor, 3)
        for language, temperature in released.calibration.temperatures[head].items()
    }
    return replace(calibration, temperatures={**calibration.temperatures, head: fitted})
