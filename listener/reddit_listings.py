"""Reddit's listings, as `listener.newest_first` reads them.

An entry stands by the second it was posted in, then by its id. A listing ends after about a thousand entries, whatever
there is below: a gap.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from listener.newest_first import Heard
from listener.reddit_mention import mention
from twoway import clock
from twoway.channels.reddit import Reddit
from twoway.channels.reddit_things import Comment, Message, Post, Thing, own_post, position, read
from twoway.domain import Gap

PAGE = 100
"""Entries of a page; the most that Reddit gives."""
DEEPEST = 1_000
"""Entries that a listing has at most."""
SEARCHED = 250
"""Entries that a search has at most."""


class Listing:
    """One of Reddit's."""

    deepest = DEEPEST

    def __init__(self, reddit: Reddit, name: str, path: str, **query: str) -> None:
        self._reddit, self.name, self._path, self._query = reddit, name, path, query
        self._seen, self._oldest = 0, clock.now()
        self._now: dict[str, tuple[Thing, bytes]] = {}

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """A page, with what else has to be known of its entries."""
        listed, rest = self._reddit.page(self.name, self._path, below, 1 if newest else PAGE, **self._query)
        self._seen = int(below.partition(" ")[0] or 0) + len(listed)
        self._oldest = min((_at(place) for entry, _ in listed if (place := self.position(entry))), default=self._oldest)
        if not newest:
            self._now = self._reddit.things(self.name, self._wanted(entry for entry, _ in listed))
        return listed, rest if self._seen < self.deepest else ""

    def _wanted(self, entries: Iterable[Any]) -> list[str]:
        """Names of the things that have to be asked for."""
        return []

    def position(self, entry: Any) -> str:
        """By its time and its name."""
        return position(entry)

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """What an entry is. Raises ValidationError."""
        raise NotImplementedError

    def lost(self, since: str) -> Gap | None:
        """What lies deeper than the listing goes; else what was heard before was taken back, and nothing is lost."""
        if self._seen < self.deepest * 9 // 10:
            return None
        reason = f"Reddit lists no more than about {self.deepest} entries; what came between is unheard"
        return Gap(_at(since), max(self._oldest, _at(since)), reason)


class Inbox(Listing):
    """Mentions of the account, answers to its comments and posts, and private messages."""

    def __init__(self, reddit: Reddit) -> None:
        super().__init__(reddit, "inbox", "message/inbox/", mark="false")  # nobody's inbox looks read because of us

    def _wanted(self, entries: Iterable[Any]) -> list[str]:
        """Each comment as it is now, and its thread: the inbox tells neither."""
        names: list[str] = []
        for comment in _comments(entries):
            if not self._reddit.told.knows(f"inbox {comment.name}", ""):
                names += (comment.name, comment.link)
        return names

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """A mention; nothing where we know it, or where nobody says it any more."""
        said = read(entry)
        known = self._reddit.told.knows(f"inbox {said.name}", "")
        current, bytes_ = self._now.get(said.name, (said, raw))
        if known or current.gone or current.by(self._reddit.me):
            return Heard(said.at)
        return Heard(said.at, mention=mention(current, bytes_, _thread(self._now, current)))


class Found(Listing):
    """What is posted in a subreddit, or what a search comes upon, whoever it is meant for."""

    def _wanted(self, entries: Iterable[Any]) -> list[str]:
        """The threads of comments."""
        new = (one for one in _comments(entries) if not self._reddit.told.knows(f"found {one.name}", ""))
        return [comment.link for comment in new]

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """What was come upon; our own words are none."""
        said = read(entry)
        known = self._reddit.told.knows(f"found {said.name}", "")
        if known or said.gone or said.by(self._reddit.me) or isinstance(said, Message):
            return Heard(said.at)
        return Heard(said.at, mention=mention(said, raw, _thread(self._now, said), found=True))


class Search(Found):
    """What Reddit's search comes upon: posts, never comments."""

    deepest = SEARCHED


class Own(Listing):
    """What was said in our name, whoever wrote it: receipts of what is in doubt, or answers given elsewhere."""

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """One of our comments or messages."""
        said = read(entry)
        if isinstance(said, Post):
            return Heard(said.at)
        return Heard(said.at, change=own_post(said, raw))


def _comments(entries: Iterable[Any]) -> Iterable[Comment]:
    for entry in entries:
        try:
            said = read(entry)
        except ValidationError:
            continue
        if isinstance(said, Comment):
            yield said


def _thread(now: dict[str, tuple[Thing, bytes]], said: Thing) -> Post | None:
    if not isinstance(said, Comment):
        return None
    found, _ = now.get(said.link, (None, b""))
    return found if isinstance(found, Post) else None


def _at(place: str) -> datetime:
    """The time in a position."""
    return datetime.fromtimestamp(int(place[:11]), UTC)
