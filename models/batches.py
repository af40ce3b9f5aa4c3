"""Texts of like length together: little is padding, none waits for a long one, and memory is bounded."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Ids = Sequence[int]
"""A text as numbers of its pieces."""
Rows = npt.NDArray[np.int64]


def batches(texts: Sequence[Ids], tokens: int) -> Iterator[list[int]]:
    """Indices of texts of like length, the shortest first; a batch has at most ``tokens``, padding included."""
    some: list[int] = []
    for i in sorted(range(len(texts)), key=lambda i: len(texts[i])):
        if some and (len(some) + 1) * len(texts[i]) > tokens:
            yield some
            some = []
        some.append(i)
    if some:
        yield some


def padded(texts: Sequence[Ids], pad: int) -> tuple[Rows, Rows]:
    """The texts as rows of one length, and a 1 wherever there is something to read."""
    longest = max(map(len, texts))
    ids = np.full((len(texts), longest), pad, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return ids, mask
