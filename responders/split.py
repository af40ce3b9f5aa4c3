"""Splits an answer that is too long for one post into numbered parts."""

import re
import unicodedata

_NUMBER = " ({}/{})"


def split(text: str, length: int, parts: int) -> list[str]:
    """The text as it is where it fits into ``length`` code points; else numbered pieces cut between words.

    Deterministic. More than ``parts`` pieces come back as they are: the caller says what is too much.
    """
    if len(text) <= length:
        return [text]
    room = length - len(_NUMBER.format(parts, parts))
    pieces = _pieces(text, room)
    return [piece + _NUMBER.format(number, len(pieces)) for number, piece in enumerate(pieces, 1)]


def _pieces(text: str, room: int) -> list[str]:
    pieces = []
    while len(text) > room:
        cut = _cut(text, room)
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text] if text else pieces


def _cut(text: str, room: int) -> int:
    """Where the first piece ends: after the last space that leaves it well filled, else before a whole character."""
    spaces = [found.start() for found in re.finditer(r"\s", text[: room + 1])]
    if spaces and spaces[-1] > 0:
        return spaces[-1]
    cut = room
    while cut > 1 and _joins(text[cut]):
        cut -= 1
    return cut


def _joins(char: str) -> bool:
    """Does this code point belong to the character before it (accents, variation selectors, skin tones, joiners)?"""
    return bool(unicodedata.combining(char)) or char in "\u200d\ufe0e\ufe0f" or 0x1F3FB <= ord(char) <= 0x1F3FF
