"""`twoway judge`: the judge by itself, over JSON Lines."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

import typer

from desk.cli import options
from twoway.config import find, load
from twoway.errors import Refused

BATCH = 64


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(judge)


def judge(
    source: Annotated[typer.FileBinaryRead, typer.Argument(help="JSON Lines, each with `text`; - for standard input.")],
    config: options.Config = None,
    database: options.Database = None,
) -> None:
    """Add a `judgement` to each line of JSON, in order. Needs no configuration, and reads and writes no database.

    A line without text is named on standard error and left out; then the exit code is 1.

    Example: echo '{"text": "Meine Lieferung ist kaputt!"}' | twoway judge -
    """
    from desk.wiring import make_judge

    if config:
        load(find(config))  # a wrong one is a mistake, also where nothing of it is needed
    model, bad = make_judge(), list[str]()
    lines = _lines(source, bad)
    with options.progress() as bar:
        task = bar.add_task("judged", total=None)
        while batch := list(islice(lines, BATCH)):
            for line, judged in zip(batch, model.judge([line["text"] for line in batch]), strict=True):
                options.print_json({**line, "judgement": judged.as_json()})
            bar.advance(task, len(batch))
    if bad:
        raise typer.Exit(1)


def _lines(source: Any, bad: list[str]) -> Iterator[dict[str, Any]]:
    """The lines that can be judged; each other one is named at once, and in ``bad``."""
    for number, written in enumerate(source, 1):
        try:
            if written.strip():
                yield _line(written)
        except Refused as error:
            bad.append(f"line {number}: {error}")
            typer.echo(f"twoway: {bad[-1]}", err=True)


def _line(written: bytes) -> dict[str, Any]:
    try:
        line = json.loads(written.decode("utf-8-sig"), parse_constant=_no_json)
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8 (byte {error.start})") from None
    except (ValueError, RecursionError) as error:
        raise Refused(f"no JSON: {error}") from None
    if not isinstance(line, dict) or not isinstance(line.get("text"), str):
        raise Refused('no object with a "text"')
    return line


def _no_json(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
