"""Reading back what stands in our name: listings that come newest first."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from twoway.errors import Temporary

Entry = TypeVar("Entry")
Place = TypeVar("Place", datetime, int)


def back_to(
    lowest: Place,
    page: Callable[[str], tuple[list[Entry], str]],
    place: Callable[[Entry], Place],
    asked: tuple[str, str],
) -> Iterator[Entry]:
    """The entries from ``lowest`` on (a time, or an id), newest first; a page that is below it throughout is the last.

    ``page`` gives what is below something (empty: the newest) and how the listing goes on, empty at its end; ``asked``
    is the channel and the operation. Raises what ``page`` raises, and Temporary where a listing goes in circles: then
    nothing is known to be absent.
    """
    below, been = "", {""}
    while True:
        entries, rest = page(below)
        wanted = [entry for entry in entries if place(entry) >= lowest]
        if entries and not wanted:
            return
        yield from wanted
        if not rest:
            return
        if rest in been:
            raise Temporary(*asked, "the listing gave the same page again")
        been.add(rest)
        below = rest
