"""X's direct messages as far as the desk reads them, where an answer to one goes, and what an app must be allowed.

https://docs.x.com/x-api/direct-messages/lookup/integrate: a conversation of two is named by both numbers, a group by
one of its own. X tells of a group who joins and who leaves, never who is in it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel, TypeAdapter, ValidationError

from twoway import clock
from twoway.channels.x_errors import forbidden
from twoway.channels.x_money import HEAR
from twoway.channels.x_posts import Attached, Entities, Id, Linked, User
from twoway.channels.x_text import readable
from twoway.domain import OwnPost
from twoway.errors import ChannelError, RateLimited, Rejected
from twoway.text import canonical, storable

if TYPE_CHECKING:
    from twoway.channels.x import X

LONGEST = 10_000
"""Characters of a message."""
PARTS = 4
"""Messages of one answer, and posts of one where that is allowed."""
MARK = "dm:"
"""Before the number of a message: those of posts look the same, and are looked up again."""
STREAM = "messages"
"""What they are heard in."""
KIND = "MessageCreate"
"""Of X's events, the one that says something."""
PLAIN: Mapping[str, list[str]] = {
    "dm_event_fields": [
        "attachments", "created_at", "dm_conversation_id", "entities", "event_type", "id", "sender_id", "text",
    ],
}  # fmt: skip
"""Messages alone, with nobody along."""
FIELDS: Mapping[str, list[str]] = {
    **PLAIN,
    "user_fields": ["name", "protected", "public_metrics", "receives_your_dm", "username", "verified"],
    "media_fields": ["alt_text", "media_key", "preview_image_url", "type", "url"],
    "expansions": ["attachments.media_keys", "sender_id"],
}
"""What is asked for with every message that is heard; the people and pictures are paid for."""
AGAIN = timedelta(hours=1)
"""Until it is asked again whether messages may be read: somebody may have allowed it."""

MAY_NOT_READ = (
    "X lets this app read no direct messages. In its developer console give the app the permission to read, write and"
    " direct message, then make new keys; a token needs the scopes dm.read and dm.write. Or switch direct_messages off"
)
MAY_NOT_READ_THIS = (
    "X does not let the desk read this conversation. Please answer in X itself; if others are closed to it as well, the"
    " app may read no direct messages any more: ask whoever runs the desk"
)
MAY_NOT_WRITE = (
    "X did not take this message: this person accepts none from you, or the app may send none (it needs the permission"
    " to direct message, a token the scope dm.write). Answer in X itself, or ask whoever runs the desk"
)
GROUP = "X does not say who is in this group, so that nobody could tell who would read an answer"
ACCEPTS_NONE = "the author accepts no messages from you through X's API"
UNNAMED = "X does not say who wrote this, so that nobody could be named"


class NotAllowed(RateLimited):
    """The app may not read messages; the rest of the channel has nothing to do with it."""


class Event(BaseModel):
    """Whatever happened in a conversation."""

    id: Id
    event_type: str
    created_at: datetime


class Message(Event):
    """Something that was said in one."""

    dm_conversation_id: str
    sender_id: Id
    text: str = ""
    urls: tuple[Linked, ...] = ()
    """What is asked for as ``entities`` stands in the message itself by X's description of its API."""
    entities: Entities = Entities()
    attachments: Attached = Attached()

    @property
    def words(self) -> str:
        """What it says."""
        return storable(readable(self.text, (*self.urls, *self.entities.urls)))

    @property
    def name(self) -> str:
        """What the desk calls it."""
        return f"{MARK}{self.id}"

    def between(self, me: str) -> bool:
        """Is it said between us and one other, and nobody else?"""
        two = self.dm_conversation_id.split("-")
        return len(two) == 2 and {me, self.sender_id} <= set(two)

    def thread(self, me: str) -> str:
        """The desk's name of its conversation; in a group each has one of their own, as nobody knows who is in it."""
        return f"{MARK}{self.dm_conversation_id}{'' if self.between(me) else f':{self.sender_id}'}"


@dataclass(frozen=True, slots=True)
class MessageAddress:
    """Where the answer to a message goes: into the conversation of two that it was said in."""

    message: str
    conversation: str
    author: str
    handle: str

    def written(self) -> str:
        """Canonical JSON, as a mention carries it."""
        return canonical({name: getattr(self, name) for name in self.__slots__})


_ADDRESS = TypeAdapter(MessageAddress)


def message_address(written: str) -> MessageAddress | None:
    """The address that a message carries; None for that of a post."""
    try:
        return _ADDRESS.validate_json(written)
    except ValidationError:
        return None


def by_hand(message: Message, author: User | None, me: str) -> str:
    """Why only a person can answer it; empty where the API may.

    X's rule about who may be answered is about posts; whoever writes to us has asked to be written to
    (https://help.x.com/en/rules-and-policies/x-automation, on direct messages).
    """
    if author is None:
        return UNNAMED
    if not message.between(me):
        return GROUP
    return ACCEPTS_NONE if author.receives_your_dm is False else ""


def link(conversation: str) -> str:
    """Where a conversation stands, for a person."""
    return f"https://x.com/messages/{conversation}"


def own_message(message: Message, raw: bytes, me: str) -> OwnPost:
    """A message of the brand as the desk hears it. X says neither what it answers nor any key."""
    return OwnPost(
        id=message.name,
        replies_to=(),
        text=message.words,
        created_at=message.created_at,
        raw=raw,
        thread=message.thread(me),
        url=link(message.dm_conversation_id),
    )


def message_length(text: str) -> int:
    """Characters of a message, never less than X counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def look_whether_allowed(x: "X") -> None:
    """Reads the newest message. Raises ChannelError, NotAllowed where the app may not."""

    def request(count: int) -> object:
        return x.library.get_direct_message_events(max_results=count, event_types=KIND, user_auth=x.signed, **PLAIN)

    with reading(x):
        x.messages("direct messages", request, (1, 1), purpose=HEAR)


@contextmanager
def reading(x: "X", *, said: str = MAY_NOT_READ, rest: bool = False) -> Iterator[None]:
    """Around a request that reads messages: that the app may not, which is ``said``, is no fault of the login.

    ``rest``: the same is not asked again for a while, as it is where everything is read. Raises ChannelError.
    """
    try:
        yield
    except ChannelError as error:
        if not _forbidden(x, error):
            raise
        refused = NotAllowed(x.name, error.operation, said, clock.now() + AGAIN, alone=True)
        if rest:
            x.rest(refused)
        raise refused from error


@contextmanager
def writing(x: "X") -> Iterator[None]:
    """Around a request that sends one: who may not be written to is no fault of the login. Raises ChannelError."""
    try:
        yield
    except ChannelError as error:
        if not _forbidden(x, error):
            raise
        raise Rejected(x.name, error.operation, f"{MAY_NOT_WRITE} ({error.said})") from error


def _forbidden(x: "X", error: ChannelError) -> bool:
    return not isinstance(error, RateLimited) and forbidden(x.wire.last)
