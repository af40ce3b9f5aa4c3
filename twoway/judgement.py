"""What a model thinks of a text, as values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scores:
    """The most probable label of a head and every label's probability."""

    label: str
    of: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes-or-no head: the best guess and the probability of yes."""

    flag: bool
    probability: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a model thinks of a text. ``label`` and ``flag`` are always the best guess; ``abstained`` is separate."""

    language: str
    """ISO 639-1, or ``und``."""
    sentiment: Scores
    complaint: Flag
    wants_answer: Flag
    noise: Flag
    urgency: Scores
    abstained: bool
    model: str
    """Name and version."""
    why: tuple[str, ...] = ()
    """The words that carried the decision, each with its head: ``complaint: kaputt``."""
    furious: bool = False
    """Whether its words are those of somebody beside themselves; how sure a mood is says nothing of how strong."""

    @property
    def severe(self) -> bool:
        """A complaint that cannot wait: furious, or urgent to the minute."""
        return self.complaint.flag and (self.urgency.label == "now" or self.furious)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Judgement":
        """The judgement that ``as_json`` wrote."""
        heads = {name: dict(stored[name]) for name in ("sentiment", "urgency")}
        scores = {name: Scores(head.pop("label"), head) for name, head in heads.items()}
        flags = {name: Flag(**stored[name]) for name in ("complaint", "wants_answer", "noise")}
        return cls(**{**stored, **scores, **flags, "why": tuple(stored["why"])})

    def as_json(self) -> dict[str, Any]:
        """The form that ``twoway judge`` writes."""
        return {
            "language": self.language,
            "sentiment": {"label": self.sentiment.label, **self.sentiment.of},
            **{name: asdict(getattr(self, name)) for name in ("complaint", "wants_answer", "noise")},
            "urgency": {"label": self.urgency.label, **self.urgency.of},
            "abstained": self.abstained,
            "model": self.model,
            "why": list(self.why),
            "furious": self.furious,
        }
