"""`twoway restore FILE`: a backup in the place of the database."""

from pathlib import Path
from typing import Annotated

import typer

from desk.cli import options
from twoway.config import find, load
from twoway.store import backup_restore

NEXT = """Nothing is sent until an admin confirms it: answers may have gone out since the backup was made.
  1. Make sure that no other copy of this desk is running anywhere.
  2. twoway run: the desk hears what came since. Everybody signs in anew; people, roles and passwords are the backup's.
  3. twoway confirm, or the button in the inbox: open answers are looked for on the platforms before any is sent."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(restore)


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.", show_default=False)],
    force: Annotated[
        bool, typer.Option("--force", help="Replace a database that is too damaged to tell whether it is in use.")
    ] = False,
    config: options.Config = None,
    database: options.Database = None,
    as_json: options.Json = False,
) -> None:
    """Put a backup in the place of the database, which is kept under another name. The desk has to be stopped.

    Example: twoway restore /backup/twoway-monday.db
    """
    path = database or load(find(config)).desk.database
    with options.progress() as bar:
        done = backup_restore.restore(file, path, options.steps(bar, "restoring"), force=force)
    if as_json:
        options.print_json({"database": done.database, "kept": done.kept and str(done.kept), "held": True})
        return
    options.say(f"{path}: restored; it knows everything up to {done.database.until or 'now'}")
    if done.kept:
        options.say(f"what was there before is kept: {done.kept}")
    for line in NEXT.splitlines():
        options.say(line)
