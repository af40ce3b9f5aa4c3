"""What became of kept mentions: Mastodon tells nobody of an edit or a deletion; see `listener.again`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from pydantic import ValidationError

from twoway import clock
from twoway.channels.mastodon import Mastodon
from twoway.channels.mastodon_posts import Address, Status
from twoway.domain import Change, Deleted, Edited
from twoway.errors import ChannelError, Gone

BATCH = 20
"""Posts that one request may ask for."""
SINGLY = 5
"""Posts at a time, where each has to be asked for by itself."""
REQUESTS = 15
"""That one poll may spend on looking up."""
RESERVE = 100
"""Requests that are left alone, of the 300 that Mastodon grants in five minutes."""


class Again:
    """Looks kept mentions up, for one poll."""

    def __init__(self, connection: Mastodon) -> None:
        self._mastodon = connection
        self._spent = 0

    @property
    def batch(self) -> int:
        """Where each costs a request, the newest leave some of a poll's for those further down."""
        return SINGLY if self._mastodon.singly else BATCH

    def may_ask(self) -> bool:
        """Within this poll's share, and with enough left for hearing and answering."""
        left = self._mastodon.left
        return self._spent < REQUESTS and (left is None or left > RESERVE)

    def changes(self, ids: list[str]) -> Iterator[Change]:
        """Edits; and deletions, each asked for by name, since a batch may leave out what it cannot show just now."""
        found = self.many(ids)
        for id_ in ids:
            if id_ in found:
                yield from _edited(self._mastodon, *found[id_])
            elif self.may_ask():
                yield from self._one(id_)

    def many(self, ids: list[str]) -> dict[str, tuple[Any, bytes]]:
        """Those of at most BATCH posts that are shown to us, with their bytes; none where many cannot be asked for."""
        if not ids or self._mastodon.singly or not self.may_ask():
            return {}
        self._spent += 1
        library, last = self._mastodon.library, self._mastodon.wire
        try:
            listed = self._mastodon.listing("look again", partial(library.statuses, ids))
        except ChannelError:
            if last.last is None or last.last.status_code != 404:
                raise
            self._mastodon.singly = True
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
