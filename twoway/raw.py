"""JSON as it was written: each value with the very bytes it came in, so that what is kept is faithful to the byte."""

import json
from collections.abc import Iterator
from typing import Any

_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()


def entries(body: bytes) -> Iterator[tuple[Any, bytes]]:
    """The values of a JSON list, each with the bytes it was written with. Raises ValueError where it is no list."""
    text = body.decode()
    if not isinstance(json.loads(text), list):
        raise ValueError("not a list")
    at = _skip(text, text.index("[") + 1)
    while text[at] != "]":
        value, end = _DECODER.raw_decode(text, at)
        yield value, text[at:end].encode()
        at = _next(text, end)


def member(body: bytes, name: str) -> bytes:
    """The bytes that one member of a JSON object was written with. Raises ValueError, KeyError."""
    text = body.decode()
    if not isinstance(json.loads(text), dict):
        raise ValueError("not an object")
    at = _skip(text, text.index("{") + 1)
    while text[at] != "}":
        key, end = _DECODER.raw_decode(text, at)
        at = _skip(text, text.index(":", end) + 1)
        _, end = _DECODER.raw_decode(text, at)
        if key == name:
            return text[at:end].encode()
        at = _next(text, end)
    raise KeyError(name)


def _next(text: str, end: int) -> int:
    """Where the next value begins, or the end of the whole."""
    at = _skip(text, end)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at
