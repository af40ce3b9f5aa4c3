"""The marker beside the database: the very file that was last used to send, and how far its record had come then.

A database that does not fit its marker was restored, copied or moved, or another one was put in its place; whether what
it would send has been sent meanwhile, it cannot know (`hold.py`).
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from twoway.errors import StoreError
from twoway.store import durable


@dataclass(frozen=True, slots=True)
class Marker:
    """One file, and the newest event in it before its last remote write. ``event`` 0: nothing was on record."""

    instance: str
    path: str
    """Absolute, links followed."""
    inode: int | None
    event: int
    fingerprint: str
    """The hash of that event: two files that went different ways from one backup have different ones."""


def beside(database: Path) -> Path:
    """Where the marker of a database lies."""
    return database.with_name(f"{database.name}.marker")


def read(database: Path) -> Marker | None:
    """The marker of a database; None where there is none that can be understood. Raises StoreError."""
    try:
        return Marker(**json.loads(beside(database).read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    except OSError as error:
        raise StoreError(f"the marker {beside(database)} cannot be read: {error.strerror}") from error


def write(database: Path, marker: Marker) -> None:
    """Lay the marker; on return it is durable. The caller lets nobody else write it meanwhile. Raises StoreError."""
    place = beside(database)
    new = place.with_name(f"{place.name}.new")
    with durable.os_words(place, "the marker"):
        durable.make_private(new)
        new.write_text(json.dumps(asdict(marker), indent=2) + "\n", encoding="utf-8")
        durable.put(new, place)


def misfit(found: Marker | None, wanted: Marker) -> str:
    """Why a file is not the one that its marker names; '' if it is. ``wanted`` is what its marker would say now.

    Its event and fingerprint are those that the file has under the number that the marker names.
    """
    if found is None:
        return "the marker beside the database is missing"
    if found.instance != wanted.instance:
        return "the marker beside the database belongs to another desk"
    if found.path != wanted.path:
        return "the database was copied or moved here"
    if found.inode != wanted.inode:
        return "another file was put in the place of the database"
    if (found.event, found.fingerprint) != (wanted.event, wanted.fingerprint):
        return "the database does not know what was last sent from here"
    return ""
