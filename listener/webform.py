"""Hears a web form: signed messages that the desk took in through the inbound door, in their order."""

from collections.abc import Iterator
from datetime import datetime

from twoway.channels.log import HandAddress
from twoway.channels.webform import ReplyAddress, Settings, Webform
from twoway.channels.webform_message import Message, read
from twoway.domain import Author, Malformed, Mention, Page
from twoway.errors import NotAdmitted
from twoway.mail import address as mail_address
from twoway.ports import Inbound
from twoway.text import canonical, one_line, sha256

PAGE = 50
"""Messages of a page."""
STREAM = "inbound"
BY_HAND = "the form gave no mail address that could be answered, and this channel has no webhook for answers"


class Collector:
    """Hears one form. Whatever is in the door came after the channel was set up, so that it begins at the first row."""

    def __init__(self, connection: Webform, settings: Settings, since: datetime | None = None) -> None:
        self._form, self._settings = connection, settings

    def streams(self) -> list[str]:
        """The inbound door."""
        return [STREAM]

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages of messages after the row ``cursor``."""
        position = int(cursor or 0)
        while requests := self._form.door.after(position, PAGE):
            position = max(request.id for request in requests)
            yield self._page(requests, position)

    def _page(self, requests: list[Inbound], position: int) -> Page:
        mentions: list[Mention] = []
        malformed: list[Malformed] = []
        for request in requests:
            try:
                mentions.append(self._mention(request, read(request.media_type, request.body)))
            except NotAdmitted as error:  # taken by an earlier version of the desk, which knew other fields
                reason = "; ".join(f"{name}: {said}" for name, said in error.fields.items()) or str(error)
                malformed.append(Malformed(f"{request.id}-{sha256(request.body)[:12]}", reason, request.body))
        return Page(str(position), tuple(mentions), malformed=tuple(malformed))

    def _mention(self, request: Inbound, message: Message) -> Mention:
        address = self._address(request, message)
        return Mention(
            id=request.unique_id,
            author=_author(request, message),
            text=message.text,
            created_at=message.created_at or request.received_at,
            address=address or _by_hand(request, message),
            visibility="private",
            raw=request.body,
            reference=message.id,
            replies_to=(message.reply_to,) if message.reply_to else (),
            thread=message.thread,
            route="api" if address else "hand",
            route_reason="" if address else BY_HAND,
            title=message.subject,
            url=message.url,
            language=message.language.partition("-")[0].lower(),
            arrived_at=request.received_at,
        )

    def _address(self, request: Inbound, message: Message) -> str:
        """By mail to whoever left an address, else by webhook; empty where neither can be."""
        if message.email and self._form.mail:
            return mail_address.write(self._letter(request, message, self._form.mail.settings.domain))
        if self._settings.webhook is None:
            return ""
        named = message.id or request.unique_id
        about = (message.thread, message.name, message.email, message.subject)
        return ReplyAddress(named, request.unique_id, *about).written()

    def _letter(self, request: Inbound, message: Message, domain: str) -> mail_address.ReplyAddress:
        """As if the message had been a mail: what answers it carries a name that holds a thread together."""
        matter = message.thread or message.reply_to or request.unique_id
        return mail_address.ReplyAddress(
            to=(message.email.lower(),),
            cc=(),
            subject=message.subject or one_line(message.text, 60),
            in_reply_to=self._name("message", request.unique_id, domain),
            references=(self._name("matter", matter, domain),),
            participants=(message.email.lower(),),
            received=request.received_at.date().isoformat(),
        )

    def _name(self, of: str, name: str, domain: str) -> str:
        return f"<form.{sha256(canonical([self._form.name, of, name]))[:32]}@{domain}>"


def _author(request: Inbound, message: Message) -> Author:
    """Known by their address; without one only those of one thread are certainly the same person."""
    unknown = f"thread {message.thread}" if message.thread else f"message {request.unique_id}"
    handle = message.email or message.name or unknown
    return Author(id=message.email.lower() or unknown, handle=handle, name=message.name)


def _by_hand(request: Inbound, message: Message) -> str:
    reach = " ".join(filter(None, (message.name, message.email, message.url))) or message.id or request.unique_id
    return HandAddress("private", reach, request.unique_id).written()
