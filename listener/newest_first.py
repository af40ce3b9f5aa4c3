"""Reading a listing that comes newest first, without losing anything between two pages.

The cursor: ``floor`` (nothing up to it is ours to hear), ``since`` (the same as a time), ``high`` (all up to it is
stored) and ``resume`` (``[top, below]`` while paging back). Each page moves only ``below``; the last moves ``high``.

    high                 below        top
     |--- still to hear ---|-- stored --|   what comes meanwhile is above top: the next poll's

The first page reaches below ``high``, so that polls overlap and what was listed late is still heard. ``floor``,
``high`` and ``top`` are positions, which `twoway.text.order` sorts; ``below`` is whatever the platform goes on by.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Protocol, Self

from pydantic import ValidationError

from listener import unread
from twoway import clock
from twoway.domain import Change, Gap, Malformed, Mention, Page
from twoway.errors import Temporary
from twoway.text import canonical, order


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a listing was heard."""

    floor: str = ""
    since: str = ""
    high: str = ""
    resume: tuple[str, str] | None = None

    @classmethod
    def read(cls, written: str) -> Self | None:
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

    def wants(self, position: str, at: datetime) -> bool:
        """Is this ours to hear: after the channel's start?"""
        return order(position) > order(self.floor) and (not self.since or at >= clock.parse(self.since))

    def after(self, positions: list[str], rest: str, unwanted: bool) -> "Cursor":
        """The cursor once a page with these positions is stored.

        ``rest``: how the listing goes on, if it does; ``unwanted``: the page reached before the channel's start.
        """
        top = self.resume[0] if self.resume else max(positions, key=order, default=self.high)
        if unwanted or not rest or self.met(positions):
            return replace(self, high=max(self.high, top, key=order), resume=None)
        return replace(self, resume=(top, rest))

    def met(self, positions: list[str]) -> bool:
        """Does a page with these positions reach what is stored already?"""
        return any(order(position) <= order(self.high) for position in positions)


@dataclass(frozen=True, slots=True)
class Heard:
    """What one entry of a listing is to the desk."""

    at: datetime
    mention: Mention | None = None
    change: Change | None = None


class Listing(Protocol):
    """One of a platform's listings."""

    @property
    def name(self) -> str:
        """The stream's; errors carry it."""

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """Entries with their bytes, and how the listing goes on below them, empty at its end. Raises ChannelError.

        ``below`` is what an earlier page gave for that, empty for the newest; ``newest``: one entry is enough.
        """

    def position(self, entry: Any) -> str:
        """Where an entry stands, the greater the newer; empty where that cannot be read. Two may stand at one place."""

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """What an entry is. Raises ValidationError."""

    def lost(self, since: str) -> Gap | None:
        """The listing ended before ``since``, all up to which was heard: what may be unheard? Raises ChannelError."""


def pages(listing: Listing, channel: str, written: str | None, since: datetime | None) -> Iterator[Page]:
    """Pages after a cursor; without one from ``since``, or from now where that is None. Raises ChannelError."""
    cursor = Cursor.read(written) if written else None
    if cursor is None:
        cursor = Cursor(since=clock.stamp(since)) if since else _now(listing, channel)
        yield Page(cursor.written(), gap=unread.cursor() if written else None)
    resuming = cursor.resume is not None
    yield from (back := _Back(listing, channel, cursor))
    if resuming:
        # What was posted while the older pages were fetched.
        yield from _Back(listing, channel, back.cursor)


def _now(listing: Listing, channel: str) -> Cursor:
    listed, _ = listing.page("", newest=True)
    top = max((found for entry, _ in listed if (found := listing.position(entry))), key=order, default="")
    if listed and not top:
        raise Temporary(channel, listing.name, "the newest entry cannot be read")
    return Cursor(floor=top, high=top)


class _Back:
    """One way back through a listing, from its cursor until what is known."""

    def __init__(self, listing: Listing, channel: str, cursor: Cursor) -> None:
        self._listing, self._channel, self.cursor = listing, channel, cursor
        self._been: set[str] = set()

    def __iter__(self) -> Iterator[Page]:
        while True:
            self._been.add(self.cursor.resume[1] if self.cursor.resume else "")
            yield self._next()
            if self.cursor.resume is None:
                return
            if self.cursor.resume[1] in self._been:
                raise Temporary(self._channel, self._listing.name, "the listing gave the same page again")

    def _next(self) -> Page:
        listed, rest = self._listing.page(self.cursor.resume[1] if self.cursor.resume else "")
        positions = [found for entry, _ in listed if (found := self._listing.position(entry))]
        if listed and not positions:
            raise Temporary(self._channel, self._listing.name, "no entry of a page can be read")
        heard, malformed, unwanted = self._sort(listed)
        ended = not rest and not unwanted and bool(self.cursor.high) and not self.cursor.met(positions)
        gap = self._listing.lost(self.cursor.high) if ended else None
        self.cursor = self._after(positions, rest, unwanted, gap)
        mentions = tuple(found.mention for found in heard if found.mention)
        changes = tuple(found.change for found in heard if found.change)
        return Page(self.cursor.written(), mentions, changes, gap, tuple(malformed))

    def _after(self, positions: list[str], rest: str, unwanted: bool, gap: Gap | None) -> Cursor:
        if gap is None:
            return self.cursor.after(positions, rest, unwanted)
        # What was heard before is no longer there to be met, and must not be missed again.
        top = self.cursor.resume[0] if self.cursor.resume else max(positions, key=order, default="")
        return Cursor(since=clock.stamp(gap.until), high=top)

    def _sort(self, listed: list[tuple[Any, bytes]]) -> tuple[list[Heard], list[Malformed], bool]:
        """What was heard, what could not be read, and whether the page reaches before our start."""
        heard: list[Heard] = []
        malformed: list[Malformed] = []
        unwanted = False
        for entry, raw in listed:
            position = self._listing.position(entry)
            try:
                found = self._listing.hear(entry, raw)
            except ValidationError as error:
                if not position or order(position) > order(self.cursor.floor):
                    malformed.append(unread.entry(raw, error))
                continue
            if self.cursor.wants(position, found.at):
                heard.append(found)
            else:
                unwanted = True
        return heard, malformed, unwanted
