"""What the desk has learnt from its team: a folder beside the database, and how a backup holds it.

a desk's folder -> the table ``learned`` in the one file of a backup -> after a restore the folder again, the table gone

The table goes only once the folder lies there: a restore that was cut off is completed by the next start.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from twoway import clock
from twoway.errors import StoreError
from twoway.store import durable
from twoway.store.database import Store, connect

FOLDER = ".models"
CURRENT = "current"
"""The file that names the version that judges; all others lie in the folders of versions."""

_TABLE = "CREATE TABLE learned (path TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT"


def beside(database: Path) -> Path:
    """Where a desk keeps it."""
    return database.with_name(f"{database.name}{FOLDER}")


def pack(database: Path, copy: sqlite3.Connection) -> None:
    """Put what was learnt beside a database into a copy of it. Raises StoreError."""
    found = _content(beside(database))
    copy.execute("BEGIN")
    copy.execute(_TABLE)
    copy.executemany("INSERT INTO learned (path, body) VALUES (?, ?)", found.items())
    copy.execute("COMMIT")


def packed(db: sqlite3.Connection) -> bool:
    """Whether a database holds what was learnt, as a backup does."""
    return bool(db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'learned'").fetchone())


def unpack(copy: Path, database: Path) -> None:
    """Write what a copy of a backup holds to where `lay` takes it from; no desk sees it yet. Raises StoreError."""
    with closing(connect(f"{copy.absolute().as_uri()}?mode=ro")) as db:
        if packed(db):
            _write(_wanted(db), _new(database))


def lay(store: Store, kept: str = "") -> None:
    """Put what a backup holds beside its database; what lies there is kept, as that of a database called ``kept``.

    Does nothing where the database holds nothing of it. Raises StoreError.
    """
    if not packed(store.read()):
        return
    with store.write() as db:
        if packed(db):  # another process may have been faster
            _swap(_wanted(db), store.path, kept)
            db.execute("DROP TABLE learned")
    discard(store.path)


def _swap(wanted: Mapping[str, bytes], database: Path, kept: str) -> None:
    place, new = beside(database), _new(database)
    if _content(place) == wanted:
        return
    if _content(new) != wanted:
        _write(wanted, new)
    kept = kept or f"{database.name}.before-restore-{clock.stamp(clock.now()).replace(':', '')}"
    with durable.os_words(place, "what was learnt"):
        if place.exists():
            place.rename(beside(database.with_name(kept)))
        if wanted:
            new.rename(place)
        durable.sync_folder(place)


def _write(wanted: Mapping[str, bytes], new: Path) -> None:
    with durable.os_words(new, "what was learnt"):
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        for name, body in wanted.items():
            place = new / name
            place.parent.mkdir(mode=0o700, exist_ok=True)
            part = place.with_name(f"{place.name}.new")
            part.write_bytes(body)
            durable.put(part, place)
        durable.sync_folder(new / CURRENT)


def discard(database: Path) -> None:
    """Leave nothing of what was unpacked."""
    shutil.rmtree(_new(database), ignore_errors=True)


def _new(database: Path) -> Path:
    return database.with_name(f"{database.name}.restoring{FOLDER}")


def _wanted(db: sqlite3.Connection) -> dict[str, bytes]:
    found = {row[0]: row[1] for row in db.execute("SELECT path, body FROM learned")}
    for name in found:
        folders = Path(name).parts
        if name != CURRENT and (len(folders) != 2 or ".." in folders or Path(name).is_absolute()):
            raise StoreError(f"the backup is damaged: nothing that was learnt is called {name[:80]!r}")
    return found


def _content(folder: Path) -> dict[str, bytes]:
    """Every file, by its path below. What judges is read first: a version that is named is complete."""
    try:
        return dict(_files(folder))
    except OSError as error:
        raise StoreError(f"what was learnt cannot be read: {error.filename}: {error.strerror}") from error


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    if (folder / CURRENT).is_file():
        yield CURRENT, (folder / CURRENT).read_bytes()
    for place in sorted(folder.glob("*/*")):
        if place.is_file() and place.suffix != ".new":
            yield place.relative_to(folder).as_posix(), place.read_bytes()
