"""What became of kept mentions: Reddit tells nobody of an edit or a deletion; see `listener.again`."""

from collections.abc import Iterable, Iterator

from twoway import clock
from twoway.channels.reddit import INFO, Reddit
from twoway.channels.reddit_things import Address, Comment, Post, Thing, closed
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
        self.versions: dict[str, str] = {}
        """Of the things whose edits were given."""

    def may_ask(self) -> bool:
        """Within this poll's share, and with enough left for hearing and answering."""
        left = self._reddit.left
        return self._spent < REQUESTS and (left is None or left > ENOUGH)

    def changes(self, ids: list[str]) -> Iterator[Change]:
        """Edits and deletions; messages cannot be asked for."""
        names = [id_ for id_ in ids if not id_.startswith("t4_")]
        if not names or not self.may_ask():
            return
        found = self._things(names)
        told = self._reddit.told
        news = {name: one for name, one in found.items() if one[0].gone or not told.knows(name, one[0].version)}
        threads = self._threads(thing for thing, _ in news.values())
        for name, (thing, raw) in news.items():
            if isinstance(thing, Comment | Post):
                yield self._became(name, thing, raw, threads)
        yield from self._missed([name for name in names if name not in found], found)

    def _things(self, names: list[str]) -> dict[str, tuple[Thing, bytes]]:
        self._spent += 1
        return self._reddit.things("look again", names)

    def _threads(self, news: Iterable[Thing]) -> dict[str, tuple[Thing, bytes]]:
        links = list(dict.fromkeys(one.link for one in news if isinstance(one, Comment) and not one.gone))
        return self._things(links) if links else {}

    def _became(self, name: str, thing: Comment | Post, raw: bytes, threads: dict[str, tuple[Thing, bytes]]) -> Change:
        """Where the thread is shut the reply address stays as it is, a person's or ours."""
        if thing.gone:
            return Deleted(name, clock.now())
        self.versions[name] = thing.version
        thread, _ = threads.get(thing.link, (None, b"")) if isinstance(thing, Comment) else (None, b"")
        shut = closed(thing, thread if isinstance(thread, Post) else None)
        return Edited(name, thing.text, thing.edited_at or thing.at, raw, "" if shut else Address.of(thing))

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
