"""Opening the file: one write connection a process behind a lock, read-only connections a thread."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twoway.errors import Refused, StoreError
from twoway.store.migrations import migrate, refuse_older

BUSY_SECONDS = 30
TRIES = 300
# recursive_triggers: else INSERT OR REPLACE would remove an approval without asking its trigger.
SETTINGS = {"foreign_keys": "ON", "recursive_triggers": "ON", "synchronous": "FULL"}
_PLAIN = {
    "database is locked": "is locked by another program for too long; close it and try again",
    "database or disk is full": "cannot grow: the disk is full; make room and try again, nothing was half-written",
    "attempt to write a readonly database": "may not be written by this user; check its owner and rights",
    "unable to open database file": "cannot be opened; check that its folder exists and may be written",
    "disk I/O error": "cannot be read or written: the disk reports an error",
    "file is not a database": "is not a SQLite database; name another file",
    "database disk image is malformed": "is damaged; restore a backup",
}


def explained(path: Path, error: sqlite3.Error) -> StoreError | None:
    """The error in plain words where SQLite's own words mean the file; None where they mean a mistake of ours."""
    for words, plain in _PLAIN.items():
        if words in str(error):
            return StoreError(f"the database {path} {plain}")
    return None


@contextmanager
def plain_words(path: Path) -> Iterator[None]:
    """What SQLite says about the file, in plain words. Raises StoreError, Refused."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise Refused(f"the database refuses this: {error}") from error
    except sqlite3.Error as error:
        raise explained(path, error) or error from error


class Store:
    """The desk's file. `write()` is a transaction; `read()` is this thread's read-only connection."""

    def __init__(self, path: Path, writer: sqlite3.Connection, inode: int | None) -> None:
        self.path = path
        self.inode = inode
        self._writer = writer
        self._lock = threading.Lock()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: committed at the end, rolled back on any error. Raises StoreError, Refused."""
        with self._lock, plain_words(self.path):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back already.
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    def read(self) -> sqlite3.Connection:
        """The read-only connection of this thread."""
        reader: sqlite3.Connection | None = getattr(self._local, "reader", None)
        if reader is None:
            with plain_words(self.path):
                reader = connect(f"{self.path.absolute().as_uri()}?mode=ro")
            self._local.reader = reader
            self._readers.append(reader)
        return reader

    def settings(self) -> dict[str, str | int]:
        """The settings of the write connection that the promises stand on, as SQLite has them."""
        names = ("journal_mode", *SETTINGS)
        with self._lock, plain_words(self.path):
            return {name: self._writer.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    def in_place(self) -> bool:
        """Whether the file that was opened is still the one at its path."""
        return _inode(self.path) == self.inode

    def tidy(self) -> None:
        """Leave nothing of what was erased in the log beside the file, as far as no reader still needs it."""
        with self._lock, plain_words(self.path):
            # A long reader, such as an audit, keeps no writer waiting; the log is emptied another time then.
            self._writer.execute("PRAGMA busy_timeout=1000")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._writer.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    def data_version(self) -> int:
        """Changes whenever the file was changed by a connection other than this thread's reader."""
        return int(self.read().execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Close every connection."""
        for connection in (*self._readers, self._writer):
            connection.close()


def connect(uri: str) -> sqlite3.Connection:
    """A connection with the settings that the promises stand on."""
    connection = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS, cached_statements=512
    )
    connection.row_factory = sqlite3.Row
    for name, value in SETTINGS.items():
        connection.execute(f"PRAGMA {name}={value}")
    connection.execute("PRAGMA secure_delete=ON")  # what was erased is overwritten, not only let go
    return connection


def open_store(path: Path, *, create: bool = True, demo: bool = False) -> Store:
    """Open, create or migrate the file. Raises StoreError when it is missing, newer, locked or no database."""
    if not path.exists() and not create:
        raise StoreError(f"there is no database {path}; `twoway init` or `twoway run` makes one")
    if not path.absolute().parent.is_dir():
        raise StoreError(f"the folder of the database {path} does not exist; make it or name another")
    with plain_words(path):
        if not path.exists():
            _make_private(path)
        inode = _inode(path)
        writer = connect(path.absolute().as_uri())
        try:
            _begin_wal(writer)
            migrate(path, writer, demo=demo)
            if _inode(path) != inode:
                raise StoreError(f"the database {path} was replaced while it was being opened; try again")
        except BaseException:
            writer.close()
            raise
    return Store(path, writer, inode)


def open_untouched(path: Path) -> Store:
    """Open the file as it lies there, to examine it: no migration, no trigger laid anew.

    Raises StoreError when it is missing, of another version, or no database.
    """
    if not path.exists():
        raise StoreError(f"there is no database {path}")
    with plain_words(path):
        inode = _inode(path)
        writer = connect(f"{path.absolute().as_uri()}?mode=rw")
        try:
            refuse_older(path, writer)
        except BaseException:
            writer.close()
            raise
    return Store(path, writer, inode)


def _begin_wal(writer: sqlite3.Connection) -> None:
    """Switch to write-ahead logging. For this, unlike for a transaction, SQLite does not always wait for others."""
    writer.execute("PRAGMA busy_timeout=0")
    for left in reversed(range(TRIES)):
        try:
            writer.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or not left:
                raise
            threading.Event().wait(BUSY_SECONDS / TRIES)
    writer.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


def _inode(path: Path) -> int | None:
    """Which file lies at the path; None when there is none."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


def _make_private(path: Path) -> None:
    """An empty file that only its owner may read: what customers write is nobody else's; WAL inherits it."""
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"the database {path} cannot be made: {error.strerror}") from error
