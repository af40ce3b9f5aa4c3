"""Hears X: mentions, direct messages, what a search finds, posts in our own name, and what becomes of what was heard.

Listings are read by id, never by X's page tokens, which expire: ids are times, so that a desk can go on after any
interruption. A listing of mentions ends after 800 posts; what lies between there and what was heard before is a gap.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from listener import x_messages, x_query
from listener.newest_first import Cursor, Heard, pages
from listener.x_again import Again
from listener.x_mention import edit, mention, position
from listener.x_within import within
from twoway import clock
from twoway.channels.x import X
from twoway.channels.x_messages import STREAM
from twoway.channels.x_money import HEAR
from twoway.channels.x_posts import FIELDS, PLAIN, Listed, Post, first_id, moment, own_post
from twoway.channels.x_reach import SEARCH
from twoway.channels.x_settings import Settings
from twoway.domain import Gap, Page
from twoway.errors import Temporary
from twoway.text import order

PAGE = 100
"""Posts of a page; the most that X gives."""
SMALLEST = {"mentions": 5, "own": 5, "search": 10}
"""Posts of a page, at least."""
OVERLAP = timedelta(minutes=2)
"""How much of what was heard last is asked for again: some posts are listed late."""
FEW = 600
"""Mentions after which X cannot have listed all that it does, though some were deleted since."""
ENOUGH = "X lists 800 mentions at most; those before them are unheard"
TOO_OLD = "X's search goes back seven days; what was found before that is unheard"


class Collector:
    """Hears one account on X."""

    def __init__(self, connection: X, settings: Settings, since: datetime | None = None) -> None:
        self._x, self._since = connection, since
        self._read: dict[str, Callable[[str | None], Iterator[Page]]] = {
            "mentions": self._mentions,
            "own": self._own,
            **({STREAM: self._messages} if settings.direct_messages else {}),
            **dict(self._searches(settings)),
            "changes": lambda cursor: Again(connection).pages(cursor),
        }

    def _searches(self, settings: Settings) -> Iterator[tuple[str, Callable[[str | None], Iterator[Page]]]]:
        """A stream for each; a query that cannot be asked fails there, and the others go on."""
        try:
            found = x_query.searches(self._x.query, settings.handle, settings.search_length)
        except ValueError as error:
            yield "search", partial(self._unasked, str(error))
            return
        for number, query in enumerate(found, 1):
            yield "search" if number == 1 else f"search:{number}", partial(self._search, query)

    def _unasked(self, why: str, written: str | None) -> Iterator[Page]:
        raise Temporary(self._x.name, "search", why, alone=True)

    def streams(self) -> list[str]:
        """Mentions, our own posts, messages, a search where the query names words, what becomes of kept mentions."""
        return list(self._read)

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages after ``cursor``; see `listener.newest_first`. Raises ChannelError."""
        return self._read[stream](cursor)

    def _mentions(self, written: str | None) -> Iterator[Page]:
        if written is None and self._since:
            # A mark of which nothing was heard yet: a listing that ends before it is noticed from the first.
            written = Cursor(since=clock.stamp(self._since), high=first_id(self._since)).written()
            yield Page(written)
        yield from pages(_Mentions(self._x, written, self._since), self._x.name, written, self._since)

    def _own(self, written: str | None) -> Iterator[Page]:
        return pages(_Own(self._x, written, self._since), self._x.name, written, self._since)

    def _messages(self, written: str | None) -> Iterator[Page]:
        return x_messages.read(self._x, written, self._since)

    def _search(self, query: str, written: str | None) -> Iterator[Page]:
        def read(written: str | None, since: datetime | None) -> Iterator[Page]:
            return pages(_Search(self._x, query, written, since), self._x.name, written, since)

        return within(SEARCH, TOO_OLD, read, written, self._since)


class _Listing:
    """One of X's listings, from what a cursor says is known."""

    name: str
    position = staticmethod(position)
    fields: Mapping[str, list[str]] = FIELDS

    def __init__(self, connection: X, written: str | None, since: datetime | None) -> None:
        self._x = connection
        self._cursor = (Cursor.read(written) if written else None) or Cursor(since=clock.stamp(since) if since else "")
        self._listed = Listed()
        self._lowest, self._went_on, self._count = "", False, 0
        self._price = connection.purse.prices.mention

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """A page, and its lowest id where there is more; pages may be empty before the end."""
        smallest, self._went_on = SMALLEST[self.name], bool(below)
        query = {"until_id": below or None, "since_id": None if newest else self._above(below)}
        sizes = (smallest, smallest if newest else PAGE)
        self._listed = self._posts(sizes, query)
        been: set[str] = set()
        while self._listed.next and not self._listed.entries:
            if self._listed.next in been:
                raise Temporary(self._x.name, self.name, "the listing gave the same page again")
            been.add(self._listed.next)
            self._listed = self._posts(sizes, {**query, self._going_on: self._listed.next})
        listed = list(self._listed.entries)
        self._count += len(listed)
        self._lowest = min((found for entry, _ in listed if (found := self.position(entry))), key=order, default=below)
        return listed, self._lowest if self._listed.next else ""

    def _posts(self, sizes: tuple[int, int], query: dict[str, Any]) -> Listed:
        asked = {name: value for name, value in query.items() if value}
        return self._x.posts(
            self.name,
            lambda count: self._ask(max_results=count, user_auth=self._x.signed, **asked, **self.fields),
            sizes,
            purpose=HEAR,
            price=self._price,
            along="expansions" in self.fields,
        )

    _going_on = "pagination_token"

    def _ask(self, **query: Any) -> Any:
        raise NotImplementedError

    def _above(self, below: str) -> str | None:
        """The id above which everything is asked for: each post costs, so what is known is not listed again."""
        high = self._cursor.resume[0] if self._cursor.resume and not below else self._cursor.high
        known = [high, *([first_id(clock.parse(self._cursor.since))] if self._cursor.since else [])]
        newest = max((id_ for id_ in known if id_), key=order, default="")
        if not newest:
            return None
        return newest if below else min(newest, first_id(clock.now() - OVERLAP), key=order)

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """A mention, and its edit where it is one; nothing of our own posts and of what others only repeat."""
        post = Post.model_validate(entry)
        if post.author_id == self._x.me or post.reference("retweeted"):
            return Heard(post.created_at)
        said = mention(post, raw, self._listed, self._x, searched=self.name == "search")
        return Heard(post.created_at, said, edit(post, raw, said) if post.id != post.first else None)

    def lost(self, since: str) -> Gap | None:
        """Nothing: what a search once found stays found, what we said is ours."""
        return None


class _Mentions(_Listing):
    """Posts that name the account; answers to its posts do."""

    name = "mentions"

    def _ask(self, **query: Any) -> Any:
        return self._x.library.get_users_mentions(self._x.me, **query)

    def lost(self, since: str) -> Gap | None:
        """Where nothing at all is listed below several pages, X may have listed all that it does."""
        if not self._went_on or (not self._cursor.resume and self._count < FEW):
            return None
        if self._posts((SMALLEST["mentions"],) * 2, {"until_id": self._lowest}).entries:  # costs money: asked last
            return None
        return Gap(moment(since), moment(self._lowest), ENOUGH)


class _Own(_Listing):
    """Posts in our name, whoever wrote them: receipts of what is in doubt, or answers given elsewhere."""

    name = "own"
    fields = PLAIN | {"exclude": ["retweets"]}

    def _ask(self, **query: Any) -> Any:
        return self._x.library.get_users_tweets(self._x.me, **query)

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """One of our posts."""
        post = Post.model_validate(entry)
        return Heard(post.created_at, change=own_post(post, raw, self._x.settings.handle))


class _Search(_Listing):
    """What others say of the brand without naming its account."""

    name = "search"
    _going_on = "next_token"

    def __init__(self, connection: X, query: str, written: str | None, since: datetime | None) -> None:
        super().__init__(connection, written, since)
        self._query, self._price = query, connection.purse.prices.post

    def _ask(self, **query: Any) -> Any:
        return self._x.library.search_recent_tweets(self._query, sort_order="recency", **query)
