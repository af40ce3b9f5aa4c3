"""`twoway import`: mentions from a file, as history."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from desk.cli import options, records
from desk.cli.rejects import Rejects
from twoway.domain import Mention
from twoway.errors import NotFound, Refused
from twoway.store import channels, hearing
from twoway.store.mentions import IMPORTED

if TYPE_CHECKING:
    from rich.progress import Progress

    from desk.wiring import Desk

BATCH = 500
"""Mentions of a transaction."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    file: Annotated[Path, typer.Argument(help="JSON Lines, or CSV with named columns; may be gzipped.")],
    channel: Annotated[str, typer.Option(help="The channel on which it was said.")],
    answer_since: Annotated[
        datetime | None,
        typer.Option(help="What was said since this day is work, not history.", formats=["%Y-%m-%d"]),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Everybody could read it; else what does not say so is private.")
    ] = False,
    config: options.Config = None,
    database: options.Database = None,
    as_json: options.Json = False,
) -> None:
    """Bring mentions from a file. They are history: judged and searchable, nothing to answer, no alert.

    Importing twice changes nothing, and what was stopped in the middle goes on when it is run again. A bad line is
    named and kept in FILE.rejects, the rest goes in; the exit code is 1 then. The fields are in docs/operating.md.

    Example: twoway import mentions.jsonl --channel support
    """
    with options.at_desk(config, database) as desk, options.progress() as bar, _opened(file) as source:
        if channel not in desk.names:
            raise NotFound(f"no channel {channel!r} is switched on; there are {', '.join(desk.names) or 'none'}")
        found = records.read(source, file.name)
        with Rejects(file, found.header) as rejects:
            mentions = _watched(bar, file, source, _mentions(desk, found, public, rejects))
            kept, known = _keep(desk, channel, mentions, answer_since)
    rejected = str(rejects.path) if rejects.count else None
    if as_json:
        options.print_json({"imported": kept, "known": known, "bad": rejects.count, "rejects": rejected})
    else:
        options.say(f"imported: {kept:,}; known already: {known:,}; bad lines: {rejects.count:,}")
    if rejected:
        options.say(f"twoway: the bad lines are in {rejected}; mend them and import that file", err=True)
        raise typer.Exit(1)


def _opened(file: Path) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}") from error


def _mentions(desk: "Desk", found: records.Records, public: bool, rejects: Rejects) -> Iterator[tuple[int, Mention]]:
    """Each mention with the line it begins on."""
    from desk.interchange import mention

    zone = desk.config.desk.timezone
    for record in found.each:
        try:
            if record.values is None:
                raise Refused(record.mistake)
            made = mention(record.values, record.raw, zone, "public" if public else "private")
        except Refused as error:
            rejects.add(record.number, record.raw, str(error))
        else:
            yield record.number, made


def _watched(bar: "Progress", file: Path, source: IO[bytes], each: Iterator[Any]) -> Iterator[Any]:
    """The same, while the bar shows how many bytes of the file were read."""
    task = bar.add_task(file.name, total=file.stat().st_size)
    for one in each:
        yield one
        bar.update(task, completed=source.tell())


def _keep(
    desk: "Desk", name: str, each: Iterator[tuple[int, Mention]], answer_since: datetime | None
) -> tuple[int, int]:
    """How many were kept, and how many were known already."""
    stream = channels.stream(desk.store, channels.by_name(desk.store, name).id, IMPORTED)
    since = answer_since.replace(tzinfo=desk.config.desk.timezone) if answer_since else None
    kept = read = 0
    while batch := list(islice(each, BATCH)):
        found = [mention for _, mention in batch]
        kept += hearing.keep_imported(desk.store, stream, found, batch[-1][0], since).mentions
        read += len(batch)
    return kept, read - kept
