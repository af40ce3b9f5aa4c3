"""From texts to vectors: pieces, windows, batches of like length, one pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.embedded.heads import Matrix
from models.embedded.prepare import PREFIX, prepare
from models.embedded.weights import ENCODER, TOKENIZER, Weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

WINDOW = 128
"""Tokens the model reads at once, the two marks around them included."""
_WINDOWS = 4
"""Of a long text: its beginning and its end."""
_TOKENS = 1_536
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
        self._session = _session(weights, threads)
        self._width = int(self._session.get_outputs()[0].shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of any texts, in order; a text without a word gets one too."""
        pieces = self._tokenizer.encode_batch([PREFIX + prepare(text) for text in texts], add_special_tokens=False)
        cut = [_windows(encoded.ids) for encoded in pieces]
        windows = [window for windows in cut for window in windows]
        pooled, meaning = self._run(windows)
        owners = np.array([owner for owner, windows in enumerate(cut) for _ in windows], dtype=np.int64)
        shares = np.array([len(window) for window in windows], dtype=np.float32)
        return Vectors(_joined(pooled, owners, shares, len(cut)), _unit(_joined(meaning, owners, shares, len(cut))))

    def _run(self, windows: Sequence[Ids]) -> tuple[Matrix, Matrix]:
        """Both outputs for each window, batches put back into order."""
        pooled = np.zeros((len(windows), self._width), dtype=np.float32)
        meaning = np.zeros_like(pooled)
        for chosen in _batches(windows):
            ids, mask = _padded([windows[i] for i in chosen])
            pooled[chosen], meaning[chosen] = self._session.run(["pooled", "meaning"], {"ids": ids, "mask": mask})
        return pooled, meaning


def _tokenizer(weights: Weights) -> "Tokenizer":
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(weights.file(TOKENIZER)))


def _session(weights: Weights, threads: int) -> "InferenceSession":
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # An arena keeps the largest batch ever seen; a small machine wants it back.
    options.enable_cpu_mem_arena = False
    return InferenceSession(str(weights.file(ENCODER)), options, providers=["CPUExecutionProvider"])


def _windows(ids: Ids) -> list[Ids]:
    """A text's pieces in windows with both marks; of one that is too long its beginning and its last window."""
    room = WINDOW - 2
    parts = [ids[at : at + room] for at in range(0, len(ids), room)] or [[]]
    if len(parts) > _WINDOWS:
        parts = [*parts[: _WINDOWS - 1], ids[-room:]]
    return [[_START, *part, _END] for part in parts]


def _batches(windows: Sequence[Ids]) -> Iterator[list[int]]:
    """Indices of windows of like length, the shortest first: little is padding, and no text waits for a long one."""
    some: list[int] = []
    for i in sorted(range(len(windows)), key=lambda i: len(windows[i])):
        if some and (len(some) + 1) * len(windows[i]) > _TOKENS:
            yield some
            some = []
        some.append(i)
    if some:
        yield some


def _padded(windows: Sequence[Ids]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    longest = max(map(len, windows))
    ids = np.full((len(windows), longest), _PAD, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, window in enumerate(windows):
        ids[row, : len(window)] = window
        mask[row, : len(window)] = 1
    return ids, mask


def _joined(rows: Matrix, owners: npt.NDArray[np.int64], shares: Matrix, count: int) -> Matrix:
    """The mean of each text's windows, weighed by their length."""
    sums = np.zeros((count, rows.shape[1]), dtype=np.float32)
    np.add.at(sums, owners, rows * shares[:, None])
    whole: Matrix = sums / np.bincount(owners, weights=shares, minlength=count).astype(np.float32)[:, None]
    return whole


def _unit(rows: Matrix) -> Matrix:
    whole: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return whole
