"""Answers to Bluesky's direct messages, as the brand's account."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ValidationError

from responders.absence import missing
from responders.newest_first import back_to
from responders.split import split
from twoway import clock
from twoway.channels.bluesky import CHANNEL, CONVERSATIONS, Bluesky
from twoway.channels.bluesky_chat import (
    LENGTH,
    MESSAGES,
    ONE_CONVERSATION,
    PAGES,
    SEND,
    Conversation,
    Listed,
    Message,
    MessageAddress,
    OneConversation,
    own_message,
    read_message_address,
)
from twoway.channels.bluesky_posts import View
from twoway.channels.bluesky_text import facets, handles, length
from twoway.domain import Draft, Finding, Found, OwnPost, Part, Preview, Receipt, Target, Unclear
from twoway.errors import Gone, Rejected, Temporary
from twoway.text import storable

PAGE = 100
"""Conversations or messages of a page; the most that the service gives."""
LAG = 60
"""Seconds after which what the service has taken is certainly shown. It states none; apps show it at once."""
MARGIN = timedelta(hours=1)
"""How far the service's clock may differ from ours."""
REMOVED = (
    "this message was removed on our account's side; its author may still see it: please answer in the app, or close"
    " the conversation"
)
Told = tuple[Listed, bytes]
M = TypeVar("M", bound=BaseModel)


class _Dated(View):
    """A message of any kind."""

    sent_at: AwareDatetime


class Messages:
    """Answers in the conversations of two that the account has."""

    def __init__(self, connection: Bluesky, timeout: int, dids: Callable[[list[str]], dict[str, str]]) -> None:
        """``timeout``: seconds that a request may take; ``dids``: those of the handles that exist."""
        self._bluesky, self._timeout, self._dids = connection, timeout, dids

    def preview(self, draft: Draft, address: str) -> Preview:
        """The messages as they will be sent, to one person alone. Raises Rejected for none or too many words."""
        to, most = read_message_address(address), CHANNEL.limits.parts
        text = storable(draft.text).replace("\r\n", "\n").strip()
        if not text:
            raise Rejected(self._bluesky.name, "preview", "an answer needs words")
        parts = split(text, LENGTH, most, length)
        if len(parts) > most or any(length(part) > LENGTH for part in parts):
            said = f"{length(text)} characters do not fit into {most} messages of {LENGTH} characters"
            raise Rejected(self._bluesky.name, "preview", said)
        return Preview(self._bluesky.name, address, "private", tuple(parts), recipients=(f"@{to.handle}",))

    def look(self, preview: Preview) -> Target:
        """Is the message still there, the customer's last word, and unanswered? May we still write to them?

        Gone it is, too, where somebody of the brand left the conversation. Raises Rejected where one of them removed
        the message or our account may not write there, or no longer, and other ChannelErrors.
        """
        to, me = read_message_address(preview.address), self._bluesky.me
        try:
            talk = self._bluesky.one(OneConversation, "look", ONE_CONVERSATION, convoId=to.conversation).convo
            said = list(self._said("look", to.conversation, clock.parse(to.said_at), to.message))
        except Gone:
            return Target(there=False)
        at = next((number for number, (one, _) in enumerate(said) if one.id == to.message), None)
        if at is None:
            return Target(there=False)
        after = said[:at][::-1]
        newer = tuple(talk.name_of(one) for one, _ in after if one.said and one.by == to.author)
        answered = talk.name_of(said[at][0])
        own = (own_message(talk, one, raw, answered) for one, raw in after if one.said and one.by == me)
        target = Target(newer=newer, answer=next(own, None))
        against = talk.closed(to.author, me) if said[at][0].said else REMOVED
        if against and not target.answer:
            raise Rejected(self._bluesky.name, "look", against)
        return target

    def send(self, part: Part) -> Receipt:
        """Sends the part; where the conversation was only asked for, that accepts it. Raises ChannelError."""
        to = read_message_address(part.preview.address)
        marked = facets(part.text, self._dids(handles(part.text)))
        message = {"text": part.text, **({"facets": marked} if marked else {})}
        body = {"convoId": to.conversation, "message": message}
        return _receipt(to, self._bluesky.write(Message, "send", SEND, body))

    def find(self, part: Part, since: datetime) -> Finding:
        """Reads our messages after the customer's back, by what they say. Raises ChannelError.

        The service knows no keys; the words and the place are enough, since an answer that says the same there would
        be no second one. What one of the brand removed there meanwhile may have been it.
        """
        asked, to = clock.now(), read_message_address(part.preview.address)
        before = {one.remote_id for one in part.before}
        removed = False
        for one, _ in self._after("find", to, since - MARGIN):
            if one.said and one.text.split() == part.text.split() and _receipt(to, one).remote_id not in before:
                return Found(_receipt(to, one))
            removed = removed or one.removed
        if removed:
            return Unclear("not among our messages there, but one of them was removed; nobody can tell what it said")
        return missing("our messages", since, asked, LAG + self._timeout)

    def _after(self, operation: str, to: MessageAddress, since: datetime) -> Iterator[Told]:
        """What we said there after what we answer, or what is left of it; newest first."""
        lowest = max(since, clock.parse(to.said_at))
        for one, raw in self._said(operation, to.conversation, lowest, to.message):
            if one.id == to.message:
                return
            if one.by == self._bluesky.me:
                yield one, raw

    def recent(self, since: datetime) -> Iterator[OwnPost]:
        """Our messages since then, conversation by conversation. Raises ChannelError."""
        asked = (self._bluesky.name, "recent")
        for talk, _ in back_to(since, self._conversations, _moved, asked):
            try:
                said = list(self._said("recent", talk.id, since))
            except Gone:  # somebody has left it meanwhile
                continue
            yield from (own_message(talk, one, raw) for one, raw in said if one.said and one.by == self._bluesky.me)

    def _said(self, operation: str, conversation: str, since: datetime, last: str = "") -> Iterator[Told]:
        """The messages of a conversation since then, newest first, and no further than one of that id.

        What is older may be of a kind that nobody knows: it says nothing here.
        """

        def page(below: str) -> tuple[list[Told], str]:
            listed, rest = self._listed(operation, MESSAGES, "messages", below, convoId=conversation)
            found: list[Told] = []
            for entry, raw in listed:
                if not _is_before(entry, since):
                    found.append((self._read(Listed, operation, entry), raw))
                if last and found and found[-1][0].id == last:
                    return found, ""
            return found, rest if found or not listed else ""

        return back_to(since, page, lambda one: one[0].sent_at, (self._bluesky.name, operation))

    def _conversations(self, below: str) -> tuple[list[tuple[Conversation, bytes]], str]:
        listed, rest = self._listed("recent", CONVERSATIONS, "convos", below)
        return [(self._read(Conversation, "recent", entry), raw) for entry, raw in listed], rest

    def _listed(
        self, operation: str, method: str, name: str, below: str, **query: Any
    ) -> tuple[list[tuple[Any, bytes]], str]:
        more = {"cursor": below} if below else {}
        return self._bluesky.listing(operation, method, name, limit=PAGE, **query, **more)

    def _read(self, model: type[M], operation: str, entry: Any) -> M:
        try:
            return model.model_validate(entry)
        except ValidationError as error:
            raise Temporary(self._bluesky.name, operation, "an entry of the answer cannot be read") from error


def _is_before(entry: Any, moment: datetime) -> bool:
    """Was it certainly sent before then, whatever it is?"""
    try:
        return _Dated.model_validate(entry).sent_at < moment
    except ValidationError:
        return False


def _moved(one: tuple[Conversation, bytes]) -> datetime:
    """When something last happened there; where nobody has said a word yet, it may be any time."""
    return clock.parse(one[0].moved) if one[0].moved else clock.now()


def _receipt(to: MessageAddress, message: Message) -> Receipt:
    return Receipt(f"{to.conversation}/{message.id}", message.sent_at, f"{PAGES}/{to.conversation}")
