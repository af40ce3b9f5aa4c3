"""Words and phrases found in a text, however they are written.

    text   -> folded: capitals, accents, ä and ae, invisible signs, kinds of dashes make no difference
    phrase -> its words one after the other, with spaces, hyphens, underscores or line breaks between them

A word is found whole, not inside another one; in scripts that put no spaces between words it is found anywhere. What is
compared is found by plain search, so that no text can make it slow.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

ACCENTS = 30
"""That one letter may have."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
_NO_LETTERS = str.maketrans({"™": " ", "℠": " ", "®": " ", "©": " "})
"""Signs behind a name; folded, ™ would become the letters tm."""
_ALIKE = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "œ": "oe", "ø": "oe"}
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("‘’‛ʼ´`", "'")
)
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_UMLAUT = re.compile("(?<![aeiouq])([aou])e", re.IGNORECASE)
"""Letters that may stand for one; not those of *neue* and *Queen*."""
_ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_BETWEEN = re.compile(r"[\s_-]+")
_UNSPACED = (
    "BOPOMOFO", "CJK", "HALFWIDTH", "HANGUL", "HIRAGANA", "KATAKANA", "KHMER", "LAO", "MYANMAR", "THAI", "TIBETAN",
)  # fmt: skip
"""Scripts, by the names of their letters, in which words stand or grow together without a space."""


def fold(text: str) -> str:
    """The text as it is compared; folding it again changes nothing."""
    if text.isascii():
        return text.casefold().translate(_ALIKE)
    plain = "".join(_few_accents(_INVISIBLE.sub("", text).translate(_NO_LETTERS)))
    plain = unicodedata.normalize("NFKC", plain).casefold()
    plain = unicodedata.normalize("NFKC", plain).translate(_ALIKE)
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", unicodedata.normalize("NFKD", plain)))


def spelt(term: str) -> list[str]:
    """A term as it is written, with ue for ü and with ü for ue: for a search that takes them for different words."""
    umlauts = _UMLAUT.sub(lambda found: unicodedata.normalize("NFC", f"{found[1]}\u0308"), term)
    return list(dict.fromkeys((term, term.translate(_SPELT_OUT), umlauts)))


def _few_accents(text: str) -> Iterator[str]:
    """The text without heaps of accents on one letter: putting them in order takes time that grows with their square.

    Thirty are what the stream-safe form of Unicode (UAX 15) allows.
    """
    run = 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run <= ACCENTS:
            yield letter


def _flat(folded: str) -> str:
    return _BETWEEN.sub(" ", folded).strip()


@dataclass(frozen=True, slots=True)
class Term:
    """A word, a phrase or a hashtag to look for."""

    written: str
    flat: str
    tag: str
    """The hashtag that it is, or that is written of it; empty where there can be none."""
    only_tag: bool

    @classmethod
    def of(cls, written: str) -> "Term":
        """The term that a person wrote; with ``#`` in front it means the hashtag alone."""
        folded = fold(written)
        flat = _flat(folded)
        only_tag = flat.startswith("#")
        body = "".join(c for c in flat if _in_word(c))
        whole = only_tag or body == flat.replace(" ", "")
        return cls(written, flat, body if whole else "", only_tag)


@dataclass(frozen=True, slots=True)
class Words:
    """A text in which terms are looked for."""

    flat: str
    tags: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Words":
        """The words and hashtags of a text."""
        folded = fold(text)
        return cls(_flat(folded), frozenset(_tags(folded)))

    def hold(self, term: Term) -> bool:
        """Is the term in the text?"""
        return term.tag in self.tags or (not term.only_tag and bool(term.flat) and self._whole(term.flat))

    def _whole(self, words: str) -> bool:
        at = self.flat.find(words)
        while at >= 0:
            before, after = self.flat[at - 1 : at], self.flat[at + len(words) : at + len(words) + 1]
            if not _joined(before, words[0]) and not _joined(words[-1], after):
                return True
            at = self.flat.find(words, at + 1)
        return False


def _tags(folded: str) -> Iterator[str]:
    before, *pieces = folded.split("#")
    for piece in pieces:
        # In an address (page#part) and in an entity (&#8211;) it is none.
        tag = "".join(takewhile(lambda c: c == "_" or _in_word(c), piece)).replace("_", "")
        if tag and not (before and (_in_word(before[-1]) or before[-1] in "&/_")):
            yield tag
        before = piece


def _in_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"


def _joined(left: str, right: str) -> bool:
    """Do two neighbours belong to one word?"""
    if not left or not right or not _in_word(right):
        return False
    if unicodedata.category(right)[0] == "M":
        return True  # it changes the letter before it
    return _in_word(left) and not (_unspaced(left) or _unspaced(right))


def _unspaced(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_UNSPACED)
