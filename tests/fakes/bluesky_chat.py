"""The chat service behind the fake Bluesky: the brand's conversations (lexicons chat.bsky.convo)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import regex

from tests.fakes.bluesky_asked import Asked, Refusal
from tests.fakes.bluesky_records import wrongly_marked
from tests.fakes.bluesky_town import Person, Town, written

SERVICE = "did:web:api.bsky.chat#bsky_chat"
DEFS = "chat.bsky.convo.defs"
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_INPUT = {"text", "facets", "embed"}


@dataclass
class Word:
    """A message; without an author something that happened in a group."""

    id: str
    rev: str
    by: Person | None
    text: str
    at: datetime
    facets: list[dict[str, Any]] = field(default_factory=list)
    embed: dict[str, Any] | None = None
    removed: bool = False
    """Somebody of the brand removed it for the account; nobody else can."""

    def view(self) -> dict[str, Any]:
        """As the brand is shown it."""
        shown: dict[str, Any] = {"id": self.id, "rev": self.rev, "sentAt": written(self.at)}
        if self.by is None:
            data = {"$type": f"{DEFS}#systemMessageDataEditGroup", "newName": self.text}
            return {"$type": f"{DEFS}#systemMessageView", **shown, "data": data}
        shown["sender"] = {"did": self.by.did}
        if self.removed:
            return {"$type": f"{DEFS}#deletedMessageView", **shown}
        more = {"facets": self.facets} if self.facets else {}
        more |= {"embed": self.embed} if self.embed else {}
        return {"$type": f"{DEFS}#messageView", **shown, "text": self.text, **more, "reactions": []}


@dataclass
class Talk:
    """A conversation."""

    id: str
    members: list[Person]
    group: str = ""
    """Its name, where it is one of several."""
    status: str = "request"
    """Until the brand accepts it, or sends its first message there."""
    left: bool = False
    """By the brand."""
    words: list[Word] = field(default_factory=list)
    rev: str = ""
    """Of the last thing that happened: what was said, or how somebody liked it."""
    liked: tuple[Person, datetime] | None = None


@dataclass
class Chat:
    """What the service keeps."""

    town: Town
    talks: dict[str, Talk] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    """DIDs of those who may not take part."""
    refusing: str = ""
    """Why whoever is written to takes nothing, in the service's words."""
    broken: dict[str, int] = field(default_factory=dict)
    """Conversations whose messages it does not give, and the status that it says so with."""
    patience: int | None = None
    """How often it lets messages be read until it says wait; None: as often as anybody likes."""
    made: int = 0

    def talk(self, *people: Person, group: str = "") -> Talk:
        """The conversation of the brand with these; of two people there is one, and whoever left is in it again."""
        for talk in self.talks.values():
            if (talk.members[1:], talk.group) == ([*people], group):
                return talk
        talk = Talk(f"3chat{len(self.talks) + 1:07d}", [self.town.brand, *people], group, rev=self._rev())
        return self.talks.setdefault(talk.id, talk)

    def _rev(self) -> str:
        self.made += 1
        return "".join(_DIGITS[self.made >> shift & 31] for shift in range(60, -1, -5))

    def like(self, talk: Talk, by: Person) -> None:
        """Somebody puts a heart to the last message."""
        with self.town.lock:
            talk.rev, talk.liked = self._rev(), (by, self.town.tick())

    def write(self, by: Person, text: str, *, group: str = "", among: tuple[Person, ...] = (), **more: Any) -> Word:
        """Somebody writes to the brand with an app; where it is a group's, to all who are in it."""
        with self.town.lock:
            talk = self.talk(*(among or (by,)), group=group)
            talk.left = False
            return self.put(talk, by, text, **more)

    def put(self, talk: Talk, by: Person | None, text: str, **more: Any) -> Word:
        """Another message."""
        talk.rev = self._rev()
        word = Word(f"3msg{self.made:09d}", talk.rev, by, text, self.town.tick(), **more)
        talk.words.append(word)
        return word

    def of(self, word: Word) -> Talk:
        """The conversation that a message is in."""
        return next(talk for talk in self.talks.values() if word in talk.words)

    def by_name(self, name: str) -> tuple[Talk, Word]:
        """What the desk calls CONVERSATION/MESSAGE."""
        talk = self.talks[name.partition("/")[0]]
        return talk, next(word for word in talk.words if word.id == name.partition("/")[2])

    def _mine(self, convo: str) -> Talk:
        talk = self.talks.get(convo)
        if talk is None or talk.left:
            raise Refusal(400, "InvalidConvo", "Convo not found")
        return talk

    def _view(self, talk: Talk) -> dict[str, Any]:
        kind: dict[str, Any] = {"$type": f"{DEFS}#directConvo"}
        if talk.group:
            kind = {"$type": f"{DEFS}#groupConvo", "name": talk.group, "lockStatus": "unlocked",
                    "memberCount": len(talk.members), "createdAt": "2026-01-01T00:00:00.000Z"}  # fmt: skip
        last = {"lastMessage": talk.words[-1].view()} if talk.words else {}
        if talk.liked:
            by, at = talk.liked
            reaction = {"value": "❤", "sender": {"did": by.did}, "createdAt": written(at)}
            kind_of = f"{DEFS}#messageAndReactionView"
            last["lastReaction"] = {"$type": kind_of, "message": last["lastMessage"], "reaction": reaction}
        unread = sum(word.by is not self.town.brand for word in talk.words)
        return {"id": talk.id, "rev": talk.rev, "members": [self._member(one) for one in talk.members], "muted": False,
                "status": talk.status, "unreadCount": unread, "kind": kind, **last}  # fmt: skip

    def _member(self, person: Person) -> dict[str, Any]:
        disabled = {"chatDisabled": True} if person.did in self.disabled else {}
        return {**self.town.profile(person), **({} if person.active else {"handle": "missing.invalid"}), **disabled}

    def listed(self, asked: Asked) -> Any:
        """Conversations, what moved last first; requests too, unless only the others are asked for."""
        limit, cursor, status = asked.number("limit", 50, 100), asked.one("cursor"), asked.one("status")
        found = [talk for talk in self.talks.values() if not talk.left]
        found = [talk for talk in found if not status or talk.status == status]
        found = sorted((talk for talk in found if not cursor or talk.rev < cursor), key=lambda talk: talk.rev)[::-1]
        page = found[:limit]
        more = {"cursor": page[-1].rev} if len(found) > limit else {}
        return {"convos": [self._view(talk) for talk in page], **more}

    def one(self, asked: Asked) -> Any:
        """A conversation."""
        return {"convo": self._view(self._mine(asked.one("convoId")))}

    def messages(self, asked: Asked) -> Any:
        """What was said there, newest first."""
        talk, limit, cursor = self._mine(asked.one("convoId")), asked.number("limit", 50, 100), asked.one("cursor")
        self._admit(talk)
        found = [word for word in reversed(talk.words) if not cursor or word.rev < cursor]
        more = {"cursor": found[limit - 1].rev} if len(found) > limit else {}
        return {"messages": [word.view() for word in found[:limit]], "relatedProfiles": [], **more}

    def _admit(self, talk: Talk) -> None:
        if self.patience is not None:
            if not self.patience:
                raise Refusal(429, "RateLimitExceeded", "Rate Limit Exceeded")
            self.patience -= 1
        if status := self.broken.get(talk.id):
            raise Refusal(status, "InvalidRequest" if status == 400 else "InternalServerError", "of this one")

    def send(self, asked: Asked) -> Any:
        """The brand writes; that accepts a request, too."""
        message = asked.body.get("message")
        if said := mistake(message):
            raise Refusal(400, "InvalidRequest", said)
        talk, brand = self._mine(str(asked.body.get("convoId"))), self.town.brand
        if brand.did in self.disabled:
            raise Refusal(400, "InvalidRequest", "Account is disabled")
        if any(self.town.blocked(person) for person in talk.members[1:]):
            raise Refusal(400, "InvalidRequest", "block between recipient and sender")
        if self.refusing:
            raise Refusal(400, "InvalidRequest", self.refusing)
        talk.status = "accepted"
        word = self.put(talk, brand, message["text"], facets=message.get("facets", []))
        return {name: value for name, value in word.view().items() if name != "$type"}


def mistake(message: Any) -> str:
    """What is wrong with a message, as the service says it; empty where nothing is."""
    if not isinstance(message, dict) or not isinstance(message.get("text"), str):
        return 'Input/message must have the property "text"'
    if strange := set(message) - _INPUT:
        return f"Input/message: nobody knows {', '.join(sorted(strange))}"
    text = message["text"]
    if len(text.encode()) > 10_000:
        return "Input/message/text must not be longer than 10000 characters"
    if len(regex.findall(r"\X", text)) > 1_000:
        return "Input/message/text must not be longer than 1000 graphemes"
    return wrongly_marked(message.get("facets", []), text)


def admit(header: str) -> None:
    """The account's server passes nothing on to where it does not know, whoever asks."""
    if header and not re.fullmatch(r"did:[a-z]+:[^#\s]+#\w+", header):
        raise Refusal(400, "InvalidRequest", "no service id specified in proxy header")
    if header not in ("", SERVICE):
        raise Refusal(400, "InvalidRequest", "could not resolve proxy did service url")


LISTING = frozenset({"limit", "cursor"})
METHODS: dict[str, tuple[str, frozenset[str], Callable[[Chat, Asked], Any]]] = {
    "chat.bsky.convo.listConvos": ("GET", LISTING | {"readState", "status", "kind", "lockStatus"}, Chat.listed),
    "chat.bsky.convo.getConvo": ("GET", frozenset({"convoId"}), Chat.one),
    "chat.bsky.convo.getMessages": ("GET", LISTING | {"convoId"}, Chat.messages),
    "chat.bsky.convo.sendMessage": ("POST", frozenset({"convoId", "message"}), Chat.send),
}
"""HTTP method, known parameters. Others change what people see in their apps, and are none of the desk's."""
