"""The judge that ships: what the heads say, how sure they are, when they rather ask a person, and what a text means."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from models import occlusion
from models.embedded.calibration import Costs
from models.embedded.encoder import Encoder, Vectors
from models.embedded.heads import LABELS, Matrix, softmax
from models.embedded.learned import Learned, released
from models.embedded.weights import checked, shipped
from models.language import identify_tokens
from models.rules import furious
from models.words import Token, excerpt, tokens
from twoway.domain import Flag, Judgement, Scores

NAME = "embedded"
_DIGITS = 12
"""Of a checksum, enough to tell encoders apart."""


Present = Callable[[Learned], Learned]
"""What judges now, given what the model came with; asked anew for every batch."""


def _as_released(learned: Learned) -> Learned:
    return learned


class Embedded:
    """A Judge and an Encoder (see twoway.ports). Holds the model, nothing of the texts."""

    def __init__(
        self,
        folder: Path | None = None,
        costs: Costs | None = None,
        threads: int = 0,
        present: Present = _as_released,
    ) -> None:
        """The model of a folder, by default the one that came with the desk. Raises Damaged."""
        weights = checked(folder or shipped())
        self.encoder = Encoder(weights, threads)
        self.released = released(weights)
        self._present = present
        self._costs = costs or Costs()

    @property
    def learned(self) -> Learned:
        """Heads and calibration as they are now."""
        return self._present(self.released)

    @property
    def model(self) -> str:
        """Name and version, as it is written beside every judgement."""
        return _name(self.learned)

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """One judgement a text, in order; any text gets one."""
        return self._judged(texts, self.encoder.encode(texts)) if texts else []

    @property
    def encoding(self) -> str:
        """What makes the vectors: the encoder, whatever its heads have learnt since."""
        return f"{NAME} {self.released.encoder[:_DIGITS]}"

    def encode(self, texts: Sequence[str]) -> Matrix:
        """What each text is about, as a row of length one; there is at least one."""
        return self.encoder.encode(texts).meaning

    def judge_and_encode(self, texts: Sequence[str]) -> tuple[list[Judgement], Matrix]:
        """Both, in one pass; there is at least one text."""
        vectors = self.encoder.encode(texts)
        return self._judged(texts, vectors), vectors.meaning

    def _judged(self, texts: Sequence[str], vectors: Vectors) -> list[Judgement]:
        learned = self.learned
        read = [tokens(excerpt(text)) for text in texts]
        languages = [identify_tokens(found).code for found in read]
        shares = _shares(learned, vectors, languages)
        return [
            self._judgement(learned, language, {head: rows[i] for head, rows in shares.items()}, found)
            for i, (found, language) in enumerate(zip(read, languages, strict=True))
        ]

    def why(self, text: str) -> tuple[str, ...]:
        """The words that carried each decision, found by leaving them out, as ``complaint: kaputt``."""
        return occlusion.why(self.judge([text])[0], text, self._read)

    def _read(self, texts: Sequence[str], language: str) -> Mapping[str, Matrix]:
        return _shares(self.learned, self.encoder.encode(texts), [language] * len(texts))

    def _judgement(
        self, learned: Learned, language: str, shares: Mapping[str, Matrix], found: Sequence[Token]
    ) -> Judgement:
        complaint = flag(shares["complaint"], self._costs.threshold)
        return Judgement(
            language=language,
            sentiment=scores("sentiment", shares["sentiment"]),
            complaint=complaint,
            wants_answer=flag(shares["wants_answer"]),
            noise=flag(shares["noise"]),
            urgency=scores("urgency", shares["urgency"]),
            abstained=_abstains(learned, language, shares),
            model=_name(learned),
            furious=complaint.flag and furious(found, language),
        )


def _name(learned: Learned) -> str:
    return f"{NAME} {learned.version}"


def _shares(learned: Learned, vectors: Vectors, languages: Sequence[str]) -> dict[str, Matrix]:
    """Calibrated probabilities by head, a row a text."""
    found = {}
    for head in LABELS:
        fitted = [[learned.calibration.temperature(head, language)] for language in languages]
        temperatures: Matrix = np.array(fitted, dtype=np.float32)
        found[head] = softmax(learned.heads.logits(head, vectors.pooled) / temperatures)
    return found


def _abstains(learned: Learned, language: str, shares: Mapping[str, Matrix]) -> bool:
    """In a language that was not validated, or where a head that matters does no more than guess."""
    if language not in learned.calibration.languages:
        return True
    return any(shares[head].max() < doubt for head, doubt in learned.calibration.doubt.items())


def flag(shares: Matrix, threshold: float = 0.5) -> Flag:
    """The shares of no and yes as a flag that is set from ``threshold`` on."""
    probability = round(float(shares[1]), 4)
    return Flag(probability >= threshold, probability)


def scores(head: str, shares: Matrix) -> Scores:
    """The shares of a head's labels, by name."""
    rounded = {label: round(float(share), 4) for label, share in zip(LABELS[head], shares, strict=True)}
    return Scores(max(rounded, key=lambda label: rounded[label]), rounded)
