"""Do the promises hold on this database? Reads only, in one snapshot, at any size; names rows by id, never by text."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from twoway import clock
from twoway.store.audit.checks import CHECKS, IN_PROGRESS, PROMISES
from twoway.store.audit.report import Check, Promise, Report
from twoway.store.database import Store, connect, plain_words

__all__ = ["Check", "Promise", "Report", "audit"]


def audit(store: Store) -> Report:
    """Check every promise. Raises StoreError where the file cannot be read at all."""
    settings = store.settings()
    with _snapshot(store) as db:
        promises = tuple(
            Promise(number, title, elsewhere, tuple(check(db, settings) for check in CHECKS[number]))
            for number, (title, elsewhere) in PROMISES.items()
        )
        now = {"now": clock.stamp(clock.now())}
        counted = {name: int(db.execute(sql, now).fetchone()[0]) for name, sql in IN_PROGRESS.items()}
    return Report(promises, counted)


@contextmanager
def _snapshot(store: Store) -> Iterator[sqlite3.Connection]:
    """A connection of its own that sees one moment, whatever a running desk does meanwhile."""
    with plain_words(store.path):
        connection = connect(f"{store.path.absolute().as_uri()}?mode=ro")
        try:
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()
