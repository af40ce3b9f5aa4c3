"""Reading back what stands in our name: listings that come newest first."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from twoway.errors import ChannelError

Entry = TypeVar("Entry")


def back_to(
    since: datetime,
    page: Callable[[str], tuple[list[Entry], str]],
    at: Callable[[Entry], datetime],
    circle: ChannelError,
) -> Iterator[Entry]:
    """The entries since then, newest first; a page that is older throughout is the last.

    ``page`` gives what is below something (empty: the newest) and how the listing goes on, empty at its end. Raises
    what it raises, and ``circle`` where the listing gives the same page again.
    """
    below, been = "", {""}
    while True:
        entries, rest = page(below)
        if entries and all(at(entry) < since for entry in entries):
            return
        yield from (entry for entry in entries if at(entry) >= since)
        if not rest:
            return
        if rest in been:
            raise circle
        been.add(rest)
        below = rest
