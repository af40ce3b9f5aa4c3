"""Rows as frozen values: a dataclass whose fields are the columns asked for."""

import sqlite3
from collections.abc import Iterable
from dataclasses import fields
from typing import Any, TypeVar

from twoway.errors import NotFound

Row = TypeVar("Row")


def many(cls: type[Row], cursor: Iterable[sqlite3.Row]) -> list[Row]:
    """Every row as a ``cls``."""
    return [cls(*row) for row in cursor]


def maybe(cls: type[Row], cursor: sqlite3.Cursor) -> Row | None:
    """The first row as a ``cls``, or None."""
    row = cursor.fetchone()
    return None if row is None else cls(*row)


def one(cls: type[Row], cursor: sqlite3.Cursor, what: str) -> Row:
    """The first row as a ``cls``; NotFound, naming ``what`` was looked for, when there is none."""
    found = maybe(cls, cursor)
    if found is None:
        raise NotFound(f"there is no {what}")
    return found


def columns(cls: Any, table: str = "") -> str:
    """The columns of ``cls`` for a SELECT, in the order of its fields."""
    dot = f"{table}." if table else ""
    return ", ".join(f"{dot}{field.name}" for field in fields(cls))
