"""Reading a Mastodon listing, newest first, without losing anything between two pages.

The cursor: ``floor`` (nothing up to it is ours to hear), ``since`` (the same as a time), ``high`` (all up to it is
stored) and ``resume`` (``[top, below]`` while paging back). Each page moves only ``below``; the last moves ``high``.

    high                 below        top
     |--- still to hear ---|-- stored --|   what comes meanwhile is above top: the next poll's

The first page reaches below ``high``, so that polls overlap. Ids are text; `order` says which is the newer.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from pydantic import ValidationError

from listener import unread
from twoway import clock
from twoway.channels.mastodon_posts import order
from twoway.domain import Change, Gap, Malformed, Mention, Page
from twoway.errors import Temporary
from twoway.text import canonical

CLEARED = "the account's notifications were cleared; mentions that came shortly before may be unheard"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a listing was heard."""

    floor: str = ""
    since: str = ""
    high: str = ""
    resume: tuple[str, str] | None = None

    @classmethod
    def read(cls, written: str) -> "Cursor | None":
        """The cursor that was stored; None if this is none."""
        try:
            stored = json.loads(written)
            resume = stored.pop("resume")
            found = cls(**stored, resume=(str(resume[0]), str(resume[1])) if resume else None)
            return found if all(isinstance(word, str) for word in (found.floor, found.since, found.high)) else None
        except (ValueError, TypeError, LookupError, AttributeError):
            return None

    def written(self) -> str:
        """The form that is stored."""
        return canonical(asdict(self))

    def wants(self, id_: str, at: datetime) -> bool:
        """Is this ours to hear: after the channel's start?"""
        return order(id_) > order(self.floor) and (not self.since or at >= clock.parse(self.since))

    def after(self, ids: list[str], rest: str, unwanted: bool) -> "Cursor":
        """The cursor once a page with these ids is stored.

        ``rest``: below which id the listing goes on, if it does; ``unwanted``: it reached before the channel's start.
        """
        top = self.resume[0] if self.resume else max(ids, key=order, default=self.high)
        if unwanted or not rest or self.met(ids):
            return replace(self, high=max(self.high, top, key=order), resume=None)
        return replace(self, resume=(top, rest))

    def met(self, ids: list[str]) -> bool:
        """Does a page with these ids reach what is stored already?"""
        return any(order(id_) <= order(self.high) for id_ in ids)


@dataclass(frozen=True, slots=True)
class Heard:
    """What one entry of a listing is to the desk."""

    at: datetime
    mention: Mention | None = None
    change: Change | None = None


class Listing(Protocol):
    """One of Mastodon's listings."""

    name: str

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """A page and the id below which it goes on; ``newest``: only the first entry. Raises ChannelError."""

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """What an entry is. Raises ValidationError."""

    def was_cleared(self) -> bool:
        """Its end came before anything that was heard: was it emptied? Raises ChannelError."""


def pages(listing: Listing, channel: str, written: str | None, since: datetime | None) -> Iterator[Page]:
    """Pages after a cursor; without one from ``since``, or from now where that is None. Raises ChannelError."""
    cursor = Cursor.read(written) if written else None
    if cursor is None:
        cursor = Cursor(since=clock.stamp(since)) if since else _now(listing)
        yield Page(cursor.written(), gap=unread.cursor() if written else None)
    resuming = cursor.resume is not None
    yield from (back := _Back(listing, channel, cursor))
    if resuming:
        # What was posted while the older pages were fetched.
        yield from _Back(listing, channel, back.cursor)


def _now(listing: Listing) -> Cursor:
    listed, _ = listing.page("", newest=True)
    top = max((found for entry, _ in listed if (found := _id(entry))), key=order, default="")
    return Cursor(floor=top, high=top)


class _Back:
    """One way back through a listing, from its cursor until what is known."""

    def __init__(self, listing: Listing, channel: str, cursor: Cursor) -> None:
        self._listing, self._channel, self.cursor = listing, channel, cursor

    def __iter__(self) -> Iterator[Page]:
        while True:
            before = self.cursor
            yield self._next()
            if self.cursor.resume is None:
                return
            if before.resume and order(self.cursor.resume[1]) >= order(before.resume[1]):
                raise Temporary(self._channel, self._listing.name, "the listing gave the same page again")

    def _next(self) -> Page:
        listed, rest = self._listing.page(self.cursor.resume[1] if self.cursor.resume else "")
        ids = [found for entry, _ in listed if (found := _id(entry))]
        if listed and not ids:
            raise Temporary(self._channel, self._listing.name, "no entry of a page can be read")
        heard, malformed, unwanted = self._sort(listed)
        gap = self._gap(ids, rest, unwanted)
        self.cursor = self.cursor.after(ids, rest, unwanted)
        if gap:
            self.cursor = Cursor(since=clock.stamp(gap.until), high=max(ids, key=order, default=""))
        mentions = tuple(found.mention for found in heard if found.mention)
        changes = tuple(found.change for found in heard if found.change)
        return Page(self.cursor.written(), mentions, changes, gap, tuple(malformed))

    def _sort(self, listed: list[tuple[Any, bytes]]) -> tuple[list[Heard], list[Malformed], bool]:
        """What was heard, what could not be read, and whether the page reaches before our start."""
        heard: list[Heard] = []
        malformed: list[Malformed] = []
        unwanted = False
        for entry, raw in listed:
            id_ = _id(entry) or ""
            try:
                found = self._listing.hear(entry, raw)
            except ValidationError as error:
                if order(id_) > order(self.cursor.floor):
                    malformed.append(unread.entry(raw, error))
                continue
            if self.cursor.wants(id_, found.at):
                heard.append(found)
            else:
                unwanted = True
        return heard, malformed, unwanted

    def _gap(self, ids: list[str], rest: str, unwanted: bool) -> Gap | None:
        at_the_end = not rest and not unwanted and bool(self.cursor.high) and not self.cursor.met(ids)
        return Gap(None, clock.now(), CLEARED) if at_the_end and self._listing.was_cleared() else None


def _id(entry: Any) -> str | None:
    """The id of an entry, even of one that cannot be read otherwise: nothing may hold a stream up."""
    found = entry.get("id") if isinstance(entry, dict) else None
    return found if isinstance(found, str) and found.isascii() and found.isalnum() and len(found) <= 64 else None
