"""Records of a file as others write it, JSON Lines or CSV, gzipped or not: each with its line and its bytes."""

import csv
import gzip
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from desk.cli import jsonlines
from twoway.errors import Refused

NEEDED = ("id", "created_at", "text", "author_id")
"""Columns that a CSV has at least."""
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Record:
    """What stands from line ``number`` on; without ``values`` where ``mistake`` says why it could not be read."""

    number: int
    raw: bytes
    values: dict[str, Any] | None = None
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file. ``header``: the line that whatever is taken out of it needs at its beginning."""

    header: bytes
    each: Iterator[Record]


def read(source: IO[bytes], name: str) -> Records:
    """What stands in ``source``; the file's name says in which form, else its beginning. Raises Refused."""
    lines = _Lines(source)
    first = lines.take()
    lines.give_back([first] if first else [])
    return _csv(lines) if _is_csv(name, first) else Records(b"", _json_lines(lines))


def _is_csv(name: str, first: bytes) -> bool:
    kinds = [kind for kind in Path(name.lower()).suffixes if kind not in (".gz", ".rejects")]
    if kinds and kinds[-1] in (".csv", ".tsv", ".jsonl", ".ndjson", ".json"):
        return kinds[-1] in (".csv", ".tsv")
    return not first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


class _Lines:
    """Lines, of which some can be given back; ``damage`` says why they ended before the file did."""

    def __init__(self, source: IO[bytes]) -> None:
        self._lines = jsonlines.lines(source)
        self._waiting: deque[bytes] = deque()
        self.number = 0
        self.damage = ""

    def take(self) -> bytes:
        """The next line; nothing at the end."""
        try:
            line = self._waiting.popleft() if self._waiting else next(self._lines, b"")
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            self.damage, line = f"the gzip file is damaged: {error}", b""
        self.number += bool(line)
        return line

    def give_back(self, lines: list[bytes]) -> None:
        """Let these be taken once more."""
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)

    def ended(self) -> Iterator[Record]:
        """What is to be said at the end."""
        if self.damage:
            yield Record(self.number + 1, b"", mistake=self.damage)


def _json_lines(lines: _Lines) -> Iterator[Record]:
    while line := lines.take():
        try:
            if line.strip():
                yield Record(lines.number, line, jsonlines.parsed(line))
        except Refused as error:
            yield Record(lines.number, line, mistake=str(error))
    yield from lines.ended()


def _csv(lines: _Lines) -> Records:
    header = lines.take()
    delimiter = max(DELIMITERS, key=header.decode("utf-8-sig", "replace").count)
    try:
        names = [name.strip().lower() for name in next(csv.reader([_text(header)], delimiter=delimiter, strict=True))]
    except (csv.Error, StopIteration, Refused) as error:
        raise Refused(f"the first line names no columns: {error}") from None
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise Refused(f"the first line names no column {', '.join(missing)}; is it CSV with named columns?")
    return Records(header, _rows(lines, names, delimiter))


def _rows(lines: _Lines, names: list[str], delimiter: str) -> Iterator[Record]:
    while True:
        taken: list[bytes] = []
        begins = lines.number + 1
        try:
            values = next(csv.reader(_texts(lines, taken), delimiter=delimiter, strict=True), None)
            if values is None:
                break
            if values:
                yield Record(begins, b"".join(taken), _named(names, values))
        except (csv.Error, Refused) as error:
            # A quotation mark that is never closed must not take the lines behind it along.
            lines.give_back(taken[1:])
            yield Record(begins, taken[0], mistake=str(error))
    yield from lines.ended()


def _texts(lines: _Lines, taken: list[bytes]) -> Iterator[str]:
    while line := lines.take():
        taken.append(line)
        yield _text(line)


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8 (byte {error.start})") from None


def _named(names: list[str], values: list[str]) -> dict[str, Any]:
    """As JSON has it: ``author_id`` is the ``id`` of ``author``, and an empty cell is nothing."""
    if len(values) != len(names):
        raise Refused(f"{len(values)} cells, the first line names {len(names)}")
    row: dict[str, Any] = {name: value for name, value in zip(names, values, strict=True) if value or name == "text"}
    row["author"] = {name.removeprefix("author_"): row.pop(name) for name in [*row] if name.startswith("author_")}
    return row
