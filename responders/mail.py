"""Answers a mail: shows exactly what will be sent, looks at the mailbox first, sends once, finds it again."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from responders.mail_own import own_mails
from twoway import clock
from twoway.channels.mail import CHANNEL, Connection, Settings
from twoway.domain import Draft, Finding, Found, OwnPost, Part, Preview, Receipt, Target, Unclear
from twoway.errors import AuthFailed, Rejected
from twoway.mail import address as codec
from twoway.mail import imap, smtp, writing
from twoway.mail.address import ReplyAddress
from twoway.mail.headers import is_address
from twoway.mail.imap import Entry
from twoway.mail.reading import Mail, Unreadable, read
from twoway.text import harmless, storable

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

LONGEST_SUBJECT = 250
MOST_FOLDERS = 30
"""Folders that are searched for an answer of ours."""
MOST_BYTES = 1_000_000
"""Of an answer that is shown as made elsewhere."""
MOST_LOOKED_AT = 50
"""Mails of one thread that are looked at, the newest."""


class Sender:
    """Answers through the account's SMTP server, and reads the mailbox to see what became of it."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self._connection = connection
        self._settings = settings

    def preview(self, draft: Draft, address: str) -> Preview:
        """The mail as it will be sent. Raises Rejected."""
        to = codec.read(address)
        subject = " ".join(harmless(draft.subject).split()) or writing.reply_subject(to.subject)
        preview = Preview(
            channel=self._connection.name,
            address=address,
            visibility="private",
            parts=(_tidy(draft.text),),
            recipients=tuple(dict.fromkeys((*to.to, *to.cc))),
            subject=subject[:LONGEST_SUBJECT].strip(),
        )
        if objection := self._objection(preview):
            raise Rejected(self._connection.name, "preview", objection)
        return preview

    def _objection(self, preview: Preview) -> str:
        """Why this cannot be sent; empty where it can."""
        text, limit = preview.parts[0], CHANNEL.limits.length or 0
        if not text.strip():
            return "the answer is empty"
        if len(text) > limit:
            return f"the answer has {len(text)} characters; {limit} are possible"
        if storable(text) != text:
            return "the answer holds characters that mail cannot carry (NUL or half a character)"
        if not preview.recipients:
            return "there is nobody to answer to"
        wrong = [mail for mail in preview.recipients if not is_address(mail)]
        if wrong:
            return f"{wrong[0]!r} is no address that mail can be sent to"
        try:  # the very code that will send it
            self._letter(Part(preview, 0, "preview"), clock.now())
        except ValueError as error:
            return f"this cannot be written as a mail: {error}"
        return ""

    def look(self, preview: Preview) -> Target:
        """Newer mail of the thread, and an answer given without this desk. Raises AuthFailed, Temporary."""
        to = codec.read(preview.address)
        if not to.in_reply_to:
            return Target()
        newer: dict[str, None] = {}
        answer: OwnPost | None = None
        with imap.session(self._connection.imap, "look") as box:
            for entry, mail in self._thread(box, to):
                if mail.sender.mail not in self._settings.ours:
                    newer.update({mail.id: None} if mail.kind == "message" and mail.id else {})
                elif not answer and self._is_foreign_answer(mail, to):
                    answer = _whole(box, entry)
        newer.pop(to.in_reply_to, None)
        return Target(newer=tuple(newer), answer=answer)

    def _thread(self, box: "BaseMailBox", to: ReplyAddress) -> Iterator[tuple[Entry, Mail]]:
        """Headers of the mails that answer the one we answer, or a later one of its thread."""
        since = date.fromisoformat(to.received)
        for folder in self._settings.folders:
            imap.examine(box, self._connection.imap, folder, "look")
            found = imap.naming(box, ("In-Reply-To", "References"), (to.in_reply_to,), since)
            for entry in imap.fetch(box, found[-MOST_LOOKED_AT:], "HEADER"):
                try:
                    yield entry, read(entry.raw, entry.received)
                except Unreadable:  # the listener has shown it
                    continue

    def _is_foreign_answer(self, mail: Mail, to: ReplyAddress) -> bool:
        """A direct answer in our name that did not come from this desk."""
        return not writing.key_of(mail.id, self._settings.domain) and mail.ancestors[:1] == (to.in_reply_to,)

    def send(self, part: Part) -> Receipt:
        """One SMTP transaction to everybody and to our own mailbox. Raises ChannelError.

        Everybody under To must be accepted, else nothing is sent; a Cc that is refused for good is left out.
        """
        now = clock.now()
        try:
            letter = self._letter(part, now)
        except ValueError as error:
            raise Rejected(self._connection.name, "send", f"this cannot be written as a mail: {error}") from error
        smtp.deliver(self._connection.smtp, letter)
        return Receipt(self._remote_id(part), now)

    def _letter(self, part: Part, now: datetime) -> smtp.Letter:
        settings, to = self._settings, codec.read(part.preview.address)
        mails = part.preview.recipients
        return smtp.Letter(
            sender=settings.mailbox,
            to=tuple(writing.ascii_domain(mail) for mail in mails if mail not in to.cc),
            cc=tuple(writing.ascii_domain(mail) for mail in mails if mail in to.cc),
            own=settings.mailbox,
            content=writing.compose(part, to, (settings.name, settings.mailbox), now),
            utf8=writing.needs_utf8(mails),
        )

    def _remote_id(self, part: Part) -> str:
        return writing.message_id(part.key, self._settings.domain)

    def find(self, part: Part, since: datetime) -> Finding:
        """Our copy in any folder of our own mailbox; its absence says nothing. Raises AuthFailed, Temporary."""
        name = self._remote_id(part)
        with imap.session(self._connection.imap, "find") as box:
            for folder in self._everywhere(box):
                if found := self._copy(box, folder, name, since.date()):
                    return Found(Receipt(name, found.received))
        return Unclear("our copy of this mail is not in the mailbox; it may still be on its way, or was never taken")

    def recent(self, since: datetime) -> Iterator[OwnPost]:
        """What went out in our name, as the mailbox has it, wherever it was moved. Raises AuthFailed, Temporary."""
        with imap.session(self._connection.imap, "recent") as box:
            for folder in self._everywhere(box):
                if self._opens(box, folder, "recent"):
                    yield from own_mails(box, self._settings, folder, since)

    def _everywhere(self, box: "BaseMailBox") -> list[str]:
        """The folders that are read, then all others: filters and colleagues move mail."""
        listed = [found.name for found in box.folder.list() if "\\Noselect" not in found.flags]
        return list(dict.fromkeys((*self._settings.folders, *listed)))[:MOST_FOLDERS]

    def _copy(self, box: "BaseMailBox", folder: str, name: str, since: date) -> Entry | None:
        """Our copy in that folder."""
        if not self._opens(box, folder, "find"):
            return None
        return next(iter(imap.listing(box, imap.naming(box, ("Message-ID",), (name,), since))), None)

    def _opens(self, box: "BaseMailBox", folder: str, operation: str) -> bool:
        """Whether a folder can be looked into; only those that are not read may be closed to us. Raises AuthFailed."""
        try:
            imap.examine(box, self._connection.imap, folder, operation)
        except AuthFailed:
            if operation == "recent" and folder in self._settings.folders:
                raise
            return False
        return True


def _tidy(text: str) -> str:
    """Lines as mail programs end them, without spaces that nobody sees."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _whole(box: "BaseMailBox", entry: Entry) -> OwnPost | None:
    """The answer with its words, of which only the headers are known so far."""
    for full in imap.fetch(box, [entry.uid], f"]<0.{MOST_BYTES}>"):
        mail = read(full.raw, full.received)
        return OwnPost(mail.id, mail.ancestors, mail.text, mail.written, full.raw)
    return None
