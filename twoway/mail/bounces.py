"""Reports that a mail did not arrive: which one, for whom, and why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from twoway.mail import body
from twoway.mail.headers import children, first, ids, words
from twoway.text import one_line

_ID = re.compile(r"^message-id:\s*(<[!-;=?-~]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_DAEMONS = ("mailer-daemon@", "postmaster@")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A final failure; ``recipients`` may be empty where the report does not name them."""

    ids: tuple[str, ...]
    """Message-IDs of the mail that came back."""
    recipients: tuple[str, ...]
    reason: str


def read(message: Message, sender: str) -> Bounce | None:
    """The failure a mail reports; None for everything else, delays and confirmations included."""
    if message.get_content_type() == "multipart/report":
        return _report(message)
    failed = first(message, "X-Failed-Recipients").lower()
    if not failed and not sender.startswith(_DAEMONS):
        return None
    text = body.text(message)
    returned = tuple(_ID.findall(text)) or ids(message, "In-Reply-To")
    recipients = tuple(address.strip() for address in failed.split(",") if address.strip())
    return Bounce(returned, recipients, one_line(text, 500)) if returned else None


def _report(message: Message) -> Bounce | None:
    failed = [block for block in _blocks(message) if first(block, "Action").lower().startswith("failed")]
    if not failed:
        return None
    recipients = tuple(filter(None, (_recipient(block) for block in failed)))
    reasons = dict.fromkeys(filter(None, (_reason(block) for block in failed)))
    return Bounce(_returned(message), recipients, one_line("; ".join(reasons) or "no reason given", 500))


def _blocks(message: Message) -> Iterator[Message]:
    """The fields of each recipient in the machine-readable part (RFC 3464)."""
    for part in message.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            yield from children(part)


def _recipient(block: Message) -> str:
    value = first(block, "Final-Recipient") or first(block, "Original-Recipient")
    return value.partition(";")[2].strip(" <>").lower()


def _reason(block: Message) -> str:
    said = first(block, "Diagnostic-Code").partition(";")
    text = words(said[2].strip() or said[0])
    status = first(block, "Status")
    return text if status in text else f"{status} {text}".strip()


def _returned(message: Message) -> tuple[str, ...]:
    """Message-IDs in the returned mail or its headers, whichever came back."""
    found: list[str] = []
    for part in message.walk():
        if part.get_content_type() in ("message/rfc822", "message/global"):
            found += [name for mail in children(part) for name in ids(mail, "Message-ID")]
        elif part.get_content_type() in ("text/rfc822-headers", "message/global-headers"):
            found += ids(BytesHeaderParser().parsebytes(_payload(part)), "Message-ID")
    return tuple(dict.fromkeys(found))


def _payload(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data.lstrip() if isinstance(data, bytes) else b""
