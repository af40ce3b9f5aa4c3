"""One raw mail to what the desk makes of it: a mention, a post of our own, a bounce, or something unreadable."""

from collections.abc import Iterator
from datetime import datetime

from twoway.channels.mail import Settings
from twoway.domain import Attachment, Author, Bounced, Malformed, Mention, OwnPost
from twoway.mail import address, writing
from twoway.mail.reading import Mail, Unreadable, read
from twoway.text import sha256

MOST_COPIED = 20
"""An answer goes to so many others at most; a mail with more is a circular, its author alone is answered."""

Heard = Mention | OwnPost | Bounced | Malformed


def heard(raw: bytes, received: datetime, settings: Settings, *, sent: bool = False, whole: int = 0) -> Heard:
    """What a mail is. ``sent``: it lies in our own sent folder. ``whole``: its size where ``raw`` is only the start."""
    try:
        mail = read(raw, received)
    except Unreadable as error:
        return Malformed(sha256(raw), str(error), raw)
    if sent or _is_ours(mail, settings):
        return _own(mail, raw, received, settings)
    returned = _returned(mail, settings)
    if mail.bounce and returned:
        return Bounced(returned, mail.bounce.reason, received, raw)
    return _mention(mail, raw, received, settings, whole)


def _is_ours(mail: Mail, settings: Settings) -> bool:
    """From us, and not a form on our site that sends in our name and leaves the customer in Reply-To."""
    return mail.sender.mail in settings.ours and all(reply.mail in settings.ours for reply in mail.reply_to)


def _own(mail: Mail, raw: bytes, received: datetime, settings: Settings) -> OwnPost:
    return OwnPost(
        id=mail.id or sha256(raw),
        replies_to=mail.ancestors,
        text=mail.text,
        created_at=min(mail.written, received),  # a clock ahead of the server's answers nothing that came later
        raw=raw,
        key=writing.key_of(mail.id, settings.domain),
    )


def _returned(mail: Mail, settings: Settings) -> tuple[str, ...]:
    """Our own answers that came back; a copy that did not reach our own mailbox is none."""
    if mail.bounce is None or (mail.bounce.recipients and settings.ours.issuperset(mail.bounce.recipients)):
        return ()
    return tuple(name for name in mail.bounce.ids if writing.key_of(name, settings.domain))


def _mention(mail: Mail, raw: bytes, received: datetime, settings: Settings, whole: int) -> Mention:
    author = _author(mail, settings)
    others = tuple(dict.fromkeys(_others(mail, settings, author.id)))
    unread = (Attachment("the whole mail, cut here.eml", "message/rfc822", whole),) if whole else ()
    return Mention(
        id=sha256(raw),
        author=author,
        text=mail.text,
        created_at=mail.written,
        address=address.write(_reply_address(mail, author.id, others, received)),
        visibility="private",
        raw=raw,
        reference=mail.id,
        replies_to=mail.ancestors,
        participants=others,
        kind=mail.kind,
        title=mail.subject,
        quoted=mail.quoted,
        attachments=mail.attachments + unread,
        arrived_at=received,
    )


def _author(mail: Mail, settings: Settings) -> Author:
    """Who wrote; behind a form that sends in our own name it is whom Reply-To names."""
    who = next((reply for reply in mail.reply_to if mail.sender.mail in settings.ours), mail.sender)
    return Author(who.mail, who.mail, who.name)


def _others(mail: Mail, settings: Settings, author: str) -> Iterator[str]:
    """Ids of everybody else who takes part, without ourselves."""
    for found in (*mail.reply_to, *mail.to, *mail.cc):
        if found.mail not in settings.ours and found.mail != author:
            yield found.mail


def _reply_address(mail: Mail, author: str, others: tuple[str, ...], received: datetime) -> address.ReplyAddress:
    to = tuple(reply.mail for reply in mail.reply_to if reply.mail in others) or (author,)
    copied = tuple(other for other in others if other not in to)
    return address.ReplyAddress(
        to=to,
        cc=copied if len(copied) <= MOST_COPIED else (),
        subject=mail.subject,
        in_reply_to=mail.id,
        references=writing.references(tuple(reversed(mail.ancestors))),
        participants=(author, *others),
        received=received.date().isoformat(),
    )
