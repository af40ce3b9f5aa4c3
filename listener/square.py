"""Hears the square: mentions and messages, listed newest first, and what becomes of posts."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from listener import unread
from listener.newest_first import Heard, pages
from twoway.channels.square import Address, Event, Notice, Post, Settings, Square
from twoway.domain import Author, Change, Deleted, Edited, Gap, Malformed, Mention, OwnPost, Page
from twoway.errors import Temporary

PAGE = 40
"""Entries of a page."""
PATHS = {"mentions": "/api/v1/notifications", "messages": "/api/v1/messages"}


class Collector:
    """Hears one account on the square."""

    def __init__(self, connection: Square, settings: Settings, since: datetime | None = None) -> None:
        self._square = connection
        self._settings = settings
        self._since = since

    def streams(self) -> list[str]:
        """Public mentions, private messages, and what becomes of them."""
        return [*PATHS, "changes"]

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages after ``cursor``; see `listener.newest_first`. Raises ChannelError."""
        if stream == "changes":
            return self._changes(cursor)
        return pages(_Listing(self._square, stream), self._square.name, cursor, self._since)

    def _changes(self, written: str | None) -> Iterator[Page]:
        if written and written.isdecimal():
            position = int(written)
        else:
            position = 0 if self._since else self._square.ask_instance().position
            yield Page(str(position), gap=unread.cursor() if written else None)
        while entries := self._square.listing("changes", "/api/v1/activity", after=position, limit=PAGE):
            page = _changes_of(entries, position, self._since)
            yield page
            if int(page.cursor) <= position:
                raise Temporary(self._square.name, "changes", "the feed gave the same page again")
            position = int(page.cursor)


class _Listing:
    """One of the square's listings; it goes on below the lowest id of a page."""

    def __init__(self, square: Square, name: str) -> None:
        self._square, self.name = square, name

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """A page, and its lowest id."""
        query: dict[str, Any] = {"limit": 1 if newest else PAGE, **({"max_id": below} if below else {})}
        listed = self._square.listing(self.name, PATHS[self.name], **query)
        numbers = [int(found) for entry, _ in listed if (found := self.position(entry))]
        return listed, str(min(*numbers, int(below or 2**62))) if numbers else ""

    def position(self, entry: Any) -> str:
        """The id of an entry."""
        return str(_number(entry) or "")

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """A mention, or a message."""
        notice = Notice.model_validate(entry)
        return Heard(notice.at, mention=mention(notice.post, raw))

    def lost(self, since: str) -> Gap | None:
        """Nobody clears a listing of the square; what is no longer there was taken back."""
        return None


def _number(entry: Any) -> int | None:
    """The id of an entry, even of one that cannot be read otherwise: nothing may hold a stream up."""
    found = str(entry.get("id")) if isinstance(entry, dict) else ""
    return int(found) if found.isascii() and found.isdecimal() and len(found) < 20 else None


def mention(post: Post, raw: bytes) -> Mention:
    """A post as the desk hears it."""
    return Mention(
        id=post.id,
        author=Author(post.account.id, post.account.handle, post.account.name),
        text=post.text,
        created_at=post.created_at,
        address=Address.of(post),
        visibility=post.visibility,
        raw=raw,
        reference=post.id,
        replies_to=(post.in_reply_to,) if post.in_reply_to else (),
        thread=post.thread,
        url=post.url,
        edited_at=post.edited_at,
    )


def own_post(post: Post, raw: bytes) -> OwnPost:
    """A post of the brand as the desk hears it."""
    replies_to = (post.in_reply_to,) if post.in_reply_to else ()
    return OwnPost(post.id, replies_to, post.text, post.created_at, raw, post.thread, post.url, post.key or "")


def _changes_of(entries: list[tuple[Any, bytes]], position: int, since: datetime | None) -> Page:
    changes: list[Change] = []
    malformed: list[Malformed] = []
    for entry, raw in entries:
        try:
            event = Event.model_validate(entry)
        except ValidationError as error:
            malformed.append(unread.entry(raw, error))
            position = max(position, _number(entry) or 0)
            continue
        position = max(position, event.id)
        if (change := _change(event, raw)) and (since is None or event.at >= since):
            changes.append(change)
    return Page(str(position), changes=tuple(changes), malformed=tuple(malformed))


def _change(event: Event, raw: bytes) -> Change | None:
    post = event.post
    if event.kind == "deleted":
        return Deleted(event.post_id, event.at)
    if post is None:
        return None
    if event.kind == "posted":
        return own_post(post, raw)
    return Edited(post.id, post.text, event.at, raw, Address.of(post))
