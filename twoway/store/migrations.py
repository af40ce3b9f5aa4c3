"""The schema's history. A migration is a file of plain DDL; triggers are laid anew each time a file is opened."""

import secrets
import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from sqlite_utils import Database, Migrations

from twoway import clock
from twoway.errors import StoreError

MIGRATIONS = Migrations("twoway")


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


@MIGRATIONS(name="0001_spine")
def spine(db: Database) -> None:
    """Everything from hearing to answering."""
    for statement in statements("0001_spine.sql"):
        db.conn.execute(statement)


@MIGRATIONS(name="0002_corrections")
def corrections(db: Database) -> None:
    """What people say of the judge's work."""
    for statement in statements("0002_corrections.sql"):
        db.conn.execute(statement)


@MIGRATIONS(name="0003_vectors")
def vectors(db: Database) -> None:
    """What mentions are about."""
    for statement in statements("0003_vectors.sql"):
        db.conn.execute(statement)


@MIGRATIONS(name="0004_imports")
def imports(db: Database) -> None:
    """History that comes by the million."""
    for statement in statements("0004_imports.sql"):
        db.conn.execute(statement)


@MIGRATIONS(name="0005_erasing")
def erasing(db: Database) -> None:
    """What is old enough to be forgotten."""
    for statement in statements("0005_erasing.sql"):
        db.conn.execute(statement)


@MIGRATIONS(name="0006_polling")
def polling(db: Database) -> None:
    """How polling goes, and how accounts stand with their platforms."""
    for statement in statements("0006_polling.sql"):
        db.conn.execute(statement)


@MIGRATIONS(name="0007_spending")
def spending(db: Database) -> None:
    """What channels cost."""
    for statement in statements("0007_spending.sql"):
        db.conn.execute(statement)


@MIGRATIONS(name="0009_clocks")
def clocks(db: Database) -> None:
    """Targets, business hours, warnings and breaches."""
    for statement in statements("0009_clocks.sql"):
        db.conn.execute(statement)


@MIGRATIONS(name="0010_lanes")
def lanes(db: Database) -> None:
    """Customers who reach somebody by name first; a score with its parts."""
    for statement in statements("0010_lanes.sql"):
        db.conn.execute(statement)


@MIGRATIONS(name="0011_follow_ups")
def follow_ups(db: Database) -> None:
    """What people promised to do by a time."""
    for statement in statements("0011_follow_ups.sql"):
        db.conn.execute(statement)


@MIGRATIONS(name="0012_alerts")
def alerting(db: Database) -> None:
    """Which alerts are told together, wait, escalate or are left out; the desk's own audits."""
    for statement in statements("0012_alerts.sql"):
        db.conn.execute(statement)


@MIGRATIONS(name="0015_digests")
def digests(db: Database) -> None:
    """Weekly digests, and who wants none."""
    for statement in statements("0015_digests.sql"):
        db.conn.execute(statement)


def migrate(path: Path, connection: sqlite3.Connection, *, demo: bool) -> None:
    """Bring the file to this version, stamp it if it is new, and lay its triggers. Raises StoreError if it is newer."""
    db = Database(connection, use_counts_table=False)
    if _current(path, db, connection):
        return
    connection.execute("BEGIN IMMEDIATE")  # two processes may start at once; SQLite lets one in
    try:
        refuse_newer(path, connection)
        MIGRATIONS.apply(db)
        _stamp(connection, demo)
        lay_triggers(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _current(path: Path, db: Database, connection: sqlite3.Connection) -> bool:
    refuse_newer(path, connection)
    return not MIGRATIONS.pending(db) and triggers_differ(connection) == []


def refuse_older(path: Path, connection: sqlite3.Connection) -> None:
    """StoreError unless the file is of this very version; it is only read."""
    refuse_newer(path, connection)
    if MIGRATIONS.pending(Database(connection, use_counts_table=False)):
        raise StoreError(f"the database {path} was made by an older twoway; start the desk once, which brings it up")


def refuse_newer(path: Path, connection: sqlite3.Connection) -> None:
    """StoreError if the file was made by a newer twoway; it is only read."""
    known = {migration.name for migration in MIGRATIONS.pending(Database(memory=True))}
    applied = MIGRATIONS.applied(Database(connection, use_counts_table=False))
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
