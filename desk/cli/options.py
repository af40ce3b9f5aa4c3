"""What every command takes, and how it prints."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twoway import clock
from twoway.config import find, load
from twoway.store.database import plain_words
from twoway.text import harmless, one_line

if TYPE_CHECKING:
    from rich.progress import Progress

    from desk.wiring import Desk

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", help="The configuration (default ./twoway.toml, else $TWOWAY_CONFIG).", show_default=False
    ),
]
Database = Annotated[
    Path | None,
    typer.Option("--database", help="The database, in place of the one the configuration names.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def at_desk(config: Path | None, database: Path | None) -> Iterator["Desk"]:
    """The configured desk, closed afterwards. Log lines go to standard error."""
    from desk.wiring import open_desk
    from twoway.logging import set_up

    set_up()
    desk = open_desk(load(find(config)), database)
    try:
        with plain_words(desk.store.path):
            yield desk
    finally:
        desk.close()


def print_json(value: Any) -> None:
    """One JSON document on a line of its own."""
    written = json.dumps(value, ensure_ascii=False, default=_plain)
    # Half a surrogate pair, which JSON may hold but UTF-8 may not, goes out as the escape that it came as.
    typer.echo(written.encode("utf-8", "backslashreplace").decode())


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def say(line: str = "", *, err: bool = False) -> None:
    """A line for a person; whatever a stranger wrote in it cannot move the cursor."""
    typer.echo(harmless(line), err=err)


def local(desk: "Desk", stamped: str | None) -> str:
    """A stored time as the brand's clock shows it."""
    return f"{clock.parse(stamped).astimezone(desk.config.desk.timezone):%Y-%m-%d %H:%M}" if stamped else ""


def table(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table that fits the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*titles, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        shown.add_row(*(Text(one_line("" if cell is None else str(cell), 200)) for cell in row))
    # Where no person looks, nothing is wrapped: a line is a row.
    Console(width=None if sys.stdout.isatty() else 1000).print(shown)


@contextmanager
def progress() -> Iterator["Progress"]:
    """A progress bar on standard error; silent where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        yield bar


def steps(bar: "Progress", what: str) -> Callable[[int, int], None]:
    """A task of a progress bar, told how much is done, of how much."""
    task = bar.add_task(what, total=None)
    return lambda done, of: bar.update(task, completed=done, total=of)
