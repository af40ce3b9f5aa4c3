"""Hears Mastodon: mentions and private messages, what its search comes upon, our own posts, and what becomes of all."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from listener import again
from listener.mastodon_again import BATCH, Again
from listener.mastodon_found import found, read
from listener.mastodon_mention import mention, position
from listener.newest_first import Heard, Listing, pages
from twoway import clock
from twoway.channels.mastodon import Mastodon, Settings
from twoway.channels.mastodon_posts import Notification, Status, own_post
from twoway.domain import Gap, Page
from twoway.raw import member

PAGE = 40
"""Entries of a page; the most that Mastodon gives of posts."""
CLEARED = "the account's notifications were cleared; mentions that came shortly before may be unheard"


class Collector:
    """Hears one account on Mastodon."""

    def __init__(self, connection: Mastodon, settings: Settings, since: datetime | None = None) -> None:
        self._mastodon, self._since = connection, since
        self._read: dict[str, Callable[[str | None], Iterator[Page]]] = {
            "mentions": partial(self._listing, _Mentions(connection, settings)),
            "own": partial(self._listing, _Own(connection)),
            **{listing.name: partial(self._found, listing) for listing in found(connection)},
            "changes": lambda cursor: again.pages(Again(connection), connection.memory, cursor),
        }

    def streams(self) -> list[str]:
        """Mentions with replies and private messages, our own posts, searches, and what becomes of kept mentions."""
        return list(self._read)

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages after ``cursor``; see `listener.newest_first`. Raises ChannelError."""
        return self._read[stream](cursor)

    def _listing(self, listing: Listing, cursor: str | None) -> Iterator[Page]:
        return pages(listing, self._mastodon.name, cursor, self._since)

    def _found(self, listing: Listing, cursor: str | None) -> Iterator[Page]:
        return read(listing, self._mastodon, cursor, self._since)


class _Mentions:
    """The notifications that are mentions; a reply to a post of ours is one, and so is a private message."""

    name = "mentions"
    position = staticmethod(position)

    def __init__(self, connection: Mastodon, settings: Settings) -> None:
        self._mastodon, self._settings = connection, settings

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """The library's `notifications` cannot ask for those that the account's policy filters away, by default private
        messages of strangers; its `fetch_next` sends what it is given.
        """
        query: dict[str, Any] = {
            "_pagination_method": "GET",
            "_pagination_endpoint": "/api/v1/notifications",
            "types[]": ["mention"],
            "include_filtered": "true",
            "limit": 1 if newest else PAGE,
            **({"max_id": below} if below else {}),
        }
        return self._mastodon.page(self.name, lambda: self._mastodon.library.fetch_next(query))

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """A mention; of other notices and of scopes that nobody wants to hear nothing."""
        notice = Notification.model_validate(entry)
        status = notice.status if notice.type == "mention" else None
        if status is None or status.visibility not in self._settings.visibilities:
            return Heard(notice.created_at)
        said = mention(status, member(raw, "status"), self._mastodon.instance, self._mastodon.me.id, notice.created_at)
        return Heard(notice.created_at, mention=said)

    def lost(self, since: str) -> Gap | None:
        """Where mentions still stand of which there is no notice any more, the notices were cleared."""
        found = Again(self._mastodon).many([id_ for _, id_ in self._mastodon.memory.standing(0, BATCH)])
        named = (person for entry, _ in found.values() for person in entry.get("mentions", ()))
        return Gap(None, clock.now(), CLEARED) if any(one["id"] == self._mastodon.me.id for one in named) else None


class _Own:
    """Posts in our name, whoever wrote them: receipts of what is in doubt, or answers given elsewhere."""

    name = "own"
    position = staticmethod(position)

    def __init__(self, connection: Mastodon) -> None:
        self._mastodon = connection

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """A page of our posts."""
        library, me = self._mastodon.library, self._mastodon.me.id
        query: dict[str, Any] = {"exclude_reblogs": True, "limit": 1 if newest else PAGE, "max_id": below or None}
        return self._mastodon.page(self.name, partial(library.account_statuses, me, **query))

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """One of our posts."""
        status = Status.model_validate(entry)
        return Heard(status.created_at, change=own_post(status, raw))

    def lost(self, since: str) -> Gap | None:
        """Whoever deletes all their posts has lost nothing that was said to them."""
        return None
