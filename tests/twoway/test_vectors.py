"""Vectors in bytes, and the search over blocks of them against the plain one over all."""

import numpy as np
import pytest

from twoway.vectors import Block, Matrix, block, nearest, pack, unpack


def unit(rows: int, width: int = 24, seed: int = 7) -> Matrix:
    drawn = np.random.default_rng(seed).normal(size=(rows, width)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def in_blocks(rows: Matrix, size: int) -> list[Block]:
    found = []
    for at in range(0, len(rows), size):
        packed = [pack(row) for row in rows[at : at + size]]
        found.append(block(range(at, at + len(packed)), [one.scale for one in packed], [one.cells for one in packed]))
    return found


def test_a_packed_vector_is_nearly_itself_and_takes_a_byte_a_cell() -> None:
    row = unit(1)[0]
    assert len(pack(row).cells) == 24
    assert float(unpack(pack(row)) @ row) == pytest.approx(1, abs=0.001)


def test_a_vector_of_nothing_is_kept_as_nothing() -> None:
    nothing = np.zeros(24, dtype=np.float32)
    assert not unpack(pack(nothing)).any()


@pytest.mark.parametrize("size", [1, 7, 300])
def test_the_nearest_are_the_same_however_the_vectors_lie_in_blocks(size: int) -> None:
    rows, asked = unit(300), unit(4, seed=8)
    cosines = asked @ np.vstack([unpack(pack(row)) for row in rows]).T
    found = nearest(asked, in_blocks(rows, size), limit=5, at_least=-1)
    assert [[near.id for near in one] for one in found] == [list(np.argsort(-row)[:5]) for row in cosines]


def test_what_is_too_far_is_not_found() -> None:
    rows = unit(300)
    found = nearest(rows[:1], in_blocks(rows, 50), limit=300, at_least=0.5)[0]
    assert found[0].id == 0
    assert 1 < len(found) < 60
    assert min(near.similarity for near in found) >= 0.5


def test_no_vectors_no_neighbours() -> None:
    assert nearest(unit(2), [], limit=5, at_least=0) == [[], []]
