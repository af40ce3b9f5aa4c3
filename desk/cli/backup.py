"""`twoway backup FILE`: a copy of the database, made while the desk works."""

from pathlib import Path
from typing import Annotated

import typer

from desk.cli import options
from twoway.config import find, load
from twoway.store import backup as backups


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(backup)


def backup(
    file: Annotated[Path, typer.Argument(help="The new file.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    config: options.Config = None,
    database: options.Database = None,
    as_json: options.Json = False,
) -> None:
    """Copy the database and what was learnt into one file, beside a running desk, and check it.

    Keep the file as safe as the desk.

    Example: twoway backup /backup/twoway-monday.db
    """
    path = database or load(find(config)).desk.database
    with options.progress() as bar:
        done = backups.back_up(path, file, options.steps(bar, "copying"), force=force)
    if as_json:
        options.print_json(done)
    else:
        options.say(f"{file}: {done.bytes / 1e6:.1f} MB, checked; it knows everything up to {done.until or 'now'}")
