"""What became of kept mentions: Mastodon tells nobody of an edit or a deletion, so they are looked up again.

Each poll looks at the newest ones, then goes on where the last poll stopped, batch by batch down to the oldest and from
the newest again. It stops when the poll's share of requests is used up, and leaves enough for hearing and answering.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from pydantic import ValidationError

from twoway import clock
from twoway.channels.mastodon import Mastodon
from twoway.channels.mastodon_posts import Address, Status
from twoway.domain import Change, Deleted, Edited, Page
from twoway.errors import ChannelError, Gone

BATCH = 20
"""Posts that one request may ask for."""
REQUESTS = 15
"""That one poll may spend on looking up."""
RESERVE = 100
"""Requests that are left alone, of the 300 that Mastodon grants in five minutes."""


class Again:
    """Looks kept mentions up."""

    def __init__(self, connection: Mastodon) -> None:
        self._mastodon = connection
        self._spent = 0
        self._singly = False
        """Whether this server is older than the request for many posts at once."""

    def pages(self, written: str | None) -> Iterator[Page]:
        """Changes, and as the cursor the number below which the next poll goes on. Raises ChannelError."""
        cursor = written if written and written.isdecimal() else "0"
        newest = self._mastodon.memory.standing(0, BATCH)
        if newest:
            yield from self._page(newest, cursor, written)
        below = int(cursor) or (newest[-1][0] if newest else 0)
        while newest and self._may_ask():
            batch = self._mastodon.memory.standing(below, BATCH)
            below = batch[-1][0] if batch else 0
            yield from self._page(batch, str(below), cursor)
            cursor = str(below)
            if not batch:
                return

    def _page(self, batch: list[tuple[int, str]], cursor: str, before: str | None) -> Iterator[Page]:
        changes = tuple(self._changes([id_ for _, id_ in batch]))
        if changes or cursor != before:
            yield Page(cursor, changes=changes)

    def _may_ask(self) -> bool:
        left = self._mastodon.left
        return self._spent < REQUESTS and (left is None or left > RESERVE)

    def _changes(self, ids: list[str]) -> Iterator[Change]:
        """Edits; and deletions, each asked for by name, since a batch may leave out what it cannot show just now."""
        found = self.many(ids)
        for id_ in ids:
            if id_ in found:
                yield from _edited(self._mastodon, *found[id_])
            elif self._may_ask():
                yield from self._one(id_)

    def many(self, ids: list[str]) -> dict[str, tuple[Any, bytes]]:
        """Those of at most BATCH posts that are shown to us, with their bytes; none where many cannot be asked for."""
        if not ids or self._singly or not self._may_ask():
            return {}
        self._spent += 1
        library, last = self._mastodon.library, self._mastodon.wire
        try:
            listed = self._mastodon.listing("look again", partial(library.statuses, ids))
        except ChannelError:
            if last.last is None or last.last.status_code != 404:
                raise
            self._singly = True
            return {}
        return {str(entry["id"]): (entry, raw) for entry, raw in listed if isinstance(entry, dict) and "id" in entry}

    def _one(self, id_: str) -> Iterator[Change]:
        self._spent += 1
        try:
            raw = self._mastodon.ask("look again", partial(self._mastodon.library.status, id_))
        except Gone:
            yield Deleted(id_, clock.now())
        else:
            yield from _edited(self._mastodon, None, raw)


def _edited(connection: Mastodon, entry: Any, raw: bytes) -> Iterator[Change]:
    """The edit of a post, if there was one; the store passes over those it knows. What cannot be read still stands."""
    try:
        status = Status.model_validate_json(raw)
    except ValidationError:
        return
    if status.edited_at:
        yield Edited(status.id, status.text, status.edited_at, raw, Address.of(status, connection.instance))
