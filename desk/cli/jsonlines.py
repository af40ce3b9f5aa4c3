"""JSON Lines as others write them: read one by one, gzipped or not, every mistake named with its line."""

import gzip
import json
import math
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from desk.cli import options
from twoway.errors import Refused

LONGEST = 16 * 2**20
"""Bytes of one line; a longer one is a mistake, and never held in memory whole."""


@dataclass
class Mistakes:
    """Names each mistake on standard error as it is met; ``count`` of them so far."""

    go_on: bool
    """Whether reading goes on behind a mistake."""
    count: int = 0

    def __call__(self, said: str) -> bool:
        """Name one more; whether to go on."""
        self.count += 1
        options.say(f"twoway: {said}", err=True)
        return self.go_on


def objects(source: IO[bytes], mistake: Callable[[str], bool]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each object that has a ``text`` with the number of its line, from 1; empty lines are passed over.

    Every other line is told to ``mistake``, and reading ends there unless that says to go on.
    """
    number = 0
    try:
        for number, written in enumerate(lines(source), 1):
            try:
                if written.strip():
                    yield number, parsed(written)
            except Refused as error:
                if not mistake(f"line {number}: {error}"):
                    return
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        mistake(f"line {number + 1}: the gzip file is damaged: {error}")


def lines(source: IO[bytes]) -> Iterator[bytes]:
    """The lines, gunzipped; of one that is too long only the beginning, one byte longer than allowed."""
    peek = getattr(source, "peek", None)  # what tests type has none
    plain: Any = gzip.GzipFile(fileobj=source) if peek and peek(2)[:2] == b"\x1f\x8b" else source
    while line := plain.readline(LONGEST + 1):
        rest = line
        while len(rest) > LONGEST and not rest.endswith(b"\n"):
            rest = plain.readline(LONGEST + 1)
        yield line


def parsed(written: bytes) -> dict[str, Any]:
    """The object of a line. Raises Refused for whatever is none that has a ``text``."""
    if len(written) > LONGEST:
        raise Refused(f"longer than {LONGEST:,} bytes")
    try:
        line = json.loads(written.decode("utf-8-sig"), parse_constant=_no_json, parse_float=_number)
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8 (byte {error.start})") from None
    except (ValueError, RecursionError) as error:
        raise Refused(f"no JSON: {error}") from None
    if not isinstance(line, dict) or not isinstance(line.get("text"), str):
        raise Refused('no object with a "text"')
    return line


def _no_json(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _number(written: str) -> float:
    number = float(written)
    if math.isinf(number):
        raise ValueError(f"{written[:40]} is too large")  # it would be written as Infinity, which is no JSON
    return number


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """Lines and lines a second on standard error, told how many more are done; silent unless that alone is a terminal.

    Where standard output is the same terminal, what is printed there is progress enough.
    """
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
    from rich.text import Text

    class _Speed(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.finished_speed or task.speed or 0:,.0f} lines/s")

    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), _Speed(), TimeElapsedColumn())
    off = not sys.stderr.isatty() or sys.stdout.isatty()
    with Progress(*columns, console=Console(stderr=True), disable=off, redirect_stdout=False) as bar:
        task = bar.add_task(what, total=None)
        yield lambda more: bar.advance(task, more)
