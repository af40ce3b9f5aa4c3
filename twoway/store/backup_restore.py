"""Restoring: a backup in the place of the database, which is kept. What comes back is held (`hold.py`).

nobody else has the file open -> copy and check the backup -> hold it -> in place, in one step -> what was learnt, too
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from twoway import clock
from twoway.errors import Refused, StoreError
from twoway.store import database, durable, hold, learned, sessions
from twoway.store.backup import ENDINGS, Backup, Step, checked_copy
from twoway.store.database import explained

RESTORED = "the database was restored from a backup"
BUSY_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and under which name the database that was there is kept."""

    database: Backup
    kept: Path | None


def restore(file: Path, place: Path, step: Step, *, force: bool = False) -> Restored:
    """Put a copy of a backup in the place of the database, held; its sessions end.

    ``force`` also replaces a database too damaged to tell whether it is in use. Raises Refused, StoreError; then the
    database is as it was.
    """
    if not file.exists():
        raise StoreError(f"there is no backup {file}")
    if not place.absolute().parent.is_dir():
        raise StoreError(f"the folder of the database {place} does not exist; make it or name another")
    desk, place = place, place.resolve()
    if file.resolve() == place:
        raise Refused(f"{file} is the database itself; name the backup")
    new = place.with_name(f"{place.name}.restoring")
    try:
        with _alone(place, force), checked_copy(file, new, step, at_rest=True) as found:
            _hold(new)
            learned.unpack(new, desk)  # while a full disk changes nothing yet
            with durable.os_words(place, "the database"):
                kept = _swap(new, place)
    except BaseException:
        learned.discard(desk)
        raise
    if kept and not kept.with_name(f"{kept.name}-wal").exists():
        # Back to how a desk's file is; a log that a damaged one had is left for whoever mends it.
        with suppress(sqlite3.Error), closing(database.connect(kept.as_uri())) as old:
            old.execute("PRAGMA journal_mode=WAL")
    with closing(database.open_store(desk)) as store:
        learned.lay(store, kept.name if kept else "")
    return Restored(Backup(place, place.stat().st_size, *found), kept)


def _hold(new: Path) -> None:
    """Nothing is sent; nobody is signed in whose session may have ended, or whose right was taken, since the backup."""
    store = database.open_store(new)
    try:
        now = clock.stamp(clock.now())
        with store.write() as db:
            hold.hold(db, RESTORED)
            sessions.end_each(db, "1")
            db.execute("UPDATE login_links SET used_at = ? WHERE used_at IS NULL", (now,))
    finally:
        store.close()


def _swap(new: Path, place: Path) -> Path | None:
    """There is no moment without a database at that place, where the disk knows two names of one file."""
    kept = place.with_name(f"{place.name}.before-restore-{clock.stamp(clock.now()).replace(':', '')}")
    if not place.exists():
        durable.put(new, place)
        return None
    for ending in ENDINGS[1:]:  # there are some only beside a damaged one; the new one must not take them for its own
        with suppress(FileNotFoundError):
            place.with_name(place.name + ending).rename(kept.with_name(kept.name + ending))
    try:
        os.link(place, kept)
    except OSError:
        place.rename(kept)
    durable.put(new, place)
    return kept


@contextmanager
def _alone(place: Path, force: bool) -> Iterator[None]:
    """Nobody else has the database open, nor can open it meanwhile, and its log is folded into it.

    Leaving WAL needs everybody else gone, and every connection of a desk, idle or not, counts as somebody.
    """
    if not place.exists():
        yield
        return
    with closing(_open(place)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            free = connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
        except sqlite3.Error as error:
            free = "locked" not in str(error)
            if free and not force:
                plain = explained(place, error) or error
                raise StoreError(f"{plain}; stop the desk, then replace it all the same with --force") from error
        if not free:
            raise Refused(f"a desk or another program has the database {place} open; stop it, then restore")
        yield


def _open(place: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    return connection
