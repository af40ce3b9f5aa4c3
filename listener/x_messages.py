"""Hears direct messages on X, and what was answered there without the desk.

They cannot be asked for from an id on, so that the newest few are read again at every poll; X asks for no money for
what it gave on the same day. Pages go on by X's tokens: one that it no longer takes makes the listing begin anew, and
what is stored already is passed over.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from listener.newest_first import Heard, pages
from listener.x_mention import author_of, picture, position
from listener.x_within import within
from twoway.channels.log import HandAddress
from twoway.channels.x import X
from twoway.channels.x_messages import (
    FIELDS,
    KIND,
    STREAM,
    Event,
    Message,
    MessageAddress,
    by_hand,
    link,
    own_message,
    reading,
)
from twoway.channels.x_money import HEAR
from twoway.channels.x_posts import Listed, User
from twoway.channels.x_reach import MESSAGES
from twoway.domain import Gap, Mention, Page
from twoway.errors import Temporary

PAGE = 100
"""Messages of a page; the most that X gives."""
FEW = 5
"""Messages of the first page; each further one is twice as large."""
RESERVE = 4
"""Requests that are left over of X's fifteen in a quarter of an hour: looking before an answer may need them, and of
fewer the health page warns."""
TOO_OLD = "X gives direct messages of thirty days; what was said before that is unheard"


def read(connection: X, written: str | None, since: datetime | None) -> Iterator[Page]:
    """Pages after a cursor; no more while answering may need the few requests that are left. Raises ChannelError.

    A stream that begins keeps where it does even then.
    """
    if written is not None and _is_short(connection):
        return
    for page in within(MESSAGES, TOO_OLD, lambda *cursor: _pages(connection, *cursor), written, since):
        yield page
        if _is_short(connection):
            return


def _is_short(connection: X) -> bool:
    left = connection.left(Messages.name)
    return left is not None and left <= RESERVE


def _pages(connection: X, written: str | None, since: datetime | None) -> Iterator[Page]:
    return pages(Messages(connection), connection.name, written, since)


class Messages:
    """What was said in every conversation of the account, newest first."""

    name = STREAM
    position = staticmethod(position)

    def __init__(self, connection: X) -> None:
        self._x = connection
        self._size = FEW
        self._listed = Listed()

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """A page, and X's token for the next; pages may be empty before the end."""
        size = 1 if newest else min(self._size, PAGE)
        self._size *= 2
        been = {below}
        self._listed = self._going_on(below, size)
        while self._listed.next and not self._listed.entries:
            if self._listed.next in been:
                raise Temporary(self._x.name, self.name, "the listing gave the same page again")
            been.add(self._listed.next)
            self._listed = self._ask(self._listed.next, size)
        return list(self._listed.entries), self._listed.next

    def _going_on(self, token: str, size: int) -> Listed:
        try:
            return self._ask(token, size)
        except Temporary:
            refused = self._x.wire.last is not None and self._x.wire.last.status_code == 400
            if not token or not refused:
                raise
            return self._ask("", size)

    def _ask(self, token: str, size: int) -> Listed:
        def request(count: int) -> object:
            going_on = {"pagination_token": token} if token else {}
            return self._x.library.get_direct_message_events(
                max_results=count, event_types=KIND, user_auth=self._x.signed, **going_on, **FIELDS
            )

        with reading(self._x, rest=True):
            return self._x.messages(self.name, request, (1, size), purpose=HEAR, along=True)

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """A message of somebody else's, or one of ours; nothing else that happens in a conversation."""
        event = Event.model_validate(entry)
        if event.event_type != KIND:
            return Heard(event.created_at)
        message = Message.model_validate(entry)
        if message.sender_id == self._x.me:
            return Heard(message.created_at, change=own_message(message, raw, self._x.me))
        return Heard(message.created_at, said(message, raw, self._listed, self._x.me))

    def lost(self, since: str) -> Gap | None:
        """Nothing: what is older than the listing goes is told beforehand, what was taken out of it is not lost."""
        return None


def said(message: Message, raw: bytes, listed: Listed, me: str) -> Mention:
    """A direct message as the desk hears it: private, whatever becomes of it."""
    author = listed.users.get(message.sender_id)
    reason, where = by_hand(message, author, me), link(message.dm_conversation_id)
    address = MessageAddress(
        message.id, message.dm_conversation_id, message.sender_id, author.username if author else ""
    )
    return Mention(
        id=message.name,
        author=author_of(author or User(id=message.sender_id, username="")),
        text=message.words,
        created_at=message.created_at,
        address=HandAddress("private", where, message.id).written() if reason else address.written(),
        visibility="private",
        raw=raw,
        reference=message.name,
        thread=message.thread(me),
        route="hand" if reason else "api",
        route_reason=reason,
        url=where,
        attachments=tuple(picture(listed.media[key]) for key in message.attachments.media_keys if key in listed.media),
    )
