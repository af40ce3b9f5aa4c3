"""A small world to learn in: vectors of eight numbers, of which the first says complaint."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from models.embedded.calibration import OTHER, Calibration
from models.embedded.encoder import Vectors
from models.embedded.heads import LABELS, Heads, Matrix
from models.embedded.learned import Learned
from models.embedded.weights import CALIBRATION, HEADS, TOKENIZER, seal
from models.embedded.weights import ENCODER as ENCODER_FILE
from models.learning.lessons import TEAM
from models.learning.texts import CORPUS, Example

WIDTH = 8
WORDS = 512
ENCODER = "e" * 64


def ignorant(version: str = "1.0.0", encoder: str = ENCODER, width: int = WIDTH) -> Learned:
    """What knows nothing: every head says its first label, without conviction."""
    weights = {head: np.zeros((len(labels), width), dtype=np.float32) for head, labels in LABELS.items()}
    biases = {head: np.linspace(0.6, 0, len(labels)).astype(np.float32) for head, labels in LABELS.items()}
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


class WordEncoder:
    """In the place of the real one: a text is the words that it has, each hashed to one of so many numbers."""

    def __init__(self, weights: Any, threads: int = 0) -> None: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), WORDS), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[crc32(word.encode()) % WORDS] += 1.0
        return Vectors(rows, rows)


def ship(folder: Path, monkeypatch: Any) -> None:
    """Makes a model of words that knows nothing the one that comes with the desk, version 1.0.0."""
    folder.mkdir()
    for name in (ENCODER_FILE, TOKENIZER):
        (folder / name).write_text("none")
    found = ignorant(width=WORDS)
    found.heads.save(folder / HEADS)
    (folder / CALIBRATION).write_text(json.dumps(found.calibration.as_json()))
    seal(folder, "1.0.0")
    for module in ("weights", "judge"):
        monkeypatch.setattr(f"models.embedded.{module}.shipped", lambda: folder)
    for module in ("encoder", "judge"):
        monkeypatch.setattr(f"models.embedded.{module}.Encoder", WordEncoder)


__all__ = ["CORPUS", "ENCODER", "TEAM", "WIDTH", "WordEncoder", "examples", "half", "ignorant", "ship", "vectors"]
