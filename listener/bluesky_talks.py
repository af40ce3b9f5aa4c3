"""Reads Bluesky's conversations: their listing, and what was said in them.

A conversation that cannot be read holds no other up: it is owed, and tried again at the next poll. One that the service
refuses while it lets others be read is noted by name and left.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from listener import unread
from twoway.channels.bluesky import CONVERSATIONS, Bluesky
from twoway.channels.bluesky_chat import (
    MESSAGES,
    ONE_CONVERSATION,
    Conversation,
    Listed,
    Message,
    OneConversation,
)
from twoway.channels.bluesky_errors import NotAllowed, Passed
from twoway.domain import Malformed
from twoway.errors import AuthFailed, ChannelError, Gone, RateLimited, Temporary

STREAM = "messages"
PAGE = 100
"""Messages of a page; the most that the service gives."""
FAILURES = 3
"""Conversations that cannot be read one after another, until the service itself is taken to be down."""
_OF_ALL = (RateLimited, NotAllowed, AuthFailed)
"""What is never about one conversation."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A conversation that is to be read, down to a time."""

    id: str
    low: str
    listed: Conversation | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What one conversation tells, oldest first."""

    conversation: Conversation
    low: str
    messages: list[tuple[Message, bytes]]


@dataclass(frozen=True, slots=True)
class Read:
    """What several tell, what cannot be read of it, and which of them are still to be read."""

    told: list[Told]
    malformed: list[Malformed]
    owed: dict[str, str]


class Talks:
    """Reads the account's conversations, for one poll."""

    def __init__(self, connection: Bluesky) -> None:
        self._bluesky = connection
        self.failed: dict[str, ChannelError] = {}
        """Conversations that could not be read at this poll, and why."""
        self._works = False
        self._in_a_row = 0

    @property
    def stopped(self) -> bool:
        """Is there no sense in asking for more of them now?"""
        return self._in_a_row >= FAILURES or self.refuses_all

    @property
    def refuses_all(self) -> bool:
        """Did the service say that nothing may be read, or not yet?"""
        return any(isinstance(error, _OF_ALL) for error in self.failed.values())

    def tell(self) -> None:
        """Raises why something is owed, if anything is; of several reasons what is about all."""
        for error in self.failed.values():
            if isinstance(error, _OF_ALL):
                raise error
        for name, error in self.failed.items():
            said = f"the conversation {name} cannot be read: {error.said}"
            raise Temporary(self._bluesky.name, STREAM, said, alone=self._works) from error

    def listed(self, below: str, count: int) -> tuple[list[Conversation], list[Malformed], str]:
        """A page of conversations. Where the service no longer knows a cursor it is the first. Raises ChannelError."""
        try:
            more = {"cursor": below} if below else {}
            listed, rest = self._bluesky.listing(STREAM, CONVERSATIONS, "convos", limit=count, **more)
        except Passed:
            if not below:
                raise
            return self.listed("", count)
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

    def read(self, wanted: list[Wanted]) -> Read:
        """What these tell, as far as they can be read; ``failed`` says why some cannot."""
        found = Read([], [], {})
        self._in_a_row = 0
        for one in wanted:
            found.owed[one.id] = one.low
            if self.stopped or one.id in self.failed:
                continue
            try:
                found.told.append(self._one(one, found.malformed))
                self._works, self._in_a_row = True, 0
            except Gone:  # somebody of the brand has left it meanwhile
                pass
            except ChannelError as error:
                self.failed[one.id] = error
                self._in_a_row += 1
                continue
            del found.owed[one.id]
        return found

    def refused(self) -> dict[str, str]:
        """Conversations that the service refuses while it lets others be read, and its words; they count as read."""
        names = [name for name, error in self.failed.items() if self._works and isinstance(error, Passed)]
        return {name: self.failed.pop(name).said for name in names}

    def _one(self, wanted: Wanted, malformed: list[Malformed]) -> Told:
        """The messages of a conversation, back to a page that reaches its time. Raises ChannelError."""
        talk = wanted.listed or self._shown(wanted.id)
        messages: list[tuple[Message, bytes]] = []
        below, been = "", {""}
        while True:
            listed, below = self._page(wanted.id, below)
            for entry, raw in listed:
                try:
                    messages.append((Listed.model_validate(entry), raw))
                except ValidationError as error:
                    malformed.append(unread.entry(raw, error))
            messages.sort(key=lambda one: one[0].at)
            if not below or (messages and messages[0][0].at < wanted.low):
                return Told(talk, wanted.low, messages)
            if below in been:
                raise Temporary(self._bluesky.name, STREAM, "a conversation gave the same page again")
            been.add(below)

    def _shown(self, name: str) -> Conversation:
        return self._bluesky.one(OneConversation, STREAM, ONE_CONVERSATION, convoId=name).convo

    def _page(self, name: str, below: str) -> tuple[list[tuple[Any, bytes]], str]:
        query: dict[str, Any] = {"convoId": name, "limit": PAGE}
        if not below:
            return self._bluesky.listing(STREAM, MESSAGES, "messages", **query)
        try:
            return self._bluesky.listing(STREAM, MESSAGES, "messages", **query, cursor=below)
        except Passed as error:  # a cursor that it no longer knows says nothing of the conversation
            raise Temporary(self._bluesky.name, STREAM, error.said) from error
