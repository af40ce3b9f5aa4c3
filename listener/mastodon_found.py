"""What Mastodon comes upon: posts with a hashtag, and what the instance's search gives, if it has one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from listener.mastodon_again import RESERVE
from listener.mastodon_mention import mention, position
from listener.mastodon_query import searches, tags
from listener.newest_first import Heard, Listing, pages
from twoway import clock
from twoway.channels.mastodon import Mastodon
from twoway.channels.mastodon_posts import OPEN, Status
from twoway.domain import Gap, Page
from twoway.errors import AuthFailed, Temporary

PAGE = 40
"""Entries of a page; the most that Mastodon gives."""
AGAIN = 5
"""Entries of a page that the next one repeats: results move up where one before them is deleted."""
DEPTH = 10_000
"""Results that a search gives at most."""
ENDS = "the search gives no more than 10,000 results; older posts may be unheard"
NO_SEARCH = "this instance does not search posts now; posts without a hashtag of the query may be unheard"
NOT_ALLOWED = "the token may not search; make one whose application has the scope read:search"


def found(connection: Mastodon) -> list[Listing]:
    """A listing for each few hashtags and for each search; none where the query names no words."""
    hashtags = (_Tags(connection, together) for together in tags(connection.query))
    return [*hashtags, *(_Search(connection, words) for words in searches(connection.query))]


def read(listing: Listing, connection: Mastodon, cursor: str | None, since: datetime | None) -> Iterator[Page]:
    """Its pages after a cursor; none while so few requests are left that hearing and answering need them.

    One that begins keeps where it does even then, or what is said until there are enough would be passed over. A search
    that begins says whether there is one. Raises ChannelError.
    """
    short = connection.left is not None and connection.left <= RESERVE
    if short and cursor is not None:
        return
    for page in pages(listing, connection.name, cursor, since):
        missing = listing.missing() if cursor is None and isinstance(listing, _Search) else None
        cursor = page.cursor
        yield replace(page, gap=page.gap or missing)
        if short:
            return


class _Found:
    """Posts that nobody addressed to the brand; those of others that everybody may read."""

    name: str
    position = staticmethod(position)

    def __init__(self, connection: Mastodon) -> None:
        self._mastodon = connection

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """What was come upon. Our own posts and private ones are heard where they belong."""
        status, me = Status.model_validate(entry), self._mastodon.me.id
        if status.account.id == me or status.visibility not in OPEN:
            return Heard(status.created_at)
        return Heard(status.created_at, mention=mention(status, raw, self._mastodon.instance, me, found=True))

    def _ask(self, path: str, **query: Any) -> Callable[[], Any]:
        """The library's own methods for these do not take all of it; its `fetch_next` sends what it is given."""
        asked: dict[str, Any] = {"_pagination_method": "GET", "_pagination_endpoint": path, **query}
        return lambda: self._mastodon.library.fetch_next(asked)


class _Tags(_Found):
    """Public posts with any of some hashtags."""

    def __init__(self, connection: Mastodon, together: tuple[str, ...]) -> None:
        super().__init__(connection)
        self.name, self._tags = f"tags:{','.join(together)}", together

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """A page of the first tag's timeline, with the other tags in it."""
        first, *others = self._tags
        more = {"any[]": others} if others else {}
        query = {"limit": 1 if newest else PAGE, **more, **({"max_id": below} if below else {})}
        return self._mastodon.page(self.name, self._ask(f"/api/v1/timelines/tag/{first}", **query))

    def lost(self, since: str) -> Gap | None:
        """Nothing: whoever takes back what they said has left no gap."""
        return None


class _Search(_Found):
    """What the instance finds for some words, newest first; ``below`` counts results."""

    def __init__(self, connection: Mastodon, words: str) -> None:
        super().__init__(connection)
        self.name, self._words = f"search:{words}", words
        self._deep = False

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """A page. One may be short with more behind it, where the instance left something out."""
        skip = int(below) if below.isdecimal() else 0
        listed = self._search(self._words, 1 if newest else PAGE, skip)
        self._deep = skip + 2 * PAGE > DEPTH
        return listed, "" if not listed or self._deep else str(skip + PAGE - AGAIN)

    def lost(self, since: str) -> Gap | None:
        """Its results end where the instance gives no more, or where it no longer searches."""
        return Gap(None, clock.now(), ENDS) if self._deep else self.missing()

    def missing(self) -> Gap | None:
        """Does it find what must be there, a post of ours? Where there is none, it is believed."""
        library, me = self._mastodon.library, self._mastodon.me.id
        own = self._mastodon.listing(self.name, partial(library.account_statuses, me, limit=1))
        works = not own or bool(self._search("from:me", 1, 0))
        return None if works else Gap(None, clock.now(), NO_SEARCH)

    def _search(self, words: str, limit: int, skip: int) -> list[tuple[Any, bytes]]:
        query = {"q": words, "type": "statuses", "resolve": "false", "limit": limit, "offset": skip}
        try:
            return self._mastodon.listing(self.name, self._ask("/api/v2/search", **query), within="statuses")
        except AuthFailed as error:
            if self._mastodon.wire.last is None or self._mastodon.wire.last.status_code != 403:
                raise
            # What is addressed to the brand is heard all the same: no reason to pause the channel.
            raise Temporary(error.channel, error.operation, NOT_ALLOWED, alone=True) from error
