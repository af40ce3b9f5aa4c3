"""Whose judgements are scored: a model of ours by its name, or what any other tool has written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk.cli.jsonlines import objects
from twoway.channel import load
from twoway.errors import NotFound, Refused
from twoway.ports import Judge

MODELS: Mapping[str, str] = {"rules": "models.rules:Rules"}
"""Our models by name, imported on first use."""

Judgement = Mapping[str, Any]
"""In the form of ``twoway judge``; another tool's may lack heads and probabilities."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """Somebody who judges texts, in order. Raises Refused for a text without judgement."""

    name: str
    judge: Callable[[Sequence[str]], list[Judgement]]


def contestant(wanted: str) -> Contestant:
    """The model of that name, else the judgements in the file of that name. Raises NotFound, Refused."""
    if wanted in MODELS:
        return ours(load(MODELS[wanted])())
    if Path(wanted).is_file():
        return _written(Path(wanted))
    raise NotFound(f"{wanted!r} is neither a model ({', '.join(MODELS)}) nor a file of judgements")


def ours(model: Judge) -> Contestant:
    """A model at work."""
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
