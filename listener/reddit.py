"""Hears Reddit: mentions, answers and messages, what is posted where we listen, our own words, and what becomes of all.

praw's own streams remember 301 names and lose what came over a restart; here each listing keeps a cursor.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from listener import again
from listener.newest_first import pages
from listener.reddit_again import Again
from listener.reddit_listings import Found, Inbox, Listing, Own, Search
from listener.reddit_search import searches
from twoway.channels.reddit import Reddit
from twoway.channels.reddit_settings import Settings
from twoway.domain import Edited, Page


class Collector:
    """Hears one account on Reddit."""

    def __init__(self, connection: Reddit, settings: Settings, since: datetime | None = None) -> None:
        self._reddit, self._settings, self._since = connection, settings, since
        self._made: dict[str, Callable[[], Listing]] = {
            "inbox": partial(Inbox, connection),
            "own": lambda: Own(connection, "own", f"user/{connection.me}/comments/", sort="new"),
            "sent": partial(Own, connection, "sent", "message/sent/"),
            **self._searches(),
            **self._subreddits(),
        }

    def _searches(self) -> dict[str, Callable[[], Listing]]:
        """Named by number: a cursor is a time, so that other words go on where the former ones stopped."""
        how = {"sort": "new", "t": "all", "type": "link", "include_over_18": "on"}
        words = searches(self._reddit.query) if self._settings.search else []
        return {
            f"search {number}": partial(Search, self._reddit, f"search {number}", "search/", q=one, **how)
            for number, one in enumerate(words, 1)
        }

    def _subreddits(self) -> dict[str, Callable[[], Listing]]:
        """A stream each, so that one that is shut silences no other."""
        return {
            f"{what} r/{one}": partial(Found, self._reddit, f"{what} r/{one}", f"r/{one}/{what}/")
            for one in self._settings.subreddits
            for what in ("new", "comments")
        }

    def streams(self) -> list[str]:
        """The inbox, what we said in public and in private, what we come upon, and what becomes of kept mentions."""
        return [*self._made, "changes"]

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages after ``cursor``; see `listener.newest_first`. Raises ChannelError."""
        looking = Again(self._reddit)
        if stream == "changes":
            read = again.pages(looking, self._reddit.memory, cursor)
        else:
            read = pages(self._made[stream](), self._reddit.name, cursor, self._since)
        for page in read:
            yield page
            # It is stored: whoever read it came back for more.
            self._note(page, "inbox" if stream == "inbox" else "found", looking.versions)

    def _note(self, page: Page, way: str, versions: dict[str, str]) -> None:
        told = self._reddit.told
        for mention in page.mentions:
            told.keep(f"{way} {mention.id}", "")  # not its version: the store may have had an older one
        for change in page.changes:
            if isinstance(change, Edited):
                told.keep(change.id, versions.pop(change.id))
