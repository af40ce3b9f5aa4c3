"""What a vector says: linear heads over the encoder's pooled output, in one small file beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

NO, YES = "no", "yes"
LABELS: Mapping[str, tuple[str, ...]] = {
    "sentiment": ("negative", "neutral", "positive"),
    "complaint": (NO, YES),
    "wants_answer": (NO, YES),
    "urgency": ("calm", "soon", "now"),
    "noise": (NO, YES),
}
"""Every head and its labels, in the order of the columns."""


def index(head: str, said: str | bool) -> int:
    """The column of what was said of a head. Raises ValueError for what is none of its labels."""
    return LABELS[head].index(said if isinstance(said, str) else (YES if said else NO))


@dataclass(frozen=True, slots=True)
class Heads:
    """Weights (labels x width) and bias (labels) of each head, keyed by its name."""

    weights: Mapping[str, Matrix]
    biases: Mapping[str, Matrix]

    def logits(self, head: str, vectors: Matrix) -> Matrix:
        """One row a vector, one column a label."""
        return vectors @ self.weights[head].T + self.biases[head]

    def with_head(self, head: str, weight: Matrix, bias: Matrix) -> "Heads":
        """The same, one head exchanged."""
        return replace(self, weights={**self.weights, head: weight}, biases={**self.biases, head: bias})

    def save(self, path: Path) -> None:
        """Write them as one ``.npz``."""
        arrays = {f"{head}.weight": self.weights[head] for head in LABELS}
        arrays |= {f"{head}.bias": self.biases[head] for head in LABELS}
        np.savez(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> "Heads":
        """What ``save`` wrote."""
        with np.load(path, allow_pickle=False) as file:
            weights = {head: file[f"{head}.weight"].astype(np.float32) for head in LABELS}
            biases = {head: file[f"{head}.bias"].astype(np.float32) for head in LABELS}
        return cls(weights, biases)


def softmax(logits: Matrix) -> Matrix:
    """Each row's shares of 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return shares
