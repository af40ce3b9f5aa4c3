"""Hears Bluesky's direct messages: those of people whom the account does not know yet, too.

What is read is what the chat service keeps: its conversations, the one with the newest word first, and of each that has
news the messages back to what was heard before. Its log of events (``getLog``) would be simpler, but begins at *now*
for whoever has no place in it, and nobody says how far back a place is good: what the desk slept through could be gone
from it without a word (https://github.com/bluesky-social/atproto/issues/2760). Reading changes nothing that people see
in their apps.

A conversation in which somebody speaks while the listing is paged back jumps to its top, past where we are. So a way
back of several pages is followed by another from the top, for what has moved meanwhile, until one page is enough; only
then ``high`` moves, down to which the messages of each conversation are read:

    high             seen           below        top
     |-- heard of all but what jumped --|-- to read --|-- stored --|
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from listener import newest_first, unread
from listener.bluesky_again import RESERVE, profiles
from twoway import clock
from twoway.channels.bluesky import CONVERSATIONS, Bluesky
from twoway.channels.bluesky_chat import MESSAGES, Conversation, Listed, Message, MessageAddress, own_message
from twoway.channels.bluesky_errors import Passed
from twoway.channels.bluesky_posts import PROFILES, Profile
from twoway.channels.log import HandAddress
from twoway.domain import Author, Change, Malformed, Mention, Page
from twoway.errors import Gone, Temporary
from twoway.text import storable

PAGE = 100
"""Conversations or messages of a page; the most that the service gives."""
MARGIN = timedelta(minutes=1)
"""How much later than its time a message may appear; so far do polls overlap."""
STREAM = "messages"


@dataclass(frozen=True, slots=True)
class Cursor(newest_first.Cursor):
    """How far the conversations were heard; ``resume`` is the way back through their listing."""

    seen: str = ""
    """What has not moved since then was read, down to ``high``."""

    @classmethod
    def beginning(cls, moment: str, *, floor: str = "", since: str = "") -> "Cursor":
        """Everything up to a moment is nobody's business."""
        return cls(floor=floor, since=since, high=moment, seen=moment)

    @property
    def low(self) -> str:
        """Down to where the messages of a conversation are read."""
        return max(self.floor, self.since, _overlap(self.high))

    def reads(self, message: Message) -> bool:
        """Is it one of those that are read, and ours to hear?"""
        return message.at >= self.low and self.wants(message.at, message.sent_at)

    @property
    def done(self) -> bool:
        """Is everything heard?"""
        return self.resume is None and self.seen == self.high

    def onward(self, top: str, rest: str) -> "Cursor":
        """Once a page is stored. ``rest``: how the listing goes on, if there may be news; ``top``: where it began."""
        top = self.resume[0] if self.resume else max(top, self.seen)
        if rest:
            return replace(self, resume=(top, rest))
        return replace(self, resume=None, seen=top, high=self.high if self.resume else top)


@dataclass(frozen=True, slots=True)
class _Told:
    """What one conversation tells, oldest first."""

    conversation: Conversation
    messages: list[tuple[Message, bytes]]
    malformed: list[Malformed]


class Messages:
    """Reads the account's conversations."""

    def __init__(self, connection: Bluesky, since: datetime | None) -> None:
        self._bluesky, self._since = connection, since

    def pages(self, written: str | None) -> Iterator[Page]:
        """Pages after a cursor, each of some conversations; without one from ``since``, else now. Raises ChannelError.

        Stops early where few requests are left; the next poll goes on.
        """
        cursor = Cursor.read(written) if written else None
        if cursor is None:
            cursor = self._begin()
            yield Page(cursor.written(), gap=unread.cursor() if written else None)
        been: set[str] = set()
        while True:
            page, cursor = self._next(cursor)
            yield page
            if cursor.done or not self._may_go_on():
                return
            if cursor.resume is None:
                been.clear()
            elif cursor.resume[1] in been:
                raise Temporary(self._bluesky.name, STREAM, "the listing gave the same page again")
            else:
                been.add(cursor.resume[1])

    def _may_go_on(self) -> bool:
        left = self._bluesky.left
        return left is None or left > RESERVE

    def _begin(self) -> Cursor:
        if self._since:
            since = clock.stamp(self._since)
            return Cursor.beginning(since, since=since)
        newest = _newest(self._list("")[0])
        return Cursor.beginning(newest, floor=newest)

    def _next(self, cursor: Cursor) -> tuple[Page, Cursor]:
        conversations, malformed, rest = self._list(cursor.resume[1] if cursor.resume else "")
        moved = [one for one in conversations if one.moved > _overlap(cursor.seen)]
        told = [self._read(one, cursor.low) for one in moved]
        after = cursor.onward(_newest(conversations), "" if _ends_known(conversations, cursor.seen) else rest)
        malformed += [entry for one in told for entry in one.malformed]
        mentions, changes = self._heard(told, cursor)
        return Page(after.written(), mentions, changes, malformed=tuple(malformed)), after

    def _list(self, below: str) -> tuple[list[Conversation], list[Malformed], str]:
        """A page of conversations. Where the service no longer knows a cursor it is the first."""
        try:
            more = {"cursor": below} if below else {}
            listed, rest = self._bluesky.listing(STREAM, CONVERSATIONS, "convos", limit=PAGE, **more)
        except Passed:
            if not below:
                raise
            return self._list("")
        found: list[Conversation] = []
        malformed: list[Malformed] = []
        for entry, raw in listed:
            try:
                found.append(Conversation.model_validate(entry))
            except ValidationError as error:
                malformed.append(unread.entry(raw, error))
        if listed and not found:
            raise Temporary(self._bluesky.name, STREAM, "no entry of a page can be read")
        return found, malformed, rest

    def _read(self, conversation: Conversation, low: str) -> _Told:
        """The messages of a conversation, back to a page that reaches ``low``."""
        told, below = _Told(conversation, [], []), ""
        while True:
            more = {"cursor": below} if below else {}
            try:
                query: dict[str, Any] = {"convoId": conversation.id, "limit": PAGE, **more}
                listed, rest = self._bluesky.listing(STREAM, MESSAGES, "messages", **query)
            except Gone:  # somebody of the brand has left it meanwhile
                return told
            for entry, raw in listed:
                try:
                    told.messages.append((Listed.model_validate(entry), raw))
                except ValidationError as error:
                    told.malformed.append(unread.entry(raw, error))
            told.messages.sort(key=lambda one: one[0].at)
            if not rest or (told.messages and told.messages[0][0].at < low):
                return told
            if rest == below:
                raise Temporary(self._bluesky.name, STREAM, "a conversation gave the same page again")
            below = rest

    def _heard(self, told: list[_Told], cursor: Cursor) -> tuple[tuple[Mention, ...], tuple[Change, ...]]:
        me = self._bluesky.me
        ours = [
            (one.conversation, message, raw) for one in told for message, raw in one.messages if cursor.reads(message)
        ]
        said = [found for found in ours if found[0].is_to(found[1], me)]
        people = profiles(self._bluesky, [message.by for _, message, _ in said])
        mentions = (_mention(*found, me, people.get(found[1].by)) for found in said)
        changes = (change for one in told for change in _changes(one, cursor, me))
        return tuple(mentions), tuple(changes)


def _newest(conversations: list[Conversation]) -> str:
    return max((one.moved for one in conversations), default="")


def _ends_known(conversations: list[Conversation], seen: str) -> bool:
    """Does a page end with what has not moved since then? What was opened without a word may stand anywhere."""
    moved = [one.moved for one in conversations if one.moved]
    return bool(moved) and moved[-1] <= seen


def _overlap(moment: str) -> str:
    return clock.stamp(clock.parse(moment) - MARGIN) if moment else ""


def _changes(told: _Told, cursor: Cursor, me: str) -> Iterator[Change]:
    """What we said ourselves, in answer to what came before it.

    What is removed is so for our account alone, by somebody of the brand: the customer has taken nothing back, and
    still waits for whatever they wait for.
    """
    talk, answered = told.conversation, ""
    for message, raw in told.messages:
        if talk.is_to(message, me):
            answered = talk.name_of(message)
        elif message.said and message.by == me and cursor.reads(message):
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
        thread=talk.id,
        route="hand" if closed else "api",
        route_reason=closed,
        quoted=message.quoted,
        url=talk.url,
    )  # fmt: skip
