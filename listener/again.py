"""Looking kept mentions up again, on platforms that tell nobody of an edit or a deletion.

Each poll looks at the newest ones, then goes on where the last poll stopped, batch by batch down to the oldest and from
the newest again. It stops when the poll's share of requests is used up.
"""

from collections.abc import Iterator
from typing import Protocol

from twoway.domain import Change, Page
from twoway.ports import Memory


class Lookup(Protocol):
    """One poll's way to ask a platform."""

    @property
    def batch(self) -> int:
        """How many mentions are looked up at a time."""

    def may_ask(self) -> bool:
        """Is some of the poll's share of requests left?"""

    def changes(self, ids: list[str]) -> Iterator[Change]:
        """What became of these mentions; the store passes over what it knows. Raises ChannelError."""


def pages(lookup: Lookup, memory: Memory, written: str | None) -> Iterator[Page]:
    """Changes, and as the cursor the number below which the next poll goes on. Raises ChannelError."""
    cursor = written if written and written.isdecimal() else "0"
    newest = memory.standing(0, lookup.batch)
    if newest:
        yield from _page(lookup, newest, cursor, written)
    below = int(cursor) or (newest[-1][0] if newest else 0)
    while newest and lookup.may_ask():
        batch = memory.standing(below, lookup.batch)
        below = batch[-1][0] if batch else 0
        yield from _page(lookup, batch, str(below), cursor)
        cursor = str(below)
        if not batch:
            return


def _page(lookup: Lookup, batch: list[tuple[int, str]], cursor: str, before: str | None) -> Iterator[Page]:
    changes = tuple(lookup.changes([id_ for _, id_ in batch]))
    if changes or cursor != before:
        yield Page(cursor, changes=changes)
