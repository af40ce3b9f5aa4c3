"""A small world to learn in: vectors of eight numbers, of which the first says complaint."""

from collections.abc import Sequence

import numpy as np

from models.embedded.calibration import OTHER, Calibration
from models.embedded.heads import LABELS, Heads, Matrix
from models.embedded.learned import Learned
from models.learning.lessons import TEAM
from models.training.texts import CORPUS, Example

WIDTH = 8
ENCODER = "e" * 64


def ignorant(version: str = "1.0.0", encoder: str = ENCODER) -> Learned:
    """What knows nothing: every head says its first label, hardly."""
    weights = {head: np.zeros((len(labels), WIDTH), dtype=np.float32) for head, labels in LABELS.items()}
    biases = {head: np.linspace(0.01, 0, len(labels)).astype(np.float32) for head, labels in LABELS.items()}
    temperatures = {head: {OTHER: 1.0, "de": 0.8} for head in LABELS}
    calibration = Calibration(temperatures, frozenset({"de", "en"}), {"sentiment": 0.42})
    return Learned(version, encoder, Heads(weights, biases), calibration)


def vectors(complaints: Sequence[bool], seed: int = 1) -> Matrix:
    """One a text: its first number says whether it complains, the others say nothing."""
    rows = np.random.default_rng(seed).normal(size=(len(complaints), WIDTH)).astype(np.float32)
    rows[:, 0] = np.where(complaints, 2.0, -2.0)
    return rows


def examples(
    complaints: Sequence[bool], source: str = TEAM, head: str = "complaint", *, wrong: bool = False
) -> list[Example]:
    """Every fourth is held out; German and English take turns. ``wrong``: with the labels exchanged."""
    return [
        Example(f"text {i}", ("de", "en")[i // 4 % 2], source, {head: int(complains != wrong)}, i % 4 == 0)
        for i, complains in enumerate(complaints)
    ]


def half(count: int, seed: int = 2) -> list[bool]:
    """As many complaints as others, mixed."""
    mixed: list[bool] = (np.random.default_rng(seed).permutation(count) < count // 2).tolist()
    return mixed


__all__ = ["CORPUS", "ENCODER", "TEAM", "WIDTH", "examples", "half", "ignorant", "vectors"]
