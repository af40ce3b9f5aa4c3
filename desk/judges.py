"""Who judges: a model that came with the desk or any other, and who stands in for one that cannot be loaded."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twoway.config import Model
from twoway.ports import Judge

if TYPE_CHECKING:
    from models.embedded.calibration import Costs

EMBEDDED, RULES = "embedded", "rules"
OURS = (EMBEDDED, RULES)
"""Our models by name."""
ENCODER = "encoder.onnx"
"""What a folder holds that a model of ours lies in."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A judge, and in plain words why it is another one than was asked for."""

    judge: Judge
    problem: str = ""


def open_judge(settings: Model | None = None, database: Path | None = None) -> Opened:
    """The judge of the settings, by default the model that came with the desk; imported and loaded here.

    With the ``database`` of a desk it judges as that desk's team has taught it, also what they teach it later.

    Somebody always judges: where the model cannot be loaded, the next simpler one does, and ``problem`` says why.
    """
    settings = settings or Model()
    if settings.name == RULES:
        return _rules()
    if (Path(settings.name) / ENCODER).is_file():
        return _embedded(settings, database, Path(settings.name))
    ours = _embedded(settings, database)
    return ours if settings.name == EMBEDDED else _foreign(settings, ours)


def _rules(problem: str = "") -> Opened:
    from models.rules import Rules

    return Opened(Rules(), problem)


def _embedded(settings: Model, database: Path | None, folder: Path | None = None) -> Opened:
    """Ours, or one that ``twoway train --from-scratch`` has written into the folder."""
    from models.embedded.judge import Embedded
    from models.embedded.weights import Damaged
    from models.learning.versions import Versions

    try:
        if database is None:
            return Opened(Embedded(folder, _costs(settings), settings.threads))
        versions = Versions.beside(database)
        judge = Embedded(folder, _costs(settings), settings.threads, versions.present)
        versions.present(judge.released)
        return Opened(judge, versions.problem)
    except Damaged as error:
        if folder is None:
            return _rules(f"{error}. The rules judge until the desk is installed again.")
        ours = _embedded(settings, database)
        return Opened(ours.judge, f"{error}. Until then {ours.judge.model} judges. {ours.problem}".rstrip())


def _foreign(settings: Model, ours: Opened) -> Opened:
    """Any other model, beside ours for what it does not say."""
    from models.foreign.judge import beside
    from models.foreign.unusable import Unusable

    try:
        judge = beside(ours.judge, settings.name, settings.labels, _costs(settings), settings.threads)
    except Unusable as error:
        said = f"{error}. Until then {ours.judge.model} judges."
        return Opened(ours.judge, f"{said} {ours.problem}".rstrip())
    return Opened(judge, ours.problem)


def _costs(settings: Model) -> "Costs":
    from models.embedded.calibration import Costs

    return Costs(missed=settings.missed_complaint, false=settings.false_complaint)
