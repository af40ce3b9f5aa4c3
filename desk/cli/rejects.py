"""What could not be taken out of a file, beside it: lines as they were, to be mended and imported again."""

import os
from pathlib import Path
from typing import IO, Self

from desk.cli import options
from twoway.errors import Refused

_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


class Rejects:
    """Names each bad line on standard error and keeps it in FILE.rejects, which is there only if there was one.

    Raises Refused where that file cannot be written.
    """

    def __init__(self, file: Path, header: bytes) -> None:
        self.path = file.with_name(f"{file.name}.rejects")
        self.count = 0
        self._header = header
        self._kept: IO[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise self._refused(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._kept:
            self._kept.close()

    def add(self, number: int, raw: bytes, reason: str) -> None:
        """One more."""
        self.count += 1
        options.say(f"twoway: line {number}: {reason}", err=True)
        try:
            if self._kept is None:
                self._kept = os.fdopen(os.open(self.path, _NEW, 0o600), "wb")
                self._kept.write(self._header)
            self._kept.write(raw if raw.endswith(b"\n") or not raw else raw + b"\n")
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> Refused:
        return Refused(f"{self.path} cannot be written: {error.strerror}")
