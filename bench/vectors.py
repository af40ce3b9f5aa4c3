"""How long it takes to find the nearest of a million vectors, all read from the file, and how much memory.

python -m bench.vectors             # 1,000,000 vectors of 384 cells, 430 MB in a temporary folder
python -m bench.vectors 100000
"""

import resource
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter

import numpy as np

from desk.cli.options import say, table
from models.judging import BATCH
from models.understanding import MOST
from twoway.store import Store, open_store, vectors
from twoway.vectors import Matrix, nearest, pack

ENCODER = "bench 1"
WIDTH = 384
TRIES = 3


def fill(path: Path, count: int, draw: np.random.Generator) -> None:
    """Put so many random vectors into the file; of mentions that are not there."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        db.executemany("INSERT INTO vectors VALUES (?, 1, ?, ?, ?)", _rows(count, draw))
        db.execute("COMMIT")


def _rows(count: int, draw: np.random.Generator) -> Iterator[tuple[int, str, float, bytes]]:
    for first in range(1, count + 1, vectors.BLOCK):
        for number, row in enumerate(_drawn(min(vectors.BLOCK, count + 1 - first), draw), first):
            packed = pack(row)
            yield number, ENCODER, packed.scale, packed.cells


def _drawn(count: int, draw: np.random.Generator) -> Matrix:
    rows = draw.standard_normal((count, WIDTH), dtype=np.float32)
    unit: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def search(store: Store, asked: Matrix, limit: int, since: int) -> float:
    """Seconds of the fastest try."""
    seconds = []
    for _ in range(TRIES):
        started = perf_counter()
        nearest(asked, vectors.blocks(store, ENCODER, since), limit, 0.1)
        seconds.append(perf_counter() - started)
    return min(seconds)


def main() -> None:
    """Print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    draw = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "twoway.db")
        open_store(path).close()
        fill(path, count, draw)
        recent = max(0, count - MOST)
        with closing(open_store(path)) as store:
            before = _peak()
            rows = [
                ("past answers: one among all", f"{count:,}", search(store, _drawn(1, draw), 200, 0)),
                ("one just heard among the recent", f"{count - recent:,}", search(store, _drawn(1, draw), 30, recent)),
                ("a batch among the recent", f"{count - recent:,}", search(store, _drawn(BATCH, draw), 30, recent)),
            ]
        table(("search", "vectors", "seconds"), [(name, among, f"{took:.2f}") for name, among, took in rows])
        say(f"file {path.stat().st_size / 1e6:.0f} MB; searching added {_peak() - before:.0f} MB of memory")


def _peak() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
