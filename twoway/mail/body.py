"""The text of a mail and the list of what is attached to it."""

import re
from collections.abc import Iterator
from email.message import Message

from twoway.domain import Attachment
from twoway.mail import headers, html
from twoway.mail.charset import decode
from twoway.text import harmless, storable

LONGEST = 100_000
"""Characters of a mail's text that are kept as text; ``raw`` keeps everything."""
MOST_PARTS = 500
MOST_ATTACHMENTS = 100

_UNSAFE = re.compile(r'[/\\:*?"<>|\x00-\x1f]+')
_LINES = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")


def text(message: Message) -> str:
    """The readable text: the plain parts where there are any with words, else the HTML made plain."""
    plain, rich = [], []
    for part in _parts(message):
        if not _is_body(part):
            continue
        if part.get_content_type() == "text/plain":
            plain.append(_plain(part))
        elif part.get_content_type() == "text/html" and not _has_words(plain):
            rich.append(html.to_text(_decoded(part)))
    chosen = plain if _has_words(plain) else rich
    return _kept("\n\n".join(piece for piece in chosen if piece.strip()))


def _has_words(pieces: list[str]) -> bool:
    return any(piece.strip() for piece in pieces)


def _kept(body: str) -> str:
    body = storable(body)
    return body if len(body) <= LONGEST else body[: LONGEST - 1] + "…"


def _parts(message: Message) -> Iterator[Message]:
    """The leaves; a message inside the message is one attachment and not looked into."""
    pending, seen = [message], 0
    while pending and seen < MOST_PARTS:
        part, seen = pending.pop(), seen + 1
        inner = headers.children(part)
        if part.get_content_maintype() != "multipart":
            yield part
        elif inner:
            pending.extend(reversed(inner))
        elif not part.is_multipart():  # a multipart without its boundary is read as what it is, text
            part.set_type("text/plain")
            yield part


def _is_body(part: Message) -> bool:
    return part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _decoded(part: Message) -> str:
    return decode(_bytes(part), _parameter(part, "charset"))


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name)
    except Exception:  # RFC 2231 fragments out of order
        return ""
    return value[2] if isinstance(value, tuple) else str(value or "")


def _plain(part: Message) -> str:
    body = _LINES.sub("\n", _decoded(part))
    return _unflowed(body, _parameter(part, "delsp").lower() == "yes") if _flowed(part) else body


def _flowed(part: Message) -> bool:
    return _parameter(part, "format").lower() == "flowed"


def _unflowed(body: str, delete_space: bool) -> str:
    """Lines that ``format=flowed`` broke (RFC 3676) joined again; ``-- `` is a signature, never joined."""
    lines: list[str] = []
    joining = False
    for line in body.split("\n"):
        quoted = line.startswith(">")
        line = line.removeprefix(" ") if not quoted else line
        soft = line.endswith(" ") and line != "-- " and not quoted
        piece = line[:-1] if soft and delete_space else line
        if joining and not quoted and line != "-- ":
            lines[-1] += piece
        else:
            lines.append(piece)
        joining = soft
    return "\n".join(lines)


def attachments(message: Message) -> tuple[Attachment, ...]:
    """Everything that is not the text: files, pictures in the text, mails inside."""
    found = (part for part in _parts(message) if not _is_body(part) or _name(part))
    listed = (Attachment(_name(part) or _unnamed(part), _type(part), _size(part)) for part in found)
    return tuple(entry for entry, _ in zip(listed, range(MOST_ATTACHMENTS), strict=False))


def _type(part: Message) -> str:
    return harmless(part.get_content_type())[:100]


def _unnamed(part: Message) -> str:
    inner = headers.children(part)
    if inner and part.get_content_type() == "message/rfc822":
        return f"{clean_name(headers.words(headers.first(inner[0], 'Subject'))) or 'mail'}.eml"
    return part.get_content_type().replace("/", ".")[:100]


def _name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:  # RFC 2231 with an impossible charset
        name = ""
    return clean_name(headers.words(name))


def clean_name(name: str) -> str:
    """A file name that names only a file: no folders, no control or direction characters, at most 120 characters."""
    name = _UNSAFE.sub("_", harmless(name).replace("\n", " ")).strip(" .")
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= 120 else stem[: 119 - len(ending[:20])] + dot + ending[:20]


def _size(part: Message) -> int:
    inner = headers.children(part)
    return sum(len(_bytes(leaf)) for mail in inner for leaf in _parts(mail)) if inner else len(_bytes(part))
