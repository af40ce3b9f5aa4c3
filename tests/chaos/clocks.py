"""The desk's clock, which jumps under running workers and under those that begin afterwards.

Only `twoway.clock` reads the time, so that is where a running worker's clock jumps. The worker that begins next after a
jump lives wholly in the other time, libraries and all, by Debian's faketime.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from glob import glob
from pathlib import Path
from typing import NoReturn

from twoway import clock


def faketime() -> str:
    """The library that shifts a process's time; '' where it is not installed."""
    return next(iter(glob("/usr/lib/*/faketime/libfaketime.so.1")), "")


def follow(folder: Path) -> None:
    """This process goes by the desk's clock, less what faketime has shifted already."""
    file, shifted = folder / "clock", int(os.environ.get("FAKETIME", "0"))

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=int(file.read_text()) - shifted)

    clock.now = now


class Clock:
    """The clock of one desk."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._offset = self._furthest = 0
        self._jumped = False
        self._write()

    def jump(self, seconds: float) -> None:
        """Forward or back."""
        self._offset += int(seconds)
        self._furthest = max(self._furthest, self._offset)
        self._jumped = True
        self._write()

    def heal(self) -> None:
        """As late as it has ever been, so that whatever was put off is due."""
        self._offset, self._jumped = self._furthest, False
        self._write()

    def just_jumped(self) -> bool:
        """Whether the worker that begins now is the first since a jump; true once, and only where faketime is."""
        jumped, self._jumped = self._jumped, False
        return jumped and bool(faketime())

    def enter(self, module: str, *arguments: str) -> NoReturn:
        """Go on as another program that lives in this time."""
        how = {"LD_PRELOAD": faketime(), "FAKETIME": f"{self._offset:+d}"}
        how |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
        os.execve(sys.executable, [sys.executable, "-m", module, *arguments], {**os.environ, **how})

    def _write(self) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"{self._offset:+d}\n")
        new.replace(self._file)
