"""A judge made of two: somebody else's model for what it says, ours for all the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from models import occlusion
from models.embedded.calibration import Costs
from models.embedded.heads import LABELS, Matrix
from models.embedded.judge import flag, scores
from models.foreign.meanings import meanings
from models.foreign.reader import Reader
from models.foreign.source import find
from twoway.domain import Judgement
from twoway.ports import Encoder, Judge

_DOUBT = 0.1
"""A most probable label this close to chance is a guess."""


class Foreign:
    """A Judge (see twoway.ports). Its probabilities are as its makers left them: nobody has calibrated them for us."""

    def __init__(
        self,
        wanted: str,
        base: Judge,
        labels: Mapping[str, str] | None = None,
        costs: Costs | None = None,
        threads: int = 0,
    ) -> None:
        """The model of a folder or of a name on Hugging Face's hub; ``labels`` as in the configuration.

        ``base`` is asked what the model does not say. Raises Unusable.
        """
        self._reader = Reader(find(wanted), threads)
        self._meanings = meanings(self._reader.name, self._reader.labels, labels or {}, self._reader.several)
        self._base = base
        self._thresholds = {"complaint": (costs or Costs()).threshold}

    @property
    def model(self) -> str:
        """Both names and versions, as they are written beside every judgement."""
        return self._named(self._base.model)

    @property
    def heads(self) -> list[str]:
        """On which somebody else's model has its say."""
        return self._meanings.heads

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """One judgement a text, in order; any text gets one."""
        return self._corrected(texts, self._base.judge(texts))

    def why(self, text: str) -> tuple[str, ...]:
        """The words that carried each decision, of each model for its own heads."""
        own = occlusion.why(self.judge([text])[0], text, lambda texts, _: self._shares(texts), self.heads)
        return (*own, *self._others(self._base.why(text)))

    def _corrected(self, texts: Sequence[str], ours: Sequence[Judgement]) -> list[Judgement]:
        shares = self._shares(texts)
        return [
            self._judgement(judged, {head: rows[i] for head, rows in shares.items()}) for i, judged in enumerate(ours)
        ]

    def _shares(self, texts: Sequence[str]) -> dict[str, Matrix]:
        return self._meanings.shares(self._reader.logits(texts))

    def _judgement(self, judged: Judgement, shares: Mapping[str, Matrix]) -> Judgement:
        said: dict[str, Any] = {
            head: scores(head, row) if len(row) > 2 else flag(row, self._thresholds.get(head, 0.5))
            for head, row in shares.items()
        }
        guessed = any(row.max() < 1 / len(LABELS[head]) + _DOUBT for head, row in shares.items())
        why = self._others(judged.why)
        return replace(judged, **said, abstained=judged.abstained or guessed, why=why, model=self._named(judged.model))

    def _named(self, ours: str) -> str:
        return f"{self._reader.name} + {ours}"

    def _others(self, reasons: Sequence[str]) -> tuple[str, ...]:
        return tuple(reason for reason in reasons if reason.partition(":")[0] not in self.heads)


class ForeignEncoder(Foreign):
    """A Judge beside one that is an Encoder too, and therefore both: what a text is about is ours to say."""

    @property
    def encoding(self) -> str:
        """As of the judge beside it."""
        return self._ours.encoding

    def encode(self, texts: Sequence[str]) -> Matrix:
        """As the judge beside it."""
        return self._ours.encode(texts)

    def judge_and_encode(self, texts: Sequence[str]) -> tuple[list[Judgement], Matrix]:
        """Both, ours in one pass."""
        ours, rows = self._ours.judge_and_encode(texts)
        return self._corrected(texts, ours), rows

    @property
    def _ours(self) -> Encoder:
        return cast("Encoder", self._base)


def beside(
    base: Judge, wanted: str, labels: Mapping[str, str] | None = None, costs: Costs | None = None, threads: int = 0
) -> Foreign:
    """That model beside our judge; an Encoder where ours is one. Raises Unusable."""
    made = ForeignEncoder if isinstance(base, Encoder) else Foreign
    return made(wanted, base, labels, costs, threads)
