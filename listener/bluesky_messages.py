"""Hears Bluesky's direct messages: those of people whom the account does not know yet, too.

What is read is what the chat service keeps: its conversations, the one with the newest word first, and of each that has
news the messages back to what was heard before. Its log of events (``getLog``) would be simpler, but begins at *now*
for whoever has no place in it, and nobody says how far back a place is good: what the desk slept through could be gone
from it without a word (https://github.com/bluesky-social/atproto/issues/2760). Reading changes nothing that people see
in their apps.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime

from listener import unread
from listener.bluesky_again import RESERVE, profiles
from listener.bluesky_cursor import Cursor
from listener.bluesky_talks import STREAM, Talks, Told, Wanted
from twoway import clock
from twoway.channels.bluesky import Bluesky
from twoway.channels.bluesky_chat import Conversation, Message, MessageAddress, own_message
from twoway.channels.bluesky_posts import PROFILES, Profile
from twoway.channels.log import HandAddress
from twoway.domain import Author, Change, Malformed, Mention, Page
from twoway.errors import Temporary
from twoway.text import storable

PAGE = 20
"""Conversations of a page: each is one request more before anything is stored."""
MOST_OWED = 100
"""Conversations; with more, what is owed comes before what is new."""


class Messages:
    """Reads the account's conversations."""

    def __init__(self, connection: Bluesky, since: datetime | None) -> None:
        self._bluesky, self._since = connection, since

    def pages(self, written: str | None) -> Iterator[Page]:
        """Pages after a cursor, each of some conversations; without one from ``since``, else now. Raises ChannelError.

        Stops early where few requests are left; the next poll goes on. What kept some from being read is raised last.
        """
        talks, cursor = Talks(self._bluesky), Cursor.read(written) if written else None
        if cursor is None:
            cursor = self._begin(talks)
            yield Page(cursor.written(), gap=unread.cursor() if written else None)
        yield from _Poll(self._bluesky, talks, cursor).pages()
        talks.tell()

    def _begin(self, talks: Talks) -> Cursor:
        if self._since:
            since = clock.stamp(self._since)
            return Cursor.beginning(since, since=since)
        newest = _newest(talks.listed("", PAGE)[0])
        return Cursor.beginning(newest, floor=newest)


class _Poll:
    """One poll from a cursor on."""

    def __init__(self, connection: Bluesky, talks: Talks, cursor: Cursor) -> None:
        self._bluesky, self._talks, self._cursor = connection, talks, cursor

    def pages(self) -> Iterator[Page]:
        """What is owed, then what is new, unless too much is owed already."""
        yield from self._owed()
        if len(self._cursor.owed) < MOST_OWED and not self._talks.refuses_all:
            yield from self._news()
        if refused := self._talks.refused():
            noted = [_noted(name, said, self._cursor) for name, said in refused.items()]
            self._cursor = self._cursor.asked(list(refused), {})
            yield Page(self._cursor.written(), malformed=tuple(noted))

    def _may_go_on(self) -> bool:
        left = self._bluesky.left
        return not self._talks.refuses_all and (left is None or left > RESERVE)

    def _owed(self) -> Iterator[Page]:
        """What could not be read before; in any order, so that nobody waits for ever behind others."""
        names = list(self._cursor.owed)
        random.shuffle(names)
        while names and self._may_go_on() and not self._talks.stopped:
            some, names = names[:PAGE], names[PAGE:]
            yield self._read(self._cursor, [Wanted(name, self._cursor.low(name)) for name in some])

    def _news(self) -> Iterator[Page]:
        been: set[str] = set()
        while True:
            yield self._next()
            if self._cursor.done or self._talks.stopped or not self._may_go_on():
                return
            if self._cursor.resume is None:
                been.clear()
            elif self._cursor.resume[1] in been:
                raise Temporary(self._bluesky.name, STREAM, "the listing gave the same page again")
            else:
                been.add(self._cursor.resume[1])

    def _next(self) -> Page:
        cursor = self._cursor
        listed, malformed, rest = self._talks.listed(cursor.resume[1] if cursor.resume else "", PAGE)
        moved = [one.moved for one in listed if one.moved]
        after = cursor.onward(_newest(listed), "" if cursor.ends(moved) else rest)
        wanted = [Wanted(one.id, cursor.low(one.id), one) for one in listed if cursor.is_news(one.moved)]
        return self._read(after, wanted, malformed)

    def _read(self, after: Cursor, wanted: list[Wanted], malformed: Sequence[Malformed] = ()) -> Page:
        """A page of these; ``after`` is the cursor if all can be read."""
        read = self._talks.read(wanted)
        mentions, changes = self._heard(read.told)
        self._cursor = after.asked([one.id for one in wanted], read.owed)
        return Page(self._cursor.written(), mentions, changes, malformed=(*malformed, *read.malformed))

    def _heard(self, told: list[Told]) -> tuple[tuple[Mention, ...], tuple[Change, ...]]:
        me = self._bluesky.me
        ours = [
            (one.conversation, message, raw)
            for one in told
            for message, raw in one.messages
            if self._cursor.hears(message.sent_at, one.low)
        ]
        said = [found for found in ours if found[0].is_to(found[1], me)]
        people = profiles(self._bluesky, [message.by for _, message, _ in said])
        mentions = (_mention(*found, me, people.get(found[1].by)) for found in said)
        changes = (change for one in told for change in _changes(one, self._cursor, me))
        return tuple(mentions), tuple(changes)


def _newest(conversations: list[Conversation]) -> str:
    return max((one.moved for one in conversations), default="")


def _noted(name: str, said: str, cursor: Cursor) -> Malformed:
    """A conversation that is refused, as the channel's health shows it."""
    return Malformed(f"{name} {cursor.low(name)}", f"the conversation {name} cannot be read: {said}", b"")


def _changes(told: Told, cursor: Cursor, me: str) -> Iterator[Change]:
    """What we said ourselves, in answer to what came before it.

    What is removed is so for our account alone, by somebody of the brand: the customer has taken nothing back, and
    still waits for whatever they wait for.
    """
    talk, answered = told.conversation, ""
    for message, raw in told.messages:
        if talk.is_to(message, me):
            answered = talk.name_of(message)
        elif message.said and message.by == me and cursor.hears(message.sent_at, told.low):
            yield own_message(talk, message, raw, answered)


def _mention(talk: Conversation, message: Message, raw: bytes, me: str, person: Profile | None) -> Mention:
    """A message as the desk hears it; ``person`` is its author with what the conversation does not tell."""
    author = talk.member(message.by) or person
    handle = f"@{author.handle}" if author else message.by
    closed, name = talk.closed(message.by, me), talk.name_of(message)
    by_hand = HandAddress("private", f"{handle} {talk.url}", name).written()
    return Mention(
        id=name,
        author=Author(
            message.by, handle, storable(author.display_name) if author else "", f"{PROFILES}/{message.by}",
            person.followers_count if person else None,
        ),
        text=message.words,
        created_at=message.sent_at,
        address=by_hand if closed else MessageAddress.of(talk, message, handle.removeprefix("@")),
        visibility="private",
        raw=raw,
        reference=name,
        thread=talk.thread(message.by),
        route="hand" if closed else "api",
        route_reason=closed,
        quoted=message.quoted,
        url=talk.url,
    )  # fmt: skip
