"""What texts are about, as vectors of length one: kept in a byte a cell, searched exactly, block by block."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

_LARGEST = 127


@dataclass(frozen=True, slots=True)
class Packed:
    """A vector as it is kept: one signed byte a cell, and what a cell is multiplied by."""

    scale: float
    cells: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """Some kept vectors, a row each, and whose they are."""

    ids: npt.NDArray[np.int64]
    cells: Matrix
    scales: Matrix
    """What each row is multiplied by; its products are fewer."""

    def cosines(self, queries: Matrix) -> Matrix:
        """One row a query, one column a vector."""
        found: Matrix = (queries @ self.cells.T) * self.scales
        return found


@dataclass(frozen=True, slots=True)
class Near:
    """Whose vector it is, and its cosine to the one that was asked for."""

    id: int
    similarity: float


def pack(row: Matrix) -> Packed:
    """The vector in bytes; a cosine changes by less than 0.01."""
    scale = float(np.abs(row).max()) / _LARGEST or 1.0
    return Packed(scale, np.rint(row / scale).astype(np.int8).tobytes())


def unpack(packed: Packed) -> Matrix:
    """The vector again."""
    row: Matrix = np.frombuffer(packed.cells, dtype=np.int8).astype(np.float32) * np.float32(packed.scale)
    return row


def block(ids: Sequence[int], scales: Sequence[float], cells: Sequence[bytes]) -> Block:
    """Kept vectors of one encoder, side by side; there is at least one."""
    rows = np.frombuffer(b"".join(cells), dtype=np.int8).reshape(len(ids), -1).astype(np.float32)
    return Block(np.array(ids, dtype=np.int64), rows, np.array(scales, dtype=np.float32))


def nearest(queries: Matrix, blocks: Iterable[Block], limit: int, at_least: float) -> list[list[Near]]:
    """For each query at most ``limit`` of all vectors whose cosine is ``at_least`` so high, the nearest first."""
    found: list[list[Near]] = [[] for _ in queries]
    for some in blocks:
        for query, row in enumerate(some.cosines(queries)):
            floor = found[query][-1].similarity if len(found[query]) == limit else at_least
            found[query] = _best(found[query], some.ids, row, floor, limit)
    return found


def _best(known: list[Near], ids: npt.NDArray[np.int64], cosines: Matrix, floor: float, limit: int) -> list[Near]:
    above = np.flatnonzero(cosines >= floor)
    if len(above) > limit:
        above = above[np.argpartition(-cosines[above], limit - 1)[:limit]]
    fresh = [Near(int(ids[at]), float(cosines[at])) for at in above]
    return sorted([*known, *fresh], key=lambda near: (-near.similarity, near.id))[:limit]
