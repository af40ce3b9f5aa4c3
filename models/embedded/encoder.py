"""From texts to vectors: pieces, windows, batches of like length, one pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.batches import batches, padded
from models.embedded.heads import Matrix
from models.embedded.prepare import prepare
from models.embedded.weights import ENCODER, TOKENIZER, Weights
from models.onnx import session

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WINDOW = 128
"""Tokens the model reads at once, the two marks around them included."""
_WINDOWS = 4
"""Of a long text: its beginning and its end."""
_TOKENS = 1_024
"""In one batch, padding included: what a batch needs of memory."""
_PAD = 1
_START, _END = 0, 2

Ids = list[int]


@dataclass(frozen=True, slots=True)
class Vectors:
    """One row a text."""

    pooled: Matrix
    """What the heads read."""
    meaning: Matrix
    """What a text is about, of length one: near texts have near vectors."""


class Encoder:
    """The model's body. Loaded once; may be used by several threads."""

    def __init__(self, weights: Weights, threads: int = 0) -> None:
        """``threads`` as onnxruntime counts them; 0 leaves the choice to it."""
        self._tokenizer = _tokenizer(weights)
        self._session = session(weights.file(ENCODER), threads)
        self._width = int(self._session.get_outputs()[0].shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of any texts, in order; a text without a word gets one too."""
        pieces = self._tokenizer.encode_batch([prepare(text) for text in texts], add_special_tokens=False)
        cut = [_windows(encoded.ids) for encoded in pieces]
        windows = [window for windows in cut for window in windows]
        pooled, meaning = self._run(windows)
        owners = np.array([owner for owner, windows in enumerate(cut) for _ in windows], dtype=np.int64)
        shares = np.array([len(window) for window in windows], dtype=np.float32)
        return Vectors(_joined(pooled, owners, shares, len(cut)), unit(_joined(meaning, owners, shares, len(cut))))

    def _run(self, windows: Sequence[Ids]) -> tuple[Matrix, Matrix]:
        """Both outputs for each window, batches put back into order."""
        pooled = np.zeros((len(windows), self._width), dtype=np.float32)
        meaning = np.zeros_like(pooled)
        for chosen in batches(windows, _TOKENS):
            ids, mask = padded([windows[i] for i in chosen], _PAD)
            pooled[chosen], meaning[chosen] = self._session.run(["pooled", "meaning"], {"ids": ids, "mask": mask})
        return pooled, meaning


def _tokenizer(weights: Weights) -> "Tokenizer":
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(weights.file(TOKENIZER)))


def _windows(ids: Ids) -> list[Ids]:
    """A text's pieces in windows of like length with both marks; of one that is too long its beginning and its end."""
    room = WINDOW - 2
    if len(ids) > _WINDOWS * room:
        parts = [*(ids[at : at + room] for at in range(0, (_WINDOWS - 1) * room, room)), ids[-room:]]
    else:
        size = -(-len(ids) // max(1, -(-len(ids) // room)))  # a short last window would only be filled up
        parts = [ids[at : at + size] for at in range(0, len(ids), size)] if ids else [[]]
    return [[_START, *part, _END] for part in parts]


def _joined(rows: Matrix, owners: npt.NDArray[np.int64], shares: Matrix, count: int) -> Matrix:
    """The mean of each text's windows, weighed by their length."""
    sums = np.zeros((count, rows.shape[1]), dtype=np.float32)
    np.add.at(sums, owners, rows * shares[:, None])
    whole: Matrix = sums / np.bincount(owners, weights=shares, minlength=count).astype(np.float32)[:, None]
    return whole


def unit(rows: Matrix) -> Matrix:
    """Each row at length one."""
    whole: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return whole
