"""Whose judgements are scored: a model by its name, or what any other tool has written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk.cli.jsonlines import objects
from desk.judges import OURS, Opened, open_judge
from models.foreign.source import may_be_a_model
from twoway.config import Model, find, load
from twoway.errors import NotFound, Refused
from twoway.ports import Judge

Judgement = Mapping[str, Any]
"""In the form of ``twoway judge``; another tool's may lack heads and probabilities."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """Somebody who judges texts, in order. Raises Refused for a text without judgement."""

    name: str
    judge: Callable[[Sequence[str]], list[Judgement]]


def contestant(wanted: str, settings: Model | None = None, database: Path | None = None) -> Contestant:
    """The model of that name, else the judgements in the file of that name. Raises NotFound, Refused."""
    if Path(wanted).is_file():
        return _written(Path(wanted))
    opened = judge_named(wanted, settings, database)
    if opened.problem:
        raise Refused(opened.problem)  # figures of another model than the one that was asked for would mislead
    return _at_work(opened.judge)


def configured(config: Path | None, database: Path | None) -> tuple[Model | None, Path | None]:
    """The settings of a configuration, if one is named, and the database whose team has taught the judge."""
    if config is None:
        return None, None
    found = load(find(config))
    return found.model, database or found.desk.database


def judge_named(wanted: str, settings: Model | None = None, database: Path | None = None) -> Opened:
    """The model of that name, by default the one of the settings, as the desk of a database has taught it.

    Raises NotFound.
    """
    settings = settings or Model()
    if wanted and wanted != settings.name:
        if wanted not in OURS and not may_be_a_model(wanted):
            ours = ", ".join(OURS)
            raise NotFound(
                f"{wanted!r} is no model ({ours}, a folder, owner/name on Hugging Face) and no file of judgements"
            )
        # What the labels of one model mean says nothing of another's.
        labels = settings.labels if settings.name in OURS else {}
        settings = settings.model_copy(update={"name": wanted, "labels": labels})
    return open_judge(settings, database)


def _at_work(model: Judge) -> Contestant:
    return Contestant(model.model, lambda texts: [judged.as_json() for judged in model.judge(texts)])


def _written(path: Path) -> Contestant:
    """What a file of ``{"text": …, "judgement": {…}}`` says of each text."""

    def mistake(said: str) -> bool:
        raise Refused(f"{path.name}: {said}")

    found: dict[str, Judgement] = {}
    with path.open("rb") as file:
        for number, line in objects(file, mistake):
            if not isinstance(line.get("judgement"), dict):
                mistake(f'line {number}: no object "judgement"')
            found[line["text"]] = line["judgement"]

    def judge(texts: Sequence[str]) -> list[Judgement]:
        if missing := [text for text in texts if text not in found]:
            raise Refused(f"{path.name} has no judgement of the text that begins {missing[0][:60]!r}")
        return [found[text] for text in texts]

    return Contestant(_name(path, found.values()), judge)


def _name(path: Path, judgements: Any) -> str:
    """The one model that wrote them all, if they say so; else the file's name."""
    models = {str(judgement.get("model") or path.name) for judgement in judgements}
    return models.pop() if len(models) == 1 else path.name
