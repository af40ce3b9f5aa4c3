"""Why: each word left out in turn, and each by itself, all in one batch.

Where a text says the same three times, no word is missed alone; so what a word says by itself counts as much as what is
missing without it: the first and the last of the steps that a Shapley value averages over (Lundberg and Lee 2017).
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from models.embedded.heads import LABELS, NO, YES, Matrix
from models.words import excerpt
from twoway.domain import Judgement

MOST = 32
"""Parts that a text is taken apart into; in a long one a part is several words."""
_REASONS = 3
"""Named for each head."""
_WORTH_NAMING = 0.15
"""By how much the odds (natural logarithm) have to move."""
AT_REST: Mapping[str, str] = {
    "sentiment": "neutral", "complaint": NO, "wants_answer": NO, "noise": NO, "urgency": "calm",
}  # fmt: skip
"""What is said of a text that says nothing."""
_WORD = re.compile(r"\S+")
_HANDLE = re.compile(r"@\w")
_EDGES = ".,;:!?\"'()[]„“”…–-"

Read = Callable[[Sequence[str], str], Mapping[str, Matrix]]
"""Probabilities of some texts in one language, by each head that is asked for."""


def why(judged: Judgement, text: str, read: Read, heads: Collection[str] = LABELS.keys()) -> tuple[str, ...]:
    """The heaviest words of each of those heads that is not at rest, as ``complaint: kaputt``."""
    decided = {head: label for head, label in _decided(judged).items() if head in heads and label != AT_REST[head]}
    text = excerpt(text)
    parts = _parts(text)
    if not decided or not parts:
        return ()
    without = [f"{text[:start]}{text[end:]}" for start, end in parts]
    alone = [text[start:end] for start, end in parts]
    shares = read([text, *without, "", *alone], judged.language)
    reasons = []
    for head, label in decided.items():
        odds = _log_odds(shares[head][:, LABELS[head].index(label)])
        missed, by_itself = odds[: len(parts) + 1], odds[len(parts) + 1 :]
        carried = (missed[0] - missed[1:] + by_itself[1:] - by_itself[0]) / 2
        reasons += [f"{head}: {word}" for word in _heaviest(carried, text, parts)]
    return tuple(reasons)


def _decided(judged: Judgement) -> dict[str, str]:
    flags = {"complaint": judged.complaint, "wants_answer": judged.wants_answer, "noise": judged.noise}
    named = {head: YES if flag.flag else NO for head, flag in flags.items()}
    return {"sentiment": judged.sentiment.label, **named, "urgency": judged.urgency.label}


def _parts(text: str) -> list[tuple[int, int]]:
    """Where each part begins and ends."""
    words = [found.span() for found in _WORD.finditer(text) if not _HANDLE.match(found[0])]
    size = -(-len(words) // MOST) or 1
    groups = [words[at : at + size] for at in range(0, len(words), size)]
    return [(group[0][0], group[-1][1]) for group in groups]


def _log_odds(shares: Matrix) -> Matrix:
    safe = np.clip(shares, 1e-6, 1 - 1e-6)
    odds: Matrix = np.log(safe / (1 - safe))
    return odds


def _heaviest(carried: Matrix, text: str, parts: Sequence[tuple[int, int]]) -> list[str]:
    ordered = [int(i) for i in np.argsort(-carried, kind="stable") if carried[i] >= _WORTH_NAMING]
    named = dict.fromkeys(text[slice(*parts[i])].strip(_EDGES)[:80] or text[slice(*parts[i])][:80] for i in ordered)
    return list(named)[:_REASONS]
