"""What a power cut leaves of a file whose last commits were never made durable."""

import struct
from pathlib import Path

_HEADER, _FRAME = 32, 24


def cut(database: Path, commits: int) -> int:
    """Forget the last commits of the write-ahead log; how many there were to forget. Nobody may have it open."""
    log = database.with_name(f"{database.name}-wal")
    if not log.exists() or log.stat().st_size <= _HEADER:
        return 0
    ends = _commits(log.read_bytes())
    kept = ends[: max(0, len(ends) - commits)]
    with log.open("rb+") as file:
        file.truncate(kept[-1] if kept else _HEADER)
    # The index over the log lives in memory only.
    database.with_name(f"{database.name}-shm").unlink(missing_ok=True)
    return len(ends) - len(kept)


def _commits(log: bytes) -> list[int]:
    """Where each commit of the present log ends; frames of an older one have other salts."""
    page = struct.unpack(">I", log[8:12])[0] + _FRAME
    ends = []
    for at in range(_HEADER, len(log) - page + 1, page):
        _, size, *salts = struct.unpack(">IIII", log[at : at + 16])
        if salts != list(struct.unpack(">II", log[16:24])):
            break
        if size:
            ends.append(at + page)
    return ends
