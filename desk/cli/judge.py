"""`twoway judge`: the judge by itself, over JSON Lines."""

from itertools import islice
from typing import Annotated

import typer

from desk.cli import options
from desk.cli.jsonlines import Mistakes, counting, objects
from twoway.config import find, load

BATCH = 64


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(judge)


def judge(
    source: Annotated[typer.FileBinaryRead, typer.Argument(help="JSON Lines, each with `text`; - for standard input.")],
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Leave bad lines out and go on.")] = False,
    batch: Annotated[
        int, typer.Option(min=1, max=10_000, help="Lines read before they are judged together; 1 answers each at once.")
    ] = BATCH,
    config: options.Config = None,
    database: options.Database = None,
) -> None:
    """Add a `judgement` to each line of JSON, in order. Needs no configuration, and reads and writes no database.

    A line without text is named on standard error, and nothing behind it is judged unless you say --keep-going; the
    exit code is 1 either way. Lines may be gzipped. Any text gets a judgement.

    Example: echo '{"text": "Meine Lieferung ist kaputt!"}' | twoway judge -
    """
    from desk.wiring import make_judge

    if config:
        load(find(config))  # a wrong one is a mistake, also where nothing of it is needed
    model, bad = make_judge(), Mistakes(keep_going)
    lines = (line for _, line in objects(source, bad))
    with counting("judged") as more:
        while some := list(islice(lines, batch)):
            for line, judged in zip(some, model.judge([line["text"] for line in some]), strict=True):
                options.print_json({**line, "judgement": judged.as_json()})
            more(len(some))
    if bad.count:
        said = f"bad lines left out: {bad.count}" if keep_going else "stopped there; --keep-going leaves such lines out"
        options.say(f"twoway: {said}", err=True)
        raise typer.Exit(1)
