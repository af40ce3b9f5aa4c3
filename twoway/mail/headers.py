"""Header lines as people mean them: encoded words, addresses, Message-IDs, dates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from twoway.mail.charset import decode
from twoway.text import harmless, storable

LONGEST = 20_000
"""Characters of one header value that are looked at."""
MOST_ADDRESSES = 200
MOST_REFERENCES = 50

_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_ADDRESS = re.compile(r"[^\s<>@\"(),;:\\]{1,200}@[^\s<>@\"(),;:\\\[\]]{1,253}")
_FUTURE = timedelta(hours=1)
_FIRST_MAIL = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox as a header names it; ``mail`` is lower case."""

    mail: str
    name: str = ""


def children(part: Message) -> list[Message]:
    """The parts inside of a part; none where it is a leaf."""
    payload = part.get_payload() if part.is_multipart() else ()
    return [inner for inner in payload if isinstance(inner, Message)]


def values(message: Message, name: str) -> list[str]:
    """Every value of a header, raw bytes decoded as UTF-8 or windows-1252, on one line, encoded words left alone."""
    wanted = name.lower()
    raw = (str(value) for key, value in message.raw_items() if key.lower() == wanted)
    return [" ".join(_bytes(value[:LONGEST]).split()) for value in raw]


def first(message: Message, name: str) -> str:
    """The first value of a header, or nothing."""
    return next(iter(values(message, name)), "")


def _bytes(value: str) -> str:
    return decode(value.encode("utf-8", "surrogateescape")) if not value.isascii() else value


def words(value: str) -> str:
    """A header value with its RFC 2047 encoded words read, whatever charset they claim."""
    try:
        pieces = decode_header(value)
    except Exception:  # email's decoder raises many kinds on broken base64; the raw value is still readable
        return harmless(value)
    read = (piece if isinstance(piece, str) else _piece(piece, charset or "") for piece, charset in pieces)
    return " ".join(harmless("".join(read)).split())


def _piece(data: bytes, charset: str) -> str:
    # What stood outside of encoded words comes back as raw-unicode-escape, email's own convention.
    return decode(data, charset) if charset else data.decode("raw-unicode-escape", "replace")


def addresses(message: Message, *names: str) -> tuple[Address, ...]:
    """The mailboxes in these headers, each once, in order; what is no usable address is left out."""
    found: dict[str, Address] = {}
    for value in (value for name in names for value in values(message, name)):
        for address in _parse(value):
            found.setdefault(address.mail, address)
    return tuple(found.values())[:MOST_ADDRESSES]


def _parse(value: str) -> Iterator[Address]:
    try:
        pairs = getaddresses([value])
    except Exception:  # hostile nesting of comments and quotes
        pairs = []
    usable = [(name, mail.strip().lower()) for name, mail in pairs if is_address(mail.strip())]
    if not usable:  # "Frau Müller <m@x.de" and worse: take what looks like one
        usable = [("", match.group().lower()) for match in _ADDRESS.finditer(value)]
    for name, mail in usable:
        yield Address(storable(mail), words(name))


def is_address(mail: str) -> bool:
    """Whether a text is one mailbox that an answer can go to."""
    return bool(_ADDRESS.fullmatch(mail)) and len(mail) <= 254 and mail.isprintable()


def ids(message: Message, *names: str) -> tuple[str, ...]:
    """Message-IDs, with their brackets, in the order of the headers."""
    return tuple(match for name in names for value in values(message, name) for match in _ID.findall(value))


def ancestors(message: Message) -> tuple[str, ...]:
    """What this mail answers, the nearest first: In-Reply-To, then References from the end."""
    nearest = (*ids(message, "In-Reply-To")[:3], *reversed(ids(message, "References")))
    return tuple(dict.fromkeys(nearest))[:MOST_REFERENCES]


def moment(message: Message, received: datetime) -> datetime:
    """When it was written; ``received`` where the Date header is missing, broken, in the future or absurdly old."""
    try:
        written = parsedate_to_datetime(first(message, "Date"))
        written = (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
    except Exception:  # TypeError, ValueError, OverflowError, IndexError: the header is free text
        return received
    return written if _FIRST_MAIL <= written <= received + _FUTURE else received
