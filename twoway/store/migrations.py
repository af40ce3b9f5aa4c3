"""The schema's history. A migration is a file of plain DDL; triggers are laid anew each time a file is opened."""

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from twoway import clock
from twoway.errors import StoreError

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations


def statements(name: str) -> list[str]:
    """The statements of a schema file; ``executescript`` would commit the transaction they belong to."""
    return list(_split((files("twoway.store") / "schema" / name).read_text(encoding="utf-8")))


def _split(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""


@cache
def history() -> "Migrations":
    """Every numbered file of the schema, in order."""
    from sqlite_utils import Migrations

    found = Migrations("twoway")
    numbered = (file.name for file in (files("twoway.store") / "schema").iterdir() if file.name[0].isdigit())
    for name in sorted(numbered):
        found(name=name.removesuffix(".sql"))(_step(name))
    return found


def _step(name: str) -> Callable[["Database"], None]:
    def apply(db: "Database") -> None:
        for statement in statements(name):
            db.conn.execute(statement)

    return apply


def _database(connection: sqlite3.Connection) -> "Database":
    from sqlite_utils import Database

    return Database(connection, use_counts_table=False)


def migrate(path: Path, connection: sqlite3.Connection, *, demo: bool) -> None:
    """Bring the file to this version, stamp it if it is new, and lay its triggers. Raises StoreError if it is newer."""
    db = _database(connection)
    if _current(path, db, connection):
        return
    connection.execute("BEGIN IMMEDIATE")  # two processes may start at once; SQLite lets one in
    try:
        refuse_newer(path, connection)
        history().apply(db)
        _stamp(connection, demo)
        lay_triggers(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _current(path: Path, db: "Database", connection: sqlite3.Connection) -> bool:
    refuse_newer(path, connection)
    return not history().pending(db) and triggers_differ(connection) == []


def refuse_older(path: Path, connection: sqlite3.Connection) -> None:
    """StoreError unless the file is of this very version; it is only read."""
    refuse_newer(path, connection)
    if history().pending(_database(connection)):
        raise StoreError(f"the database {path} was made by an older twoway; start the desk once, which brings it up")


def refuse_newer(path: Path, connection: sqlite3.Connection) -> None:
    """StoreError if the file was made by a newer twoway; it is only read."""
    with closing(sqlite3.connect(":memory:")) as empty:
        known = {migration.name for migration in history().pending(_database(empty))}
    applied = history().applied(_database(connection))
    newer = [migration.name for migration in applied if migration.name not in known]
    if newer:
        raise StoreError(f"the database {path} was made by a newer twoway ({newer[-1]}); install that version")


def _stamp(connection: sqlite3.Connection, demo: bool) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO desk (id, instance, demo, created_at) VALUES (1, ?, ?, ?)",
        (secrets.token_hex(16), int(demo), clock.stamp(clock.now())),
    )


def wanted_triggers() -> dict[str, str]:
    """Name and text of every trigger that has to be there."""
    wanted = {}
    for statement in statements("triggers.sql"):
        text = statement[statement.index("CREATE TRIGGER") :].removesuffix(";")
        wanted[text.split()[2]] = text
    return wanted


def triggers_differ(connection: sqlite3.Connection) -> list[str]:
    """Names of triggers that are missing, changed or not ours."""
    found = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall())
    wanted = wanted_triggers()
    return sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))


def lay_triggers(connection: sqlite3.Connection) -> None:
    """Drop whatever triggers there are and create ours."""
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    for statement in wanted_triggers().values():
        connection.execute(statement)
