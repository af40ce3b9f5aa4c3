"""Who wrote which words of a draft: a run of changes by one person is one version, until it is handed on."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from twoway import clock
from twoway.store.database import Store
from twoway.store.rows import columns, many, one


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One person's words; ``user_id`` is None for a proposal of the desk's."""

    draft_id: int
    version: int
    text: str
    subject: str
    user_id: int | None
    at: str
    submitted_by: int | None
    submitted_at: str | None
    erased_at: str | None


def of_draft(store: Store, draft: int) -> list[VersionRow]:
    """Every version of a draft, oldest first."""
    sql = f"SELECT {columns(VersionRow)} FROM draft_versions WHERE draft_id = ? ORDER BY version"
    return many(VersionRow, store.read().execute(sql, (draft,)))


def newest(db: sqlite3.Connection, draft: int) -> VersionRow:
    """The words as they stand. Raises NotFound."""
    sql = f"SELECT {columns(VersionRow)} FROM draft_versions WHERE draft_id = ? ORDER BY version DESC LIMIT 1"
    return one(VersionRow, db.execute(sql, (draft,)), f"version of draft {draft}")


def edited(store: Store, draft: int, version: int | None = None) -> tuple[VersionRow, VersionRow] | None:
    """The words that were last submitted and what somebody else made of them; None where nobody did.

    ``version``: as the draft stood then, when that version was approved.
    """
    found = [row for row in of_draft(store, draft) if version is None or row.version <= version]
    if not found or found[-1].erased_at:
        return None
    handed = [v for v in found[:-1] if v.submitted_by is not None and v.user_id != found[-1].user_id]
    return (handed[-1], found[-1]) if handed and _words(handed[-1]) != _words(found[-1]) else None


def begin(db: sqlite3.Connection, draft: int, text: str, subject: str, user: int | None, now: datetime) -> None:
    """The first words of a draft."""
    _insert(db, VersionRow(draft, 1, text, subject, user, clock.stamp(now), None, None, None))


def keep(db: sqlite3.Connection, draft: int, text: str, subject: str, user: int, now: datetime) -> None:
    """What this person made of a draft. The same words stay whose they were, unless they were nobody's."""
    last = newest(db, draft)
    if _words(last) == (text, subject) and last.user_id is not None:
        return
    if last.user_id == user and not _handed_on(db, last):
        db.execute(
            "UPDATE draft_versions SET text = ?, subject = ?, at = ? WHERE draft_id = ? AND version = ?",
            (text, subject, clock.stamp(now), draft, last.version),
        )
    else:
        _insert(db, VersionRow(draft, last.version + 1, text, subject, user, clock.stamp(now), None, None, None))


def submit(db: sqlite3.Connection, draft: int, user: int, now: datetime) -> None:
    """This person hands the words on as they stand; words that were handed on before are a version of their own."""
    last, at = newest(db, draft), clock.stamp(now)
    if not _handed_on(db, last):
        db.execute(
            "UPDATE draft_versions SET submitted_by = ?, submitted_at = ? WHERE draft_id = ? AND version = ?",
            (user, at, draft, last.version),
        )
    else:
        _insert(db, VersionRow(draft, last.version + 1, last.text, last.subject, last.user_id, at, user, at, None))


def _words(row: VersionRow) -> tuple[str, str]:
    return row.text, row.subject


def _handed_on(db: sqlite3.Connection, row: VersionRow) -> bool:
    sql = "SELECT 1 FROM approvals WHERE draft_id = ? AND draft_version = ?"
    return row.submitted_by is not None or bool(db.execute(sql, (row.draft_id, row.version)).fetchone())


def _insert(db: sqlite3.Connection, row: VersionRow) -> None:
    db.execute(
        f"INSERT INTO draft_versions ({columns(VersionRow)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.draft_id,
            row.version,
            row.text,
            row.subject,
            row.user_id,
            row.at,
            row.submitted_by,
            row.submitted_at,
            row.erased_at,
        ),
    )
