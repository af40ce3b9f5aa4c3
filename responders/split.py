"""Splits an answer that is too long for one post into numbered parts."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable

_NUMBER = " ({}/{})"


def split(text: str, length: int, parts: int, measure: Callable[[str], int] = len) -> list[str]:
    """The text as it is where it fits into ``length``; else numbered pieces cut between words.

    ``measure`` says how long the platform takes a text to be: code points, unless it counts otherwise. Deterministic.
    More than ``parts`` pieces come back as they are: the caller says what is too much.
    """
    if measure(text) <= length:
        return [text]
    room = length - len(_NUMBER.format(parts, parts))
    pieces = _pieces(text, room, measure)
    return [piece + _NUMBER.format(number, len(pieces)) for number, piece in enumerate(pieces, 1)]


def _pieces(text: str, room: int, measure: Callable[[str], int]) -> list[str]:
    pieces = []
    while measure(text) > room:
        cut = _cut(text, room, measure)
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text] if text else pieces


def _cut(text: str, room: int, measure: Callable[[str], int]) -> int:
    """Where the first piece ends: after the last space that leaves it well filled, else before a whole character."""
    spaces = [found.start() for found in re.finditer(r"\s", text) if found.start() > 0]
    fitting = bisect_right(spaces, room, key=lambda at: measure(text[:at]))
    if fitting:
        return spaces[fitting - 1]
    cut = max(1, min(room, len(text) - 1))
    while cut > 1 and _joins(text[cut]):
        cut -= 1
    return cut


def _joins(char: str) -> bool:
    """Does this code point belong to the character before it (accents, variation selectors, skin tones, joiners)?"""
    return bool(unicodedata.combining(char)) or char in "\u200d\ufe0e\ufe0f" or 0x1F3FB <= ord(char) <= 0x1F3FF
