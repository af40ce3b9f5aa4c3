"""How far a probability can be trusted: temperatures by head and language, thresholds by what a mistake costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OTHER = "*"
"""Any language that was not fitted by itself."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was fitted on validation (Guo et al. 2017, On Calibration of Modern Neural Networks)."""

    temperatures: Mapping[str, Mapping[str, float]]
    """By head, then by language; logits are divided by it."""
    languages: frozenset[str]
    """In which every head was validated; a text in another one goes to a person."""
    doubt: Mapping[str, float]
    """By head: a most probable label below this is a guess."""

    def temperature(self, head: str, language: str) -> float:
        """Above 1 where the head is too sure of itself."""
        fitted = self.temperatures[head]
        return fitted.get(language, fitted[OTHER])

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Calibration":
        """What ``as_json`` wrote."""
        return cls(stored["temperatures"], frozenset(stored["languages"]), stored["doubt"])

    def as_json(self) -> dict[str, Any]:
        """The form of ``calibration.json``."""
        return {"temperatures": self.temperatures, "languages": sorted(self.languages), "doubt": self.doubt}


@dataclass(frozen=True, slots=True)
class Costs:
    """What a mistake costs, one against the other."""

    missed: float = 1.5
    """A complaint that is taken for none."""
    false: float = 1.0
    """A text wrongly taken for a complaint."""

    @property
    def threshold(self) -> float:
        """From which probability on calling it a complaint costs less (Elkan 2001, Cost-Sensitive Learning)."""
        return self.false / (self.false + self.missed)
