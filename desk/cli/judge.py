"""`twoway judge`: the judge by itself, over JSON Lines."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from desk.cli import options
from desk.cli.contestants import configured, judge_named
from desk.cli.jsonlines import Mistakes, counting, objects
from twoway.errors import Refused
from twoway.ports import Judge

BATCH = 256
"""The more lines together, the less is padding."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(judge)


def judge(
    source: Annotated[
        typer.FileBinaryRead | None,
        typer.Argument(help="JSON Lines, each with `text`; - for standard input.", show_default=False),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Judge what the desk has stored anew, with the model that judges now.")
    ] = False,
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

    With --again, and no lines, the desk's stored mentions are judged anew by the model that judges now. What a person
    corrected stays, and so does every earlier judgement, under its model's name. Stopped half-way, it goes on there the
    next time; a desk may be running beside it.

    Example: echo '{"text": "Meine Lieferung ist kaputt!"}' | twoway judge -
    """
    if (source is None) != again:
        raise typer.BadParameter("name a file with lines (- for standard input), or say --again, and not both")
    if again and (model or why or keep_going or batch != BATCH):
        raise typer.BadParameter(
            "--model, --why, --batch and --keep-going are for lines; the desk's judge judges again"
        )
    if again:
        _again(config, database)
    if source:
        _lines(source, _opened(model, config, database), Mistakes(keep_going), batch, why)


def _opened(model: str, config: Path | None, database: Path | None) -> Judge:
    """Whoever judges; why it is another one than was asked for goes to standard error."""
    opened = judge_named(model, *configured(config, database))
    if opened.problem:
        options.say(f"twoway: {opened.problem}", err=True)
    return opened.judge


def _lines(source: typer.FileBinaryRead, judge: Judge, bad: Mistakes, batch: int, why: bool) -> None:
    lines = (line for _, line in objects(source, bad))
    with counting("judged") as more:
        while some := list(islice(lines, batch)):
            for line, judged in zip(some, _judged(judge, [line["text"] for line in some], why), strict=True):
                options.print_json({**line, "judgement": judged})
            more(len(some))
    if bad.count:
        said = f"bad lines left out: {bad.count}" if bad.go_on else "stopped there; --keep-going leaves such lines out"
        options.say(f"twoway: {said}", err=True)
        raise typer.Exit(1)


def _again(config: Path | None, database: Path | None) -> None:
    from models.judging import judge_again
    from models.topics import Topics

    with options.at_desk(config, database) as desk, options.progress() as bar:
        judge = desk.judge
        if desk.judge_problem:
            raise Refused(f"nothing was judged again: {desk.judge_problem}")
        topics = Topics(desk.config.topics)
        done = judge_again(desk.store, judge, desk.placing, options.steps(bar, "judged"), topics)
    options.print_json({"model": judge.model, "judged": done})


def _judged(judge: Judge, texts: list[str], why: bool) -> Iterator[dict[str, Any]]:
    """Each text's judgement as JSON."""
    for text, judged in zip(texts, judge.judge(texts), strict=True):
        yield replace(judged, why=judge.why(text)).as_json() if why else judged.as_json()
