"""Text taken apart for rules: a bounded excerpt, folded words, marks and emoji."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from twoway.text import storable

HEAD, TAIL = 3500, 1500
"""Characters read of the beginning and the end of a long text; what lies between decides nothing."""

Kind = Literal["word", "handle", "link", "emoji", "mark", "stop"]

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_LONG = re.compile(r"([^\W\d_])\1{2,}")
_TOKEN = re.compile(
    r"""
    (?P<link> https?://\S* | www\.\S+ | \S+@\S+\.\w+ | \bhttp\b )
  | (?P<handle> @\w+ )
  | (?P<word> \#?[^\W_]+(?:['’´`][^\W_]+)* )
  | (?P<emoji> [\U0001F000-\U0001FAFF\u2600-\u27BF\u2B50\u2B55] | [:;=8][-^']?[()DPp/|*] | <3+ )
  | (?P<mark> [!?]+ )
  | (?P<stop> [.,;:…–—()"„“\n]+ )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word, handle, link, emoji, mark (``!?``) or stop of a text."""

    text: str
    """Folded: lower case, umlauts written out, accents and apostrophes gone."""
    raw: str
    """As it stood in the text."""
    kind: Kind

    @property
    def loud(self) -> bool:
        """Written in capitals, or drawn out like ``sooo``."""
        return self.kind == "word" and ((len(self.raw) > 2 and self.raw.isupper()) or bool(_LONG.search(self.raw)))

    @property
    def hashtag(self) -> bool:
        """Written as ``#word``."""
        return self.raw.startswith("#")


def excerpt(text: str) -> str:
    """Head and tail of a text, without what no reader sees: control characters, overrides, zero-width joiners."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    # One character can become eighteen.
    text = unicodedata.normalize("NFKC", storable(text))[: 2 * (HEAD + TAIL)]
    if text.replace("\n", "").isprintable():
        return text  # as nearly all are: nothing of those categories is in it
    return "".join(_seen(c) for c in text)


def _seen(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return " " if category == "Cc" and char != "\n" else char


def fold(word: str) -> str:
    """The form under which words are compared: ``Müßig`` and ``muessig`` are one, ``suuuuper`` is ``super``."""
    word = unicodedata.normalize("NFC", word).casefold().translate(_UMLAUTS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if c.isalnum() or c == "*")
    return _LONG.sub(r"\1", plain)


def tokens(text: str) -> list[Token]:
    """The tokens of an excerpt, in order; what is none of them (brackets, signs) is passed over."""
    return [_token(m.lastgroup, m.group()) for m in _TOKEN.finditer(text)]


def _token(kind: str | None, raw: str) -> Token:
    match kind:
        case "word":
            return Token(fold(raw), raw, "word")
        case "link" | "handle" | "emoji" | "mark":
            return Token(raw, raw, kind)
        case _:
            return Token(raw, raw, "stop")
