"""`twoway score`: how good a judge is on labelled texts, alone or beside another."""

from collections.abc import Iterator
from itertools import islice
from typing import IO, Annotated, Any

import typer

from desk.cli import options, score_report
from desk.cli.contestants import configured, contestant
from desk.cli.jsonlines import counting, objects
from desk.cli.judge import BATCH
from models.scoring.bootstrap import ROUNDS, SEED
from models.scoring.sheet import Sheet
from twoway.errors import Refused


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(score)


def score(
    sources: Annotated[
        list[typer.FileBinaryRead],
        typer.Argument(metavar="FILE...", help="Labelled JSON Lines, gzipped or not; - for standard input."),
    ],
    model: Annotated[
        str, typer.Option(help="A model, or a file of judgements that any tool has written.", show_default="the desk's")
    ] = "",
    against: Annotated[str, typer.Option(help="Another model or file of judgements, side by side.")] = "",
    split: Annotated[str, typer.Option(help="Only lines whose `split` is this.", metavar="NAME")] = "",
    rounds: Annotated[int, typer.Option(min=100, max=100_000, help="Bootstrap rounds of the intervals.")] = ROUNDS,
    seed: Annotated[int, typer.Option(help="Where the rounds' random draws begin.")] = SEED,
    json: options.Json = False,
    config: options.Config = None,
    database: options.Database = None,
) -> None:
    """Hold a judge against labels: accuracy, macro-F1, macro-recall, per class and language, confusion, calibration.

    Labels are the keys sentiment, complaint, wants_answer, urgency and noise (or spam) of a line; whichever are there
    are scored, and lines without any are passed over. Needs no configuration, and reads and writes no database.

    Example: cat labelled.jsonl | twoway score - --against theirs.jsonl
    """
    how = configured(config, database)
    judges = [contestant(model, *how), *([contestant(against, *how)] if against else [])]
    sheet = Sheet(_told_apart([judge.name for judge in judges]))
    lines = _lines(sources, split)
    with counting("judged") as more:
        while some := list(islice(lines, BATCH)):
            judged = [judge.judge([line["text"] for _, line in some]) for judge in judges]
            for (where, line), *judgements in zip(some, *judged, strict=True):
                _add(sheet, where, line, judgements)
            more(len(some))
    scored = score_report.Scored([_name(source) for source in sources], sheet, sheet.score(rounds, seed), rounds, seed)
    if json:
        options.print_json(score_report.as_json(scored))
    else:
        score_report.show(scored)


def _told_apart(names: list[str]) -> list[str]:
    """The names, numbered where they are the same: a model may be scored against itself, settings changed."""
    return names if len(set(names)) == len(names) else [f"{name} ({i})" for i, name in enumerate(names, 1)]


def _lines(sources: list[typer.FileBinaryRead], split: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line and where it stands. Raises Refused for a bad one: figures on half a set would mislead."""
    for source in sources:
        for number, line in objects(source, _refuse(source)):
            if not split or line.get("split") == split:
                yield f"{_name(source)}: line {number}", line


def _name(source: IO[bytes]) -> str:
    return str(getattr(source, "name", "<stdin>"))


def _refuse(source: IO[bytes]) -> Any:
    def mistake(said: str) -> bool:
        raise Refused(f"{_name(source)}: {said}")

    return mistake


def _add(sheet: Sheet, where: str, line: dict[str, Any], judgements: list[Any]) -> None:
    try:
        sheet.add(line, judgements)
    except Refused as error:
        raise Refused(f"{where}: {error}") from None
