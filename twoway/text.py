"""Text as it is kept and hashed: faithful, but safe for SQLite, JSON and a screen."""

import hashlib
import json
import re
import unicodedata
from typing import Any

_REPLACED = re.compile("[\x00\ud800-\udfff]")
_SPACED = "\t\n"
_DIRECTION = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)}


def storable(text: str) -> str:
    """The text with U+FFFD for NUL and lone surrogates, which SQLite cannot hold; nothing else is changed."""
    return _REPLACED.sub("\ufffd", text)


def harmless(text: str) -> str:
    """The text for a terminal or a single header line: no control characters, no direction overrides."""
    kept = (c for c in storable(text) if c in _SPACED or (unicodedata.category(c) != "Cc" and c not in _DIRECTION))
    return "".join(kept)


def one_line(text: str, limit: int = 120) -> str:
    """A harmless single line of at most ``limit`` characters, for lists and log lines."""
    line = " ".join(harmless(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def order(id_: str) -> tuple[int, str]:
    """Ids sort by this: they are numbers written as text, or words of one length; the empty one comes first."""
    return len(id_), id_


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, Unicode as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256(data: str | bytes) -> str:
    """The SHA-256 of bytes, or of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()
