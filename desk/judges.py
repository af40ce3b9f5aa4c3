"""Who judges: the models that come with the desk, and who stands in for one that cannot be loaded."""

from dataclasses import dataclass

from twoway.config import Model
from twoway.ports import Judge

EMBEDDED, RULES = "embedded", "rules"
OURS = (EMBEDDED, RULES)
"""Our models by name."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A judge, and in plain words why it is another one than was asked for."""

    judge: Judge
    problem: str = ""


def open_judge(settings: Model | None = None) -> Opened:
    """The judge of the settings, by default the model that came with the desk; imported and loaded here.

    Somebody always judges: where the model cannot be loaded, the next simpler one does, and ``problem`` says why.
    """
    settings = settings or Model()
    if settings.name == RULES:
        return _rules()
    return _embedded(settings)


def _rules(problem: str = "") -> Opened:
    from models.rules import Rules

    return Opened(Rules(), problem)


def _embedded(settings: Model, problem: str = "") -> Opened:
    from models.embedded.calibration import Costs
    from models.embedded.judge import Embedded
    from models.embedded.weights import Damaged

    costs = Costs(missed=settings.missed_complaint, false=settings.false_complaint)
    try:
        return Opened(Embedded(costs=costs, threads=settings.threads), problem)
    except Damaged as error:
        return _rules(" ".join(filter(None, (problem, f"{error}. The rules judge until the desk is installed again."))))
