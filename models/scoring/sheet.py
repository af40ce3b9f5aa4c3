"""Labels and judgements side by side, head by head, as scoring wants them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.scoring.bootstrap import ROUNDS, SEED
from models.scoring.labels import HEADS, Head, guess, truths
from models.scoring.scorecard import Row, Scorecard, scorecard
from twoway.errors import Refused

UNKNOWN = "und"


@dataclass
class Sheet:
    """Grows text by text; ``judges`` are names, in the order of their judgements."""

    judges: Sequence[str]
    rows: dict[Head, list[Row]] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    """Labelled texts of each language, as their labels say."""
    unlabelled: int = 0
    silent: dict[Head, dict[str, int]] = field(default_factory=dict)
    """Labelled texts of which a judge says nothing for a head."""

    def add(self, line: Mapping[str, Any], judgements: Sequence[Mapping[str, Any]]) -> None:
        """One text with its labels and each judge's judgement. Raises Refused for what is no label or no judgement."""
        language, labels = _language(line), truths(line)
        if not labels:
            self.unlabelled += 1
            return
        self.languages[language] = self.languages.get(language, 0) + 1
        abstained = tuple(judgement.get("abstained") is True for judgement in judgements)
        for head, truth in labels.items():
            guesses = tuple(guess(judgement, head) for judgement in judgements)
            said = tuple(one for one in guesses if one)
            for name, one in zip(self.judges, guesses, strict=True):
                if one is None:
                    silent = self.silent.setdefault(head, {})
                    silent[name] = silent.get(name, 0) + 1
            if len(said) == len(guesses):
                self.rows.setdefault(head, []).append(Row(language, truth, said, abstained))

    @property
    def texts(self) -> int:
        """Texts with at least one label."""
        return sum(self.languages.values())

    def score(self, rounds: int = ROUNDS, seed: int = SEED) -> dict[Head, Scorecard]:
        """Every head that has labels and of which every judge speaks. Raises Refused where there is none.

        A judge that speaks of some texts only would be scored on those that suit it: Refused as well.
        """
        for head, names in self.silent.items():
            if head in self.rows:
                raise Refused("; ".join(f"{name} says nothing of {head} for {n} texts" for name, n in names.items()))
        if not self.rows:
            raise Refused(f"nothing to score: no text has a label ({', '.join(HEADS)}) that every judge speaks of")
        return {head: scorecard(self.rows[head], rounds, seed) for head in HEADS if head in self.rows}


def _language(line: Mapping[str, Any]) -> str:
    language = line.get("lang")
    return language if isinstance(language, str) and language else UNKNOWN
