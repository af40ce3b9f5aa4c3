"""Hears the square: mentions and messages, listed newest first, and what becomes of posts.

A newest-first listing keeps a cursor of four: ``floor`` (nothing up to it is ours to hear), ``since`` (the same as a
time), ``high`` (all up to it is stored) and ``resume`` (``[top, below]`` while paging back). Each page moves only
``below``; the last one moves ``high`` to ``top``.

    high                 below        top
     |--- still to hear ---|-- stored --|   posts made meanwhile are above top: the next poll's

The first page reaches below ``high``, so that polls overlap and a post that was listed late is still heard.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from listener import unread
from twoway import clock
from twoway.channels.square import Address, Event, Notice, Post, Settings, Square
from twoway.domain import Author, Change, Deleted, Edited, Malformed, Mention, OwnPost, Page
from twoway.errors import Temporary
from twoway.text import canonical

PAGE = 40
"""Entries of a page."""
PATHS = {"mentions": "/api/v1/notifications", "messages": "/api/v1/messages"}


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a newest-first listing was heard."""

    floor: int = 0
    since: str = ""
    high: int = 0
    resume: tuple[int, int] | None = None

    @classmethod
    def read(cls, written: str) -> "Cursor | None":
        """The cursor that was stored; None if this is none."""
        try:
            stored = json.loads(written)
            top, below = stored.pop("resume") or (0, 0)
            return cls(**stored, resume=(int(top), int(below)) if top else None)
        except (ValueError, TypeError, LookupError, AttributeError):
            return None

    def written(self) -> str:
        """The form that is stored."""
        return canonical(asdict(self))

    def wants(self, notice: Notice) -> bool:
        """Is this ours to hear: after the channel's start?"""
        return notice.id > self.floor and (not self.since or notice.at >= clock.parse(self.since))

    def after(self, numbers: list[int], unwanted: bool) -> "Cursor":
        """The cursor once a page with these ids is stored; ``unwanted``: it reaches before the channel's start."""
        top, below = self.resume or (max(numbers, default=self.high), 2**62)
        if not numbers or unwanted or min(numbers) <= self.high:
            return replace(self, high=max(self.high, top), resume=None)
        return replace(self, resume=(top, min(below, *numbers)))


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
        """Pages after ``cursor``; see the module. Raises ChannelError."""
        if stream == "changes":
            return self._changes(cursor)
        return self._listing(stream, cursor)

    def _listing(self, stream: str, written: str | None) -> Iterator[Page]:
        cursor = Cursor.read(written) if written else None
        if cursor is None:
            cursor = self._start(stream)
            yield Page(cursor.written(), gap=unread.cursor() if written else None)
        resuming = cursor.resume is not None
        yield from (pages := _Pages(self._square, stream, cursor))
        if resuming:
            # What was posted while the older pages were fetched.
            yield from _Pages(self._square, stream, pages.cursor)

    def _start(self, stream: str) -> Cursor:
        if self._since is not None:
            return Cursor(since=clock.stamp(self._since))
        newest = self._square.listing(stream, PATHS[stream], limit=1)
        try:
            top = max((Notice.model_validate(entry).id for entry, _ in newest), default=0)
        except ValidationError as error:
            raise Temporary(self._square.name, stream, "the newest entry cannot be read") from error
        return Cursor(floor=top, high=top)

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


class _Pages:
    """The pages of one way back through a listing, from its cursor until what is known."""

    def __init__(self, square: Square, stream: str, cursor: Cursor) -> None:
        self._square, self._stream, self.cursor = square, stream, cursor

    def __iter__(self) -> Iterator[Page]:
        while True:
            before = self.cursor
            yield self._next()
            if self.cursor.resume is None:
                return
            if self.cursor == before:
                raise Temporary(self._square.name, self._stream, "the listing gave the same page again")

    def _next(self) -> Page:
        query: dict[str, Any] = {"limit": PAGE}
        if self.cursor.resume:
            query["max_id"] = self.cursor.resume[1]
        listed = self._square.listing(self._stream, PATHS[self._stream], **query)
        numbers = [number for entry, _ in listed if (number := _number(entry))]
        if listed and not numbers:
            raise Temporary(self._square.name, self._stream, "no entry of a page can be read")
        heard, malformed, unwanted = self._sort(listed)
        self.cursor = self.cursor.after(numbers, unwanted)
        return Page(self.cursor.written(), tuple(heard), malformed=tuple(malformed))

    def _sort(self, listed: list[tuple[Any, bytes]]) -> tuple[list[Mention], list[Malformed], bool]:
        """What was heard, what could not be read, and whether the page reaches before our start."""
        heard: list[Mention] = []
        malformed: list[Malformed] = []
        unwanted = False
        for entry, raw in listed:
            try:
                notice = Notice.model_validate(entry)
            except ValidationError as error:
                if (_number(entry) or 0) > self.cursor.floor:
                    malformed.append(unread.entry(raw, error))
                continue
            if self.cursor.wants(notice):
                heard.append(mention(notice.post, raw))
            else:
                unwanted = True
        return heard, malformed, unwanted


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
