"""A text as the encoder was trained to read it: people and links without their names."""

import html
import re

from models.words import excerpt

_LINK = re.compile(r"https?://\S+|\bwww\.\S+")
_MAIL = re.compile(r"\S+@\S+\.\w+")
_HANDLE = re.compile(r"(?<![\w@])@\w[\w.]*")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def prepare(text: str) -> str:
    """Bounded and harmless, ``@user`` for any handle and ``http`` for any link; entities and escapes resolved."""
    text = excerpt(html.unescape(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)))
    text = _MAIL.sub("http", _LINK.sub("http", text))
    return " ".join(_HANDLE.sub("@user", text).split())
