"""Heads from nothing: fitted on our own corpus alone, over the encoder that came with the desk."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.embedded.encoder import Encoder
from models.embedded.heads import LABELS, Heads, Matrix
from models.embedded.weights import ENCODER, TOKENIZER, checked, shipped
from models.learning.calibrate import finish
from models.learning.fit import fit
from models.learning.texts import Example, examples

_STRENGTH = 0.1
"""Nothing is known of a head before its first text."""


def begin(folder: Path, version: str, threads: int = 0) -> None:
    """Write a whole model into the folder: our encoder, and heads that only our corpus has taught. Raises Damaged."""
    weights = checked(shipped())
    texts = examples(None)
    pooled = Encoder(weights, threads).encode([example.text for example in texts]).pooled
    heads = _heads([example for example in texts if not example.held_out], pooled[[not e.held_out for e in texts]])
    held_out = [example for example in texts if example.held_out]
    folder.mkdir(parents=True, exist_ok=True)
    for name in (ENCODER, TOKENIZER):
        shutil.copyfile(weights.file(name), folder / name)
    finish(folder, version, heads, pooled[[example.held_out for example in texts]], held_out)


def _heads(learnt: Sequence[Example], pooled: Matrix) -> Heads:
    weights, biases = {}, {}
    for head, labels in LABELS.items():
        rows = [i for i, example in enumerate(learnt) if head in example.labels]
        wanted = np.array([learnt[i].labels[head] for i in rows], dtype=np.int64)
        nothing = np.zeros((len(labels), pooled.shape[1]), dtype=np.float32)
        shares = np.ones(len(rows), dtype=np.float32)
        weights[head], biases[head] = fit(pooled[rows], wanted, shares, nothing, nothing[:, 0], _STRENGTH)
    return Heads(weights, biases)
