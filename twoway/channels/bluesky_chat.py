"""Bluesky's direct messages as far as the desk reads them, and where an answer to one goes.

They are kept by a service of their own (the lexicons `chat.bsky.convo`); the account's server passes requests on to it.
"""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field, TypeAdapter, model_validator

from twoway import clock
from twoway.channels.bluesky_posts import Did, Profile, View, quoted_of
from twoway.channels.bluesky_text import Facet, readable
from twoway.domain import OwnPost
from twoway.text import canonical, one_line, storable

LENGTH = 1_000
"""Graphemes of a message; in bytes ten times as many, as of a post."""
ONE_CONVERSATION = "chat.bsky.convo.getConvo"
MESSAGES = "chat.bsky.convo.getMessages"
SEND = "chat.bsky.convo.sendMessage"
PAGES = "https://bsky.app/messages"
GROUP = "a conversation of several people; whoever is in it would read an answer"
SHUT_OUT = "our account may not take part in conversations"
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:~-]{1,200}$")]


class _Typed(View):
    """What may be one of several kinds."""

    type: str = Field(default="", alias="$type")


class _By(View):
    did: Did


class Message(_Typed):
    """A message, or what stands in place of one that was removed or of something that happened."""

    id: _Id
    sent_at: AwareDatetime
    sender: _By | None = None
    text: str = ""
    facets: tuple[Facet, ...] = ()
    embed: dict[str, Any] | None = None

    @property
    def said(self) -> bool:
        """Is it somebody's words?"""
        return self.type.endswith("#messageView") and self.sender is not None

    @property
    def removed(self) -> bool:
        """Was it removed for our account?"""
        return self.type.endswith("#deletedMessageView")

    @property
    def by(self) -> str:
        """Whose words they are, or were."""
        return self.sender.did if self.sender else ""

    @property
    def at(self) -> str:
        """When it was sent, in the stored form."""
        return clock.stamp(self.sent_at)

    @property
    def words(self) -> str:
        """What it says."""
        return readable(self.text, self.facets)

    @property
    def quoted(self) -> str:
        """What the post says that it was sent with."""
        return quoted_of(self.embed)

    def names(self, did: str) -> bool:
        """Does it mention them?"""
        return any(did == one.did for facet in self.facets for one in facet.features if one.type.endswith("#mention"))


class Listed(Message):
    """A message as a conversation lists it: of a kind that is known, so that nothing passes unheard."""

    type: str = Field(alias="$type", pattern=r"#(messageView|deletedMessageView|systemMessageView)$")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.type.endswith("#messageView") and (self.sender is None or "text" not in self.model_fields_set):
            raise ValueError("a message has a sender and a text")
        return self


class _Reaction(View):
    created_at: AwareDatetime


class _Reacted(View):
    reaction: _Reaction | None = None


class Member(Profile):
    """Who is in a conversation."""

    chat_disabled: bool = False
    """They may not take part: moderators said so."""


class Conversation(View):
    """A conversation as the listing shows it."""

    id: _Id
    members: tuple[Member, ...]
    last_message: Message | None = None
    last_reaction: _Reacted | None = None
    kind: _Typed | None = None

    @property
    def is_group(self) -> bool:
        """May others than the two of us read it?"""
        return len(self.members) > 2 or bool(self.kind and self.kind.type.endswith("#groupConvo"))

    @property
    def moved(self) -> str:
        """When something last happened there, in the stored form; empty where nothing has. So they are listed."""
        last, reacted = self.last_message, self.last_reaction.reaction if self.last_reaction else None
        return max(last.at if last else "", clock.stamp(reacted.created_at) if reacted else "")

    def member(self, did: str) -> Member | None:
        """Somebody in it."""
        return next((one for one in self.members if one.did == did), None)

    def closed(self, author: str, me: str) -> str:
        """Why a program cannot answer that author's words, in plain words; empty where it can."""
        ours, theirs = self.member(me), self.member(author)
        if self.is_group:
            return GROUP
        if ours and ours.chat_disabled:
            return SHUT_OUT
        return theirs.blocked if theirs else ""

    def is_to(self, message: Message, me: str) -> bool:
        """Is it said to us? In a group only what names us is."""
        return message.said and message.by != me and (not self.is_group or message.names(me))

    def name_of(self, message: Message) -> str:
        """What the desk calls a message, for ever."""
        return f"{self.id}/{message.id}"

    def thread(self, author: str) -> str:
        """The desk's conversation of an author's words; in a group each has one of their own with us."""
        return f"{self.id}:{author}" if self.is_group else self.id

    @property
    def url(self) -> str:
        """Where a person sees it."""
        return f"{PAGES}/{self.id}"


class OneConversation(View):
    """The answer of ``ONE_CONVERSATION``."""

    convo: Conversation


@dataclass(frozen=True, slots=True)
class MessageAddress:
    """Where the answer to a message goes."""

    conversation: str
    message: str
    author: str
    handle: str
    said_at: str

    @classmethod
    def of(cls, conversation: Conversation, message: Message, handle: str) -> str:
        """The reply address of a message, as a mention carries it."""
        address = cls(conversation.id, message.id, message.by, one_line(handle, 300), message.at)
        return canonical({name: getattr(address, name) for name in cls.__slots__})


def is_message(written: str) -> bool:
    """Whether an address is that of a message, and not of a post. Raises ValueError for what is no address."""
    return "conversation" in json.loads(written)


def read_message_address(written: str) -> MessageAddress:
    """The address that ``MessageAddress.of`` wrote. Raises ValueError for anything else."""
    return TypeAdapter(MessageAddress).validate_json(written)


def own_message(conversation: Conversation, message: Message, raw: bytes, answered: str = "") -> OwnPost:
    """A message of the brand as the desk hears it; ``answered`` is the desk's name of what it follows.

    In a group that alone says whom it answers.
    """
    name = conversation.name_of(message)
    replies_to = (answered,) if answered else ()
    thread = "" if conversation.is_group else conversation.id
    return OwnPost(name, replies_to, storable(message.text), message.sent_at, raw, thread, conversation.url)
