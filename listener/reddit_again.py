"""What became of kept mentions: Reddit tells nobody of an edit or a deletion; see `listener.again`."""

from collections.abc import Iterator
from datetime import UTC, datetime

from twoway import clock
from twoway.channels.reddit import INFO, Reddit
from twoway.channels.reddit_things import Address, Comment, Post, Thing
from twoway.domain import Change, Deleted, Edited

REQUESTS = 10
"""That one poll may spend on looking up: a thousand mentions."""
ENOUGH = 50
"""Requests that are left alone, for hearing and answering, of those that Reddit takes until its next reset."""


class Again:
    """Looks kept mentions up, for one poll."""

    batch = INFO

    def __init__(self, connection: Reddit) -> None:
        self._reddit, self._spent = connection, 0

    def may_ask(self) -> bool:
        """Within this poll's share, and with enough left for hearing and answering."""
        left = self._reddit.standing().remaining
        return self._spent < REQUESTS and (left is None or left > ENOUGH)

    def changes(self, ids: list[str]) -> Iterator[Change]:
        """Edits and deletions; messages cannot be asked for."""
        names = [id_ for id_ in ids if not id_.startswith("t4_")]
        if not names or not self.may_ask():
            return
        found = self._things(names)
        for name, (thing, raw) in found.items():
            if isinstance(thing, Comment | Post):
                yield from self._became(name, thing, raw)
        yield from self._missed([name for name in names if name not in found], found)

    def _things(self, names: list[str]) -> dict[str, tuple[Thing, bytes]]:
        self._spent += 1
        return self._reddit.things("look again", names)

    def _became(self, name: str, thing: Comment | Post, raw: bytes) -> Iterator[Change]:
        if thing.gone:
            yield Deleted(name, clock.now())
        elif not self._reddit.told.knows(name, thing.version):
            edited = thing.edited if isinstance(thing.edited, float) else 0
            at = datetime.fromtimestamp(edited, UTC) if edited else thing.at
            yield Edited(name, thing.text, at, raw, Address.of(thing))

    def _missed(self, names: list[str], found: dict[str, tuple[Thing, bytes]]) -> Iterator[Change]:
        """What is not shown is gone, if it is missing once more beside one that is shown: a platform that shows nothing
        at all has lost its memory for a moment, and ours must stay.
        """
        witness = next(iter(found), "")
        if not names or not witness or not self.may_ask():
            return
        shown = self._things([*names[: INFO - 1], witness])
        if witness in shown:
            yield from (Deleted(name, clock.now()) for name in names[: INFO - 1] if name not in shown)
