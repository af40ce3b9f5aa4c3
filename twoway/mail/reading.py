"""Raw bytes of a mail to a value that the listener can turn into a mention."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import BytesParser

from twoway.domain import Attachment, MentionKind
from twoway.mail import body, bounces, kinds
from twoway.mail.headers import Address, addresses, ancestors, first, ids, moment, words
from twoway.mail.quoting import fold
from twoway.text import storable

LONGEST_SUBJECT = 500

_FORWARD = re.compile(r"(?:wg|fw|fwd|weitergeleitet|tr)\s?:", re.IGNORECASE)


class Unreadable(ValueError):
    """The bytes are no mail that could be shown or answered; the message says why."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it was meant."""

    id: str
    """Message-ID with its brackets, or empty."""
    sender: Address
    reply_to: tuple[Address, ...]
    """Where its author wants answers; empty where that is the sender."""
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    text: str
    quoted: str
    written: datetime
    ancestors: tuple[str, ...]
    """What it answers, the nearest first."""
    kind: MentionKind
    bounce: bounces.Bounce | None
    attachments: tuple[Attachment, ...]


def read(raw: bytes, received: datetime) -> Mail:
    """The mail in ``raw``, which arrived at ``received``. Raises Unreadable, whatever the bytes are."""
    try:
        return _read(BytesParser().parsebytes(raw), received)
    except Unreadable:
        raise
    except (Exception, RecursionError) as error:  # hostile bytes must never stop the stream
        raise Unreadable(f"the mail cannot be parsed ({type(error).__name__})") from error


def _read(message: Message, received: datetime) -> Mail:
    sender = next(iter(addresses(message, "From", "Sender", "Return-Path")), None)
    bounce = bounces.read(message, sender.mail if sender else "mailer-daemon@")
    sender = sender or _nobody(message)
    subject = storable(words(first(message, "Subject")))[:LONGEST_SUBJECT]
    folded = fold(body.text(message), forwarded=bool(_FORWARD.match(subject)))
    return Mail(
        id=next(iter(ids(message, "Message-ID")), ""),
        sender=sender,
        reply_to=tuple(address for address in addresses(message, "Reply-To") if address.mail != sender.mail),
        to=addresses(message, "To"),
        cc=addresses(message, "Cc"),
        subject=subject,
        text=folded.text,
        quoted=folded.quoted,
        written=moment(message, received),
        ancestors=ancestors(message),
        kind=kinds.kind(message, sender.mail),
        bounce=bounce,
        attachments=body.attachments(message),
    )


def _nobody(message: Message) -> Address:
    """Reports may come without any sender; everything else without one is no mail."""
    if kinds.is_report(message):
        return Address("mailer-daemon@localhost")
    raise Unreadable("the mail names no sender (no usable From, Sender or Return-Path)")
