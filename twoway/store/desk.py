"""What this file is: its stamp."""

from dataclasses import dataclass

from twoway.store.database import Store
from twoway.store.rows import columns, one


@dataclass(frozen=True, slots=True)
class Stamp:
    """The id of this desk, and whether it is a demo; both were set when the file was made and never change."""

    instance: str
    demo: int
    created_at: str


def stamp(store: Store) -> Stamp:
    """The stamp of the file."""
    return one(Stamp, store.read().execute(f"SELECT {columns(Stamp)} FROM desk"), "stamp in this database")
