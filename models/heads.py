"""From weights to probabilities: sums for each head, bent by a logistic curve or a softmax.

The constants were set by hand, looking at public training texts; they are the model's only numbers outside the lexicon.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.evidence import Say
from models.words import Token
from twoway.domain import Flag, Scores

_TEMPER = 0.7
"""Rules are right less often than their sums are large."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What all words of a text weigh together."""

    good: float
    bad: float
    complaint: float
    answer: float
    noise: float
    urgency: float


def add_up(says: Iterable[Say]) -> Sums:
    """The sums of all findings."""
    good, bad = _Damped(), _Damped()
    heads = {head: _Damped() for head in ("complaint", "answer", "noise", "urgency")}
    for say in says:
        for head, weight in say.weights.items():
            chosen = (good if weight > 0 else bad) if head == "sentiment" else heads[head]
            chosen.add(say.group, weight)
    return Sums(good.total, -bad.total, **{head: sums.total for head, sums in heads.items()})


class _Damped:
    """A sum in which the third word of the same group adds little: long texts are not worse for being long."""

    def __init__(self) -> None:
        self.total = 0.0
        self._seen: dict[str, int] = {}

    def add(self, group: str, weight: float) -> None:
        times = self._seen[group] = self._seen.get(group, 0) + 1
        self.total += weight / times**1.5 if times > 1 else weight


def sentiment(sums: Sums, found: Sequence[Token]) -> Scores:
    """Good and bad words against each other; exclamation marks make both louder."""
    shouts = min(3, sum(t.text.count("!") for t in found if t.kind == "mark"))
    force = 1.0 + 0.08 * shouts
    good, bad = sums.good * force, sums.bad * force
    return _scores({"negative": bad - 0.4 * good + 0.1, "neutral": 1.0, "positive": good - 0.5 * bad})


def complaint(sums: Sums, noise: Flag) -> Flag:
    """Whether something went wrong for its author."""
    return _flag(-1.5 + sums.complaint + 0.25 * sums.bad - 0.2 * sums.good - (1.5 if noise.flag else 0.0))


def noise(sums: Sums) -> Flag:
    """Spam, advertising, bots; whether a text is about the brand at all, words cannot tell."""
    return _flag(sums.noise - 2.2)


def wants_answer(sums: Sums, complaint: Flag, noise: Flag) -> Flag:
    """Whether its author waits for words of ours: a question, a request, a complaint."""
    return _flag(-1.6 + sums.answer + 3.0 * complaint.probability - 4.0 * noise.probability)


def urgency(sums: Sums, complaint: Flag) -> Scores:
    """Two thresholds on one scale: calm, soon, now."""
    press = sums.urgency + 1.2 * complaint.probability
    now, more = _logistic(press - 3.3), _logistic(press - 1.1)
    return _best({"calm": 1.0 - more, "soon": more - now, "now": now})


def _flag(sum_: float) -> Flag:
    probability = round(_logistic(sum_), 4)
    return Flag(probability >= 0.5, probability)


def _logistic(sum_: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, sum_))))


def _scores(sums: Mapping[str, float]) -> Scores:
    top = max(sums.values())
    powers = {label: math.exp(_TEMPER * (s - top)) for label, s in sums.items()}
    return _best({label: power / sum(powers.values()) for label, power in powers.items()})


def _best(shares: Mapping[str, float]) -> Scores:
    rounded = {label: round(share, 4) for label, share in shares.items()}
    return Scores(max(rounded, key=lambda label: rounded[label]), rounded)
