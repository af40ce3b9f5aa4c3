"""`twoway judge`: the judge by itself, over JSON Lines."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Annotated, Any

import typer

from desk.cli import options
from desk.cli.contestants import judge_named
from desk.cli.jsonlines import Mistakes, counting, objects
from twoway.config import find, load
from twoway.ports import Judge

BATCH = 64


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(judge)


def judge(
    source: Annotated[typer.FileBinaryRead, typer.Argument(help="JSON Lines, each with `text`; - for standard input.")],
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Leave bad lines out and go on.")] = False,
    model: Annotated[
        str, typer.Option(help="Who judges, in place of the configuration's.", show_default="the desk's")
    ] = "",
    batch: Annotated[
        int, typer.Option(min=1, max=10_000, help="Lines read before they are judged together; 1 answers each at once.")
    ] = BATCH,
    why: Annotated[bool, typer.Option("--why", help="Also name the words that carried each decision; slower.")] = False,
    config: options.Config = None,
    database: options.Database = None,
) -> None:
    """Add a `judgement` to each line of JSON, in order. Needs no configuration, and reads and writes no database.

    A line without text is named on standard error, and nothing behind it is judged unless you say --keep-going; the
    exit code is 1 either way. Lines may be gzipped. Any text gets a judgement.

    Example: echo '{"text": "Meine Lieferung ist kaputt!"}' | twoway judge -
    """
    opened, bad = judge_named(model, load(find(config)).model if config else None), Mistakes(keep_going)
    if opened.problem:
        options.say(f"twoway: {opened.problem}", err=True)
    lines = (line for _, line in objects(source, bad))
    with counting("judged") as more:
        while some := list(islice(lines, batch)):
            for line, judged in zip(some, _judged(opened.judge, [line["text"] for line in some], why), strict=True):
                options.print_json({**line, "judgement": judged})
            more(len(some))
    if bad.count:
        said = f"bad lines left out: {bad.count}" if keep_going else "stopped there; --keep-going leaves such lines out"
        options.say(f"twoway: {said}", err=True)
        raise typer.Exit(1)


def _judged(judge: Judge, texts: list[str], why: bool) -> Iterator[dict[str, Any]]:
    """Each text's judgement as JSON."""
    for text, judged in zip(texts, judge.judge(texts), strict=True):
        yield replace(judged, why=judge.why(text)).as_json() if why else judged.as_json()
