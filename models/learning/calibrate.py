"""Temperatures and doubts, fitted on what the model has not learnt from."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.embedded.calibration import OTHER, Calibration
from models.embedded.heads import LABELS, Heads, Matrix, softmax
from models.embedded.weights import CALIBRATION, HEADS, seal
from models.learning.texts import Example

_LANGUAGES = ("de", "en")
"""In which every head has a validation set."""
_FEWEST = 60
"""Texts without which a language is not fitted by itself."""
_TEMPERATURES = np.geomspace(0.4, 4.0, 73)
_DOUBT: Mapping[str, float] = {"sentiment": 0.42, "complaint": 0.6}
"""Where about half of the guesses are wrong (sentiment) or four in ten (complaint): see the card."""


def calibrate(heads: Heads, pooled: Matrix, examples: Sequence[Example]) -> Calibration:
    """Fitted by the likelihood of the labels; ``pooled`` is one row an example."""
    temperatures = {head: _by_language(head, heads.logits(head, pooled), examples) for head in LABELS}
    return Calibration(temperatures, frozenset(_LANGUAGES), _DOUBT)


def finish(folder: Path, version: str, heads: Heads, pooled: Matrix, held_out: Sequence[Example]) -> None:
    """Write the heads into a folder with an encoder and its tokenizer, calibrate them on these texts, and seal it."""
    heads.save(folder / HEADS)
    fitted = calibrate(heads, pooled, held_out)
    (folder / CALIBRATION).write_text(json.dumps(fitted.as_json(), indent=1) + "\n", "utf-8")
    seal(folder, version)


def _by_language(head: str, logits: Matrix, examples: Sequence[Example]) -> dict[str, float]:
    rows = [i for i, example in enumerate(examples) if head in example.labels]
    fitted = {OTHER: likeliest(logits[rows], _labels(head, rows, examples))}
    for language in sorted({examples[i].language for i in rows}):
        some = [i for i in rows if examples[i].language == language]
        if len(some) >= _FEWEST:
            fitted[language] = likeliest(logits[some], _labels(head, some, examples))
    return fitted


def _labels(head: str, rows: Sequence[int], examples: Sequence[Example]) -> npt.NDArray[np.int64]:
    return np.array([examples[i].labels[head] for i in rows])


def likeliest(logits: Matrix, labels: npt.NDArray[np.int64]) -> float:
    """The temperature under which the labels are most likely."""
    return round(float(min(_TEMPERATURES, key=lambda t: _loss(logits / np.float32(t), labels))), 3)


def _loss(logits: Matrix, labels: npt.NDArray[np.int64]) -> float:
    shares = softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(shares, 1e-9)).mean())
