"""Hears a feed: what is new in it, and what of it says something else now.

A feed is a window on the newest entries. The cursor remembers by their hashes those that were seen, and the validators
of the last answer, so that a server may say that nothing changed. Pages go from the oldest to the newest:

    seen before | page 1 | page 2 | last page: now also the validators

Without them on the way, a reading that ended early is taken up again; else the server would say "not modified".
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from listener.feed_entry import Entry, read
from twoway import clock
from twoway.channels.feed import Document, Feed, Settings, Validators
from twoway.domain import Gap, Malformed, Page
from twoway.text import sha256

PAGE = 50
"""Entries of a page."""
ENTRIES = 2_000
"""That are read of one feed."""
REMEMBERED = 1_000
"""Entries at least, so that a feed that shows old ones again does not repeat them."""
STREAM = "entries"


@dataclass(frozen=True, slots=True)
class Cursor:
    """What was seen of a feed."""

    seen: dict[str, str] = field(default_factory=dict)
    """Of each entry its key and the mark of what it said, the oldest first."""
    etag: str = ""
    modified: str = ""
    at: str = ""
    """When something in it was last new."""

    @classmethod
    def read(cls, written: str | None) -> "Cursor | None":
        """The cursor that was stored; None if this is none."""
        try:
            return TypeAdapter(cls).validate_json(written) if written else None
        except ValidationError:
            return None

    def written(self) -> str:
        """The form that is stored."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__}, separators=(",", ":"))

    def after(self, entries: list[Entry]) -> "Cursor":
        """The cursor once these are stored, more of the same answer to come."""
        return Cursor({**self.seen, **{entry.key: entry.mark for entry in entries}}, at=clock.stamp(clock.now()))

    def closed(self, entries: list[Entry], validators: Validators) -> "Cursor":
        """The cursor once all of an answer is stored."""
        shown = {entry.key: entry.mark for entry in entries}
        gone = [(key, mark) for key, mark in self.seen.items() if key not in shown]
        room = max(REMEMBERED - len(shown), 0)
        seen = dict(gone[max(len(gone) - room, 0) :]) | shown
        return replace(self, seen=seen, etag=validators.etag, modified=validators.modified)


class Collector:
    """Hears one feed."""

    def __init__(self, connection: Feed, settings: Settings, since: datetime | None = None) -> None:
        self._feed, self._since = connection, since

    def streams(self) -> list[str]:
        """A feed is one."""
        return [STREAM]

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages of what is new; see the module. Raises ChannelError."""
        known = Cursor.read(cursor)
        document = self._feed.fetch(stream, Validators(known.etag, known.modified) if known else Validators())
        if document is None:
            return
        entries = list(read(document, ENTRIES))
        if known is None:
            start, gap = self._start(entries, lost=bool(cursor))
        else:
            start, gap = known, _gap(known, entries)
        news = [entry for entry in entries if start.seen.get(entry.key) != entry.mark]
        if news or document.damage or start.closed(entries, document.validators) != known:
            yield from _pages(document, entries, news, start, gap)

    def _start(self, entries: list[Entry], *, lost: bool) -> tuple[Cursor, Gap | None]:
        """Where a channel begins: with what the feed dates since then; what has no date was there before."""
        since = self._since
        old = [entry for entry in entries if not since or not entry.published or entry.published < since]
        cursor = Cursor().after(old)
        now = clock.now()
        if lost:
            return cursor, Gap(None, now, "the cursor could not be read; what came meanwhile may be unheard")
        if since is None or old or not entries:
            return cursor, None
        until = min(entry.published or now for entry in entries)
        return cursor, Gap(since, min(until, now), "the feed does not reach back that far")


def _gap(known: Cursor, entries: list[Entry]) -> Gap | None:
    """Where nothing that was seen is in the feed any more, something between may have come and gone."""
    if not entries or not known.seen or any(entry.key in known.seen for entry in entries):
        return None
    now, since = clock.now(), clock.parse(known.at)
    until = min((entry.published for entry in entries if entry.published), default=now)
    reason = f"the feed shows its last {len(entries)} entries, and all of them are new; older ones may be unheard"
    return Gap(since, max(since, min(until, now)), reason)


def _pages(
    document: Document, entries: list[Entry], news: list[Entry], cursor: Cursor, gap: Gap | None
) -> Iterator[Page]:
    damage = tuple(_troubles(document))
    for at in range(0, max(len(news), 1), PAGE):
        part, before = news[at : at + PAGE], cursor
        if part:
            cursor = cursor.after(part)
        if at + PAGE >= len(news):
            cursor = cursor.closed(entries, document.validators)
        # As a mention too: it may be one only since it was edited.
        mentions = tuple(entry.mention for entry in part)
        edits = tuple(entry.edited for entry in part if entry.key in before.seen)
        yield Page(cursor.written(), mentions, edits, gap if at == 0 else None, damage)


def _troubles(document: Document) -> Iterator[Malformed]:
    if document.damage:
        yield document.damage
    if len(document.entries) > ENTRIES:
        reason = f"the feed has more than {ENTRIES} entries; only the first {ENTRIES} of them are read"
        yield Malformed(sha256(reason), reason, b"")
