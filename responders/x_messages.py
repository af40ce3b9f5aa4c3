"""Answers to direct messages on X: into the conversation that they were said in, as it stands there."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from responders.absence import missing
from responders.newest_first import back_to
from responders.split import split
from twoway import clock
from twoway.channels.x import X
from twoway.channels.x_messages import (
    KIND,
    LONGEST,
    MARK,
    MAY_NOT_READ,
    MAY_NOT_READ_THIS,
    PARTS,
    PLAIN,
    Message,
    MessageAddress,
    NotAllowed,
    link,
    message_address,
    message_length,
    own_message,
    reading,
    writing,
)
from twoway.channels.x_money import ANSWER, HEAR
from twoway.channels.x_posts import first_id, moment
from twoway.channels.x_reach import LAG, MARGIN, MESSAGES
from twoway.channels.x_settings import Settings
from twoway.channels.x_text import same_words
from twoway.domain import Absent, Draft, Finding, Found, OwnPost, Part, Preview, Receipt, Target, Unclear
from twoway.errors import Rejected, Temporary
from twoway.text import storable

PAGE = 100
"""Messages of a page; the most that X gives."""
LOOKED = 10
"""The same while one conversation is looked at."""
VANISHED = "X no longer shows this conversation; it may have become an encrypted chat: please answer in X itself"


class Messages:
    """Answers in private, as the brand's account."""

    def __init__(self, connection: X, settings: Settings) -> None:
        self._x, self._settings = connection, settings

    def preview(self, draft: Draft, address: str) -> Preview:
        """The messages as they will be sent. Raises Rejected for an empty text or one that is too long."""
        to, text = _address(address), storable(draft.text).replace("\r\n", "\n").strip()
        if not text:
            raise Rejected(self._x.name, "preview", "an answer needs words")
        parts = split(text, LONGEST, PARTS, message_length)
        if len(parts) > PARTS:
            said = f"{message_length(text)} characters do not fit into {PARTS} messages of {LONGEST} characters"
            raise Rejected(self._x.name, "preview", said)
        return Preview(self._x.name, address, "private", tuple(parts), recipients=(f"@{to.handle}",))

    def look(self, preview: Preview) -> Target:
        """Is it still there, the customer's last word, and unanswered? Messages cannot be edited.

        Raises ChannelError; Rejected where the whole conversation is no longer shown, or not to this app.
        """
        to = _address(preview.address)
        try:
            said, shown = self._conversation("look at messages", to)
        except NotAllowed as error:
            raise Rejected(self._x.name, error.operation, error.said) from error
        if not shown and _is_given(to):
            raise Rejected(self._x.name, "look at messages", VANISHED)
        there = any(message.id == to.message for message, _ in said) or not _is_given(to)
        later = [(message, raw) for message, raw in said if int(message.id) > int(to.message)]
        ours = (own_message(message, raw, self._x.me) for message, raw in later if message.sender_id == self._x.me)
        newer = tuple(message.name for message, _ in later if message.sender_id == to.author)
        return Target(there, newer, answer=next(ours, None))

    def send(self, part: Part) -> Receipt:
        """Sends the part into the conversation. Raises ChannelError."""
        to, library = _address(part.preview.address), self._x.library
        with writing(self._x):
            made = self._x.post(
                "send a message",
                self._x.purse.prices.sent_message,
                lambda: library.create_direct_message(
                    dm_conversation_id=to.conversation, text=part.text, user_auth=self._x.signed
                ),
            )
        return _receipt(made, to)

    def find(self, part: Part, since: datetime) -> Finding:
        """Reads the conversation back, for our words after what they answer. Raises ChannelError.

        X knows no keys, and takes the same words twice: those from before the first try are another answer's.
        """
        asked, to = clock.now(), _address(part.preview.address)
        said, shown = self._conversation("find messages", to)
        before = {receipt.remote_id for receipt in part.before}
        lowest = max(int(to.message), int(first_id(since - MARGIN)))
        for message, _ in said:
            ours = message.sender_id == self._x.me and int(message.id) > lowest and message.name not in before
            if ours and same_words(message.words, part.text):
                return Found(_receipt(message.id, to))
        finding = missing("our messages", since, asked, LAG + self._settings.timeout_seconds)
        # Where X shows nothing at all, it does not show what we said either, however old the customer's words are.
        return Unclear(VANISHED) if isinstance(finding, Absent) and not shown else finding

    def recent(self, since: datetime) -> Iterator[OwnPost]:
        """Our messages since then, as far as X gives them, newest first. Raises ChannelError."""

        def page(below: str) -> tuple[list[tuple[Message, bytes]], str]:
            said, rest = self._page("recent messages", HEAR, PAGE, below)
            return said, "" if _reaches(said, lowest) else rest

        lowest = int(first_id(since))
        said = back_to(lowest, page, _place, (self._x.name, "recent messages"))
        me = self._x.me
        return (own_message(message, raw, me) for message, raw in said if message.sender_id == me)

    def _conversation(self, operation: str, to: MessageAddress) -> tuple[list[tuple[Message, bytes]], bool]:
        """What was said there from the message on, newest first, and whether X shows anything of it at all."""
        shown: list[int] = []

        def page(below: str) -> tuple[list[tuple[Message, bytes]], str]:
            said, rest = self._page(operation, ANSWER, LOOKED, below, dm_conversation_id=to.conversation)
            shown.append(len(said))
            return said, "" if _reaches(said, int(to.message)) else rest  # each page costs

        found = list(back_to(int(to.message), page, _place, (self._x.name, operation)))
        return found, any(shown)

    def _page(
        self, operation: str, purpose: str, size: int, below: str, **where: Any
    ) -> tuple[list[tuple[Message, bytes]], str]:
        said = MAY_NOT_READ_THIS if where else MAY_NOT_READ
        if below:
            where["pagination_token"] = below

        def request(count: int) -> object:
            return self._x.library.get_direct_message_events(
                max_results=count, event_types=KIND, user_auth=self._x.signed, **where, **PLAIN
            )

        with reading(self._x, said=said):
            listed = self._x.messages(operation, request, (1, size), purpose=purpose)
        try:
            return [(Message.model_validate(entry), raw) for entry, raw in listed.entries], listed.next
        except ValidationError as error:
            said = f"the answer cannot be read ({error.error_count()} mistakes)"
            raise Temporary(self._x.name, operation, said) from error


def _address(written: str) -> MessageAddress:
    found = message_address(written)
    if found is None:
        raise ValueError("this is no address of a message")
    return found


def _place(said: tuple[Message, bytes]) -> int:
    return int(said[0].id)


def _reaches(said: list[tuple[Message, bytes]], lowest: int) -> bool:
    """Is what is behind this page too old? X gives messages strictly newest first."""
    return any(int(message.id) <= lowest for message, _ in said)


def _is_given(to: MessageAddress) -> bool:
    """Is the message young enough for X to give it?"""
    return moment(to.message) > clock.now() - MESSAGES


def _receipt(id_: str, to: MessageAddress) -> Receipt:
    return Receipt(f"{MARK}{id_}", moment(id_), link(to.conversation))
