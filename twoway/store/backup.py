"""Backups: the file as it was at one moment, copied while the desk works, and checked before it counts.

What the desk has learnt beside its database is in the same file (`learned.py`).
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from twoway.errors import Refused, StoreError
from twoway.store import database, durable, learned, marker
from twoway.store.database import plain_words
from twoway.store.migrations import refuse_newer

PAGES = 1000
"""Copied in one step; between two of them others get their turn."""
ENDINGS = ("", "-wal", "-shm", "-journal")
"""Of the files that belong to a database."""

Step = Callable[[int, int], None]
"""Told how many pages are done, of how many."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A checked copy: its size in bytes, and the newest event in it ('' and 0: none)."""

    file: Path
    bytes: int
    newest_event: int
    until: str


def back_up(source: Path, file: Path, step: Step, *, force: bool = False) -> Backup:
    """Copy a database into a new file that is sound, private and durable; beside a running desk, which is not held up.

    ``force`` replaces a file that is there. Raises Refused, StoreError; then there is no new file.
    """
    _refuse_place(source, file, force)
    part = file.with_name(f"{file.name}.part")
    with checked_copy(source, part, step) as found:
        with durable.os_words(file, "the backup"):
            durable.put(part, file)
        return Backup(file, file.stat().st_size, *found)


def _refuse_place(source: Path, file: Path, force: bool) -> None:
    if not source.exists():
        raise StoreError(f"there is no database {source}")
    if not file.absolute().parent.is_dir():
        raise StoreError(f"the folder of the backup {file} does not exist; make it or name another")
    own = {source.resolve().with_name(source.resolve().name + ending) for ending in ENDINGS}
    if file.resolve() in own | {marker.beside(source).resolve()} or file.is_dir():
        raise Refused(f"{file} belongs to the desk or is a folder; name another file for the backup")
    if file.exists() and not force:
        raise Refused(f"{file} is there already; name another file, or replace it with --force")


@contextmanager
def checked_copy(source: Path, to: Path, step: Step, *, at_rest: bool = False) -> Iterator[tuple[int, str]]:
    """The newest event in a copy of a database, and when it was, while the copy lies at ``to``; afterwards it is gone.

    ``at_rest``: nobody works with the source, if no log lies beside it; it is read without leaving a trace. Older
    backups hold nothing of what was learnt.
    Raises StoreError where it cannot be copied whole, is no twoway database, is newer than this twoway, or damaged.
    """
    try:
        with durable.os_words(to, "the copy"):
            durable.make_private(to)
        with plain_words(to), closing(database.connect(f"{to.absolute().as_uri()}?mode=rw")) as copy:
            copy.execute("PRAGMA synchronous=OFF")  # made durable at the end, in one go
            _copy(source, copy, step, at_rest and not source.with_name(f"{source.name}-wal").exists())
            if not learned.packed(copy) and (not at_rest or learned.beside(source).exists()):
                learned.pack(source, copy)
            found = _examine(source, copy)
        yield found
    finally:
        for ending in ENDINGS:
            to.with_name(to.name + ending).unlink(missing_ok=True)


def _copy(source: Path, copy: sqlite3.Connection, step: Step, immutable: bool) -> None:
    with plain_words(source):
        origin = database.connect(f"{source.absolute().as_uri()}?mode=ro{'&immutable=1' if immutable else ''}")
        # One moment of the file: else a desk that goes on writing would make the copy begin anew, for ever.
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM sqlite_master").fetchone()
    with closing(origin):
        origin.backup(copy, pages=PAGES, progress=lambda _, left, of: step(of - left, of))


def _examine(source: Path, copy: sqlite3.Connection) -> tuple[int, str]:
    """Soundness of the copy, in words about its source. Raises StoreError."""
    with plain_words(source):
        if not copy.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'desk'").fetchone():
            raise StoreError(f"the database {source} is none of a twoway desk")
        refuse_newer(source, copy)
        said = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if said != "ok":
            raise StoreError(f"the database {source} is damaged: {said}")
        astray = copy.execute("PRAGMA foreign_key_check").fetchone()
        if astray:
            raise StoreError(f"the database {source} is damaged: {astray[0]} {astray[1]} points to a row that is gone")
        newest = copy.execute("SELECT id, at FROM events ORDER BY id DESC LIMIT 1").fetchone()
    return (newest["id"], newest["at"]) if newest else (0, "")
