"""How a check is asked: a name, a question, the rows it looks at, the rows that break it."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping

from twoway.store.audit.report import SHOWN, Check

Settings = Mapping[str, object]
Asking = Callable[[sqlite3.Connection, Settings], Check]


def found(name: str, asked: str, rows: int, offending: Iterable[str]) -> Check:
    """The check, once its offenders are counted; they may be many, so they are not kept."""
    broken, shown = 0, []
    for one in offending:
        broken += 1
        if broken <= SHOWN:
            shown.append(one)
    return Check(name, asked, rows, broken, tuple(shown))


def rows(name: str, asked: str, what: str, table: str, offending: str) -> Asking:
    """A question to SQL: ``offending`` selects the ids of ``table`` that break it; ``what`` is such a row's name."""

    def ask(db: sqlite3.Connection, settings: Settings) -> Check:
        count = int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        return found(name, asked, count, answers(db, offending, lambda row: f"{what} {row[0]}"))

    return ask


def answers(db: sqlite3.Connection, sql: str, name: Callable[[sqlite3.Row], str]) -> Iterator[str]:
    """The names of the rows that ``sql`` finds; where the schema was changed so that it cannot be asked, why."""
    try:
        yield from map(name, db.execute(sql))
    except sqlite3.OperationalError as error:
        yield f"cannot be asked: {error}"
