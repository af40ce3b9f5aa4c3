"""A desk's file of any size: a hundred real conversations, lived through by the desk's own functions, then multiplied.

Copies get new ids and names, and lie a day further back each, so that everything the audit asks still holds.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from responders import review
from responders.draft import draft_once
from tests.desk import pigeons
from twoway import channels, clock
from twoway.store import Store, events, open_store
from twoway.store.migrations import lay_triggers
from twoway.text import sha256

LIVES = {"closed": 54, "waiting": 15, "proposed": 12, "promised": 2, "severe": 2, "submitted": 3, "mention": 6,
         "noise": 3, "snoozed": 2, "failed": 1}  # fmt: skip
"""How many of a hundred conversations are where."""
TABLES = (
    "authors", "sessions", "conversations", "mentions", "mention_versions", "mention_references", "judgements",
    "drafts", "draft_versions", "previews", "approvals", "deliveries", "parts", "receipts",
    "notes", "alerts", "events", "follow_ups",
)  # fmt: skip
UNIQUE = {
    ("authors", "remote_id"), ("mentions", "remote_id"), ("mentions", "reference"), ("parts", "key"),
    ("receipts", "remote_id"), ("alerts", "cause"), ("mention_references", "reference"),
}  # fmt: skip
DAYS = 365
WORDS = (
    "Guten Tag, ich habe am Montag eine Lampe bei Ihnen bestellt und seither nichts mehr gehört. Die Sendung steht "
    "seit drei Tagen auf „in Zustellung“. Können Sie bitte nachsehen, wo sie ist? Viele Grüße, Anna Beispiel"
)
"""What every customer says; raw and text of a mention are so long."""


def hundred(folder: Path) -> Path:
    """A file with a hundred conversations in every state."""
    channels.paths = pigeons.known  # type: ignore[assignment]
    scene = pigeons.open_scene(folder)
    for life, count in LIVES.items():
        for _ in range(count):
            _live(scene, life)
    while draft_once(scene.desk.store, scene.desk.writer()):
        pass
    scene.desk.close()
    return folder / "twoway.db"


def _live(scene: pigeons.Scene, life: str) -> None:
    number = scene.says(WORDS, severe=life == "severe", noise=life == "noise", wants=life not in ("mention", "noise"))
    store, (person, _) = scene.desk.store, scene.person
    match life:
        case "closed":
            scene.answers(number, f"Sie ist unterwegs, Sendung {number}.")
            review.close(store, person, number, None, "settled")
        case "waiting":
            scene.answers(number, f"Sie kommt morgen, Sendung {number}.")
        case "failed":
            scene.answers(number, "refuse me")
        case "submitted":
            scene.drafts(number)
        case "promised":
            review.promise(store, person, number, "am Dienstag anrufen", clock.now() + timedelta(days=900))
        case "snoozed":
            review.snooze(store, person, number, None, clock.now() + timedelta(days=900))


@dataclass(frozen=True, slots=True)
class Table:
    """What of a table changes from copy to copy."""

    name: str
    columns: tuple[str, ...]
    points: dict[str, str]
    """Columns that name a row of another (or this) copied table."""


def grow(path: Path, copies: range) -> None:
    """Add that many copies of the first hundred conversations, and seal the record."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        tables = [_table(db, name) for name in TABLES]
        first = _first(db, copies.start)
        bodies = [row[0] for row in db.execute("SELECT body FROM previews WHERE rowid <= ?", (first["previews"],))]
        db.execute("BEGIN")
        for copy in copies:
            db.create_function("told", 1, partial(_told, copy, first), deterministic=True)
            db.create_function("reworded", 1, partial(_reworded, copy), deterministic=True)
            hashes = {sha256(body): sha256(_reworded(copy, body)) for body in bodies}
            db.create_function("rehashed", 1, hashes.__getitem__, deterministic=True)
            for table in tables:
                db.execute(_copying(table, copy, first))
        # The desk that lived through this was at work: what has run out meanwhile was told of.
        db.execute("UPDATE conversations SET warned_at = warn_at, breached_at = due_at WHERE due_at < ?", (_today(),))
        lay_triggers(db)
        db.execute("COMMIT")
        db.execute("ANALYZE")
    with closing(open_store(path)) as store:
        _seal(store)


def _today() -> str:
    return clock.stamp(clock.now())


def _table(db: sqlite3.Connection, name: str) -> Table:
    columns = tuple(row[1] for row in db.execute(f"PRAGMA table_info({name})"))
    named = {column: _names(db, name, column) for column in columns}
    return Table(name, columns, {column: target for column, target in named.items() if target})


def _names(db: sqlite3.Connection, table: str, column: str, seen: frozenset[tuple[str, str]] = frozenset()) -> str:
    """The copied table whose row a column names, however many tables are in between; '' for none."""
    if column == "id" or (table, column) in seen:
        return table if column == "id" and table in TABLES else ""
    for row in db.execute(f"PRAGMA foreign_key_list({table})").fetchall():
        if row[3] == column and (found := _names(db, row[2], row[4], seen | {(table, column)})):
            return found
    return ""


def _first(db: sqlite3.Connection, copies: int) -> dict[str, int]:
    """The highest row of the first hundred, by table; with those copies there are so many times as many."""
    rows = ((name, db.execute(f"SELECT max(rowid) FROM {name}").fetchone()[0]) for name in TABLES)  # noqa: S608
    return {name: (last or 0) // copies for name, last in rows}


def _copying(table: Table, copy: int, first: dict[str, int]) -> str:
    values = ", ".join(_value(table, column, copy, first) for column in table.columns)
    own = f"rowid <= {first[table.name]}"
    return f"INSERT INTO {table.name} ({', '.join(table.columns)}) SELECT {values} FROM {table.name} WHERE {own}"  # noqa: S608


def _value(table: Table, column: str, copy: int, first: dict[str, int]) -> str:
    if column in table.points:
        return f"{column} + {copy * first[table.points[column]]}"
    if (table.name, column) in UNIQUE:
        return f"{column} || '-{copy}'"
    if column in ("sha256", "body"):
        return {"sha256": "rehashed(sha256)", "body": "reworded(body)"}[column]
    if column == "token_hash":
        return f"substr({column}, 1, 56) || '{copy:08d}'"
    if (table.name, column) == ("events", "data"):
        return "told(data)"
    if column.endswith(("_at", "_since", "_until", "_before")) or column == "at":
        return f"date(substr({column}, 1, 10), '-{copy % DAYS} days') || substr({column}, 11)"
    return column


_NAMES = {"approval": "approvals", "delivery": "deliveries", "draft": "drafts", "session": "sessions"}


def _told(copy: int, first: dict[str, int], data: str) -> str:
    """An event's data, about the rows of a copy."""
    said = json.loads(data)
    moved = {key: said[key] + copy * first[table] for key, table in _NAMES.items() if isinstance(said.get(key), int)}
    return events.canonical({**said, **moved})


def _reworded(copy: int, body: str) -> str:
    """A copy's preview goes to another address, so that no two answers are one."""
    return body.replace('"address":"{}"', f'"address":"{{}}{copy}"')


def _seal(store: Store) -> None:
    while events.seal_once(store):
        pass


def sizes(wanted: int) -> Iterator[tuple[int, range]]:
    """A tenth of the wanted size and all of it, each with the copies that are still missing."""
    for size, already in ((wanted // 10, 100), (wanted, wanted // 10)):
        yield size, range(already // 100, size // 100)
