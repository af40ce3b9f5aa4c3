"""What is learnt from: the team's corrections and our own corpus, a part of both held out."""

from collections.abc import Iterable, Mapping

from models.embedded.heads import index
from models.embedded.prepare import prepare
from models.language import identify
from models.learning.texts import Example, examples
from twoway.text import sha256, storable

TEAM = "team"
"""The source of what people corrected."""
_HELD_OUT_BELOW = 64
"""Words are held out where the first byte of their hash is below: one in four, the same in every version."""


def lessons(corrections: Iterable[tuple[str, Mapping[str, str | bool]]]) -> list[Example]:
    """Corrections, each with the labels of the heads that it speaks of, and behind them our corpus."""
    return [*(_example(words, labels) for words, labels in corrections), *examples(None)]


def _example(words: str, labels: Mapping[str, str | bool]) -> Example:
    text = prepare(words)
    held_out = bytes.fromhex(sha256(storable(text)))[0] < _HELD_OUT_BELOW
    return Example(
        text, identify(words).code, TEAM, {head: index(head, said) for head, said in labels.items()}, held_out
    )
