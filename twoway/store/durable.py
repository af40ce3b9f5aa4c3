"""Files that are there whole, or not at all, whatever happens while they are written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twoway.errors import StoreError


@contextmanager
def os_words(path: Path, what: str) -> Iterator[None]:
    """What the system says about a file, in one line. Raises StoreError."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{what} {path} cannot be written: {error.strerror or error}") from error


def make_private(path: Path) -> None:
    """An empty file that only its owner may read; whatever was there is gone. Raises OSError."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)


def put(whole: Path, place: Path) -> None:
    """Move a finished file to its place, over what is there, so that a power cut finds one or the other."""
    with whole.open("rb+") as file:
        os.fsync(file.fileno())
    whole.replace(place)
    sync_folder(place)


def sync_folder(path: Path) -> None:
    """Make it durable that a file has this name."""
    folder = os.open(path.absolute().parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
