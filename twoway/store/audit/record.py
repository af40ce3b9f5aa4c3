"""Promise 6: the record is whole, and so is the file under it."""

import sqlite3
from collections.abc import Iterator

from twoway.store.audit.asking import Settings, answers, found, rows
from twoway.store.audit.report import Check
from twoway.store.events import GENESIS, Event, Seal, chain_rows
from twoway.store.migrations import triggers_differ, wanted_triggers
from twoway.store.rows import columns

WANTED_SETTINGS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


def _settings(db: sqlite3.Connection, settings: Settings) -> Check:
    asked = "Commits are durable, and foreign keys and triggers are obeyed."
    wrong = (name for name, value in WANTED_SETTINGS.items() if settings.get(name) != value)
    return found("settings", asked, len(WANTED_SETTINGS), wrong)


def _triggers(db: sqlite3.Connection, settings: Settings) -> Check:
    asked = "Every trigger is there, unchanged, and none besides."
    return found("triggers", asked, len(wanted_triggers()), triggers_differ(db))


def _integrity(db: sqlite3.Connection, settings: Settings) -> Check:
    """SQLite's own words name pages and tables, never content."""
    pages = int(db.execute("PRAGMA page_count").fetchone()[0])
    said = (str(row[0]) for row in db.execute("PRAGMA quick_check"))
    return found("integrity", "The file is sound.", pages, (words for words in said if words != "ok"))


def _foreign_keys(db: sqlite3.Connection, settings: Settings) -> Check:
    tables = int(db.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0])
    wrong = answers(db, "PRAGMA foreign_key_check", lambda row: f"{row[0]} {row[1]}")
    return found("foreign_keys", "Every row points to a row that is there.", tables, wrong)


def _seals(db: sqlite3.Connection, settings: Settings) -> Check:
    count = int(db.execute("SELECT count(*) FROM seals").fetchone()[0])
    return found("seals", "Each seal fits its events and the seal before it.", count, _unfitting(db))


def _unfitting(db: sqlite3.Connection) -> Iterator[str]:
    previous, last = GENESIS, 0
    plain = db.cursor()
    plain.row_factory = None
    for row in db.execute(f"SELECT {columns(Seal)} FROM seals ORDER BY id"):
        seal = Seal(*row)
        sql = f"SELECT {columns(Event)} FROM events WHERE id > ? AND id <= ? ORDER BY id"
        events = plain.execute(sql, (last, seal.last_event)).fetchall()
        whole = bool(events) and (events[0][0], events[-1][0]) == (seal.first_event, seal.last_event)
        if seal.previous != previous or not whole or chain_rows(previous, events) != seal.hash:
            yield f"seal {seal.id}"
        previous, last = seal.hash, seal.last_event


def _numbers(db: sqlite3.Connection, settings: Settings) -> Check:
    """A rolled-back transaction takes its numbers back, so that a missing one was removed."""
    count, first, highest = db.execute("SELECT count(*), min(id), max(id) FROM events").fetchone()
    sequence = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    last = sequence[0] if sequence else 0
    # So many different numbers from 1 to the last are all of them; only else each is asked for.
    whole = (first, highest) == (1, count) and last <= count
    missing = () if whole else (f"event {row[0]}" for row in db.execute(_MISSING, {"last": last}))
    return found("numbers", "No event is missing before another, or at the end.", count, missing)


_MISSING = """
SELECT e.id - 1 FROM events e WHERE e.id > 1 AND NOT EXISTS (SELECT 1 FROM events f WHERE f.id = e.id - 1)
UNION ALL SELECT :last WHERE :last > (SELECT coalesce(max(id), 0) FROM events)
"""


def _times(db: sqlite3.Connection, settings: Settings) -> Check:
    tables = [
        row[0]
        for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '*sqlite_*'")
    ]
    asked = "Every time is a time, in the one form."
    return found("times", asked, len(tables), (wrong for table in tables for wrong in _untimely(db, table)))


def _untimely(db: sqlite3.Connection, table: str) -> Iterator[str]:
    names = [row["name"] for row in db.execute(f"PRAGMA table_info({table})") if _is_time(row["name"])]
    wrong = [f"({n} IS NOT NULL AND (length({n}) <> 27 OR julianday({n}) IS NULL OR {n} NOT GLOB '*Z'))" for n in names]
    if names:
        for row in db.execute(f"SELECT rowid, {', '.join(wrong)} FROM {table} WHERE {' OR '.join(wrong)}"):
            yield from (f"{table} {row[0]} {name}" for name, is_wrong in zip(names, row[1:], strict=True) if is_wrong)


def _is_time(name: str) -> bool:
    return name in ("at", "until", "since", "not_before", "lease_until", "snoozed_until") or name.endswith("_at")


def _told(event: str, key: str, row: str) -> str:
    return (
        f"NOT EXISTS (SELECT 1 FROM events e WHERE e.conversation_id = {row}.conversation_id AND e.kind = '{event}'"
        f" AND json_extract(e.data, '$.{key}') = {row}.id)"
    )


RECORDED = (
    _settings,
    _triggers,
    _integrity,
    _foreign_keys,
    _numbers,
    _seals,
    rows(
        "approvals_recorded",
        "Every approval is on the record.",
        "approval",
        "approvals",
        f"SELECT a.id FROM approvals a WHERE {_told('approval.given', 'approval', 'a')}",
    ),
    rows(
        "answers_recorded",
        "Every sent answer is on the record.",
        "delivery",
        "deliveries",
        f"SELECT d.id FROM deliveries d WHERE d.state = 'sent' AND {_told('delivery.sent', 'delivery', 'd')}",
    ),
    rows(
        "closings_recorded",
        "Every closing is on the record.",
        "conversation",
        "conversations",
        "SELECT c.id FROM conversations c WHERE c.state = 'resolved' AND NOT EXISTS (SELECT 1 FROM events e"
        " WHERE e.conversation_id = c.id AND e.kind = 'conversation.resolved')",
    ),
    rows(
        "confirmations_recorded",
        "Whoever let a held desk send again is on the record.",
        "desk",
        "desk",
        "SELECT k.id FROM desk k WHERE k.confirmed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM events e"
        " WHERE e.kind = 'desk.confirmed' AND e.user_id = k.confirmed_by AND e.at = k.confirmed_at)",
    ),
    _times,
)
