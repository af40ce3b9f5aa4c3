"""Mails in our own name, as the mailbox has them: the copies of this desk's answers, and what colleagues sent."""

from collections.abc import Iterator
from datetime import datetime
from email.parser import BytesParser
from typing import TYPE_CHECKING

from twoway.channels.mail import Settings
from twoway.domain import OwnPost
from twoway.mail import body, imap, writing
from twoway.mail.imap import Entry
from twoway.mail.reading import Mail, Unreadable, read
from twoway.text import sha256

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

PAGE = 50
MOST_BYTES = 1_000_000
"""Of a mail whose words are wanted: more than the longest answer takes, however it is encoded."""


def own_mails(box: "BaseMailBox", settings: Settings, folder: str, since: datetime) -> Iterator[OwnPost]:
    """Those in the opened folder that arrived since then.

    In a folder that nobody reads, drafts and what was thrown away are no answers: there only this desk's copies count.
    """
    if folder == settings.sent_folder:
        uids = imap.new(box, 0, since.date())
    elif folder in settings.folders:
        uids = imap.sent_by(box, sorted(settings.ours), since.date())
    else:
        uids = imap.naming(box, ("Message-ID",), (writing.MARK,), since.date())
    for first in range(0, len(uids), PAGE):
        for entry in imap.fetch(box, uids[first : first + PAGE], "HEADER"):
            if entry.received >= since and (mail := _ours(entry, settings, folder)):
                yield from _whole(box, entry, mail, settings)


def _ours(entry: Entry, settings: Settings, folder: str) -> Mail | None:
    """The mail's headers, where it is from us; a form on our site leaves the customer in Reply-To."""
    try:
        mail = read(entry.raw, entry.received)
    except Unreadable:  # the listener has shown it
        return None
    from_us = mail.sender.mail in settings.ours and all(reply.mail in settings.ours for reply in mail.reply_to)
    return mail if from_us or folder == settings.sent_folder else None


def _whole(box: "BaseMailBox", entry: Entry, mail: Mail, settings: Settings) -> Iterator[OwnPost]:
    """With its words, as they were sent and nothing folded away, where it is this desk's; none if it is gone."""
    key = writing.key_of(mail.id, settings.domain)
    if mail.id and not key:
        yield OwnPost(mail.id, mail.ancestors, "", entry.received, entry.raw)
        return
    for full in imap.fetch(box, [entry.uid], f"]<0.{MOST_BYTES}>" if mail.id else ""):
        text = body.text(BytesParser().parsebytes(full.raw)) if key else ""
        yield OwnPost(mail.id or sha256(full.raw), mail.ancestors, text, full.received, full.raw, key=key)
