"""Do the promises hold on this database? Reads only, in one snapshot, at any size; names rows by id, never by text."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue

from twoway import clock
from twoway.store.audit.asking import Asking
from twoway.store.audit.checks import CHECKS, IN_PROGRESS, PROMISES
from twoway.store.audit.report import Check, Promise, Report
from twoway.store.database import Store, connect, plain_words

__all__ = ["Check", "Promise", "Report", "audit", "snapshots"]

AT_ONCE = 2
"""Checks at a time: SQLite works outside Python's lock, so that two cores are of use."""


def audit(store: Store) -> Report:
    """Check every promise. Raises StoreError where the file cannot be read at all."""
    settings = store.settings()
    with snapshots(store, AT_ONCE) as connections:
        free: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        for connection in connections:
            free.put(connection)

        def ask(check: Asking) -> Check:
            db = free.get()
            try:
                return check(db, settings)
            finally:
                free.put(db)

        with ThreadPoolExecutor(AT_ONCE) as threads:
            asked = {number: [threads.submit(ask, check) for check in checks] for number, checks in CHECKS.items()}
            promises = tuple(
                Promise(number, title, elsewhere, tuple(answer.result() for answer in asked[number]))
                for number, (title, elsewhere) in PROMISES.items()
            )
        now = {"now": clock.stamp(clock.now())}
        counted = {name: int(connections[0].execute(sql, now).fetchone()[0]) for name, sql in IN_PROGRESS.items()}
    return Report(promises, counted)


@contextmanager
def snapshots(store: Store, count: int) -> Iterator[list[sqlite3.Connection]]:
    """Connections of their own that all see one moment, whatever a running desk does meanwhile."""
    with plain_words(store.path), ExitStack() as opened:
        uri = f"{store.path.absolute().as_uri()}?mode=ro"
        watch, *connections = [connect(uri) for _ in range(count + 1)]
        for connection in (watch, *connections):
            opened.callback(connection.close)
        before = None
        while before is None or before != watch.execute("PRAGMA data_version").fetchone()[0]:
            before = watch.execute("PRAGMA data_version").fetchone()[0]
            for connection in connections:
                _begin(connection)
        yield connections


def _begin(connection: sqlite3.Connection) -> None:
    """See the file as it is now; only the first reading fixes the moment."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
