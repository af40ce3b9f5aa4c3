"""Hears a mailbox: one stream a folder, oldest mail first, nothing in the mailbox ever changed.

A folder is opened read-only and asked for the UIDs above the cursor; sizes come before bodies, so that a page stays
small whatever lies in the mailbox. What is not new is never looked at: a first poll costs one command.
"""

import imaplib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from listener.mail_cursor import Cursor, renumbered, start
from listener.mail_mention import Heard, heard
from listener.mail_singly import Singly
from twoway import clock
from twoway.channels.mail import Connection, Settings
from twoway.domain import Bounced, Gap, Malformed, Mention, OwnPost, Page
from twoway.mail import imap
from twoway.mail.imap import Entry

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

MAILS_A_PAGE = 50
BYTES_A_PAGE = 10_000_000
LARGEST = 10_000_000
"""Bytes of a mail that is kept whole; of a larger one only the start, which nearly always holds the text."""
START = 1_000_000


class _Broken(Exception):
    """The server gave up on a page of mails: one of them is damaged there, or the connection was lost."""

    def __init__(self, at: Cursor, group: list[Entry]) -> None:
        super().__init__(f"{len(group)} mails up to UID {at.uid}")
        self.at = at
        self.group = group


class Collector:
    """Reads the inbox and, where there is one, the folder of sent mail."""

    def __init__(self, connection: Connection, settings: Settings, since: datetime | None) -> None:
        self._connection = connection
        self._settings = settings
        self._since = since

    def streams(self) -> list[str]:
        """The folders."""
        return list(self._settings.folders)

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages of what arrived after ``cursor``. Raises AuthFailed, Temporary."""
        try:
            with imap.session(self._connection.imap, "collect") as box:
                yield from self._read(box, stream, cursor)
        except _Broken as broken:
            singly = Singly(self._connection, stream, broken.at.uidvalidity)
            entries, refused = singly.fetch(broken.group, _bodies)
            page = _page(broken.at, [*(self._heard(entry, stream) for entry in entries), *refused])
        else:
            return
        yield page
        yield from self.collect(stream, page.cursor)

    def _read(self, box: "BaseMailBox", stream: str, cursor: str | None) -> Iterator[Page]:
        state = imap.examine(box, self._connection.imap, stream, "collect")
        old = Cursor.of(cursor) if cursor else None
        gap = _lost() if cursor and not old else None
        at = old or start(state, None if gap else self._since, clock.now())
        if at.uidvalidity != state.uidvalidity:
            at = renumbered(at, state)
        told = old
        for group in self._groups(box, at) if at.uid + 1 < state.next else ():
            told = at = at.after(group[-1].uid, group)
            wanted = [entry for entry in group if at.wants(entry)]
            try:
                entries = _bodies(box, wanted)
            except (imaplib.IMAP4.error, OSError) as error:
                raise _Broken(at, wanted) from error
            yield _page(at, [self._heard(entry, stream) for entry in entries])
        at = at.caught_up(state)
        if gap or at != told:
            yield Page(at.write(), gap=gap)

    def _groups(self, box: "BaseMailBox", at: Cursor) -> Iterator[list[Entry]]:
        """What is new, listed without bodies, in groups that fit into memory."""
        uids = imap.new(box, at.uid, at.first_day)
        for first in range(0, len(uids), MAILS_A_PAGE):
            yield from _by_size(imap.listing(box, uids[first : first + MAILS_A_PAGE]))

    def _heard(self, entry: Entry, stream: str) -> Heard:
        sent = stream == self._settings.sent_folder
        whole = entry.size if entry.size > LARGEST else 0
        return heard(entry.raw, entry.received, self._settings, sent=sent, whole=whole)


def _lost() -> Gap:
    return Gap(
        None, clock.now(), "the cursor of this folder could not be read; mail that came meanwhile may be unheard"
    )


def _by_size(listed: list[Entry]) -> Iterator[list[Entry]]:
    group: list[Entry] = []
    for entry in listed:
        if group and sum(min(other.size, LARGEST) for other in [*group, entry]) > BYTES_A_PAGE:
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _bodies(box: "BaseMailBox", group: list[Entry]) -> list[Entry]:
    """The mails themselves; what was removed meanwhile is left out."""
    read = imap.fetch(box, [entry.uid for entry in group if entry.size <= LARGEST])
    for entry in group:
        if entry.size > LARGEST:
            read += imap.fetch(box, [entry.uid], f"]<0.{START}>")
    return sorted(read, key=lambda entry: entry.uid)


def _page(at: Cursor, all_heard: list[Heard]) -> Page:
    return Page(
        at.write(),
        mentions=tuple(one for one in all_heard if isinstance(one, Mention)),
        changes=tuple(one for one in all_heard if isinstance(one, OwnPost | Bounced)),
        malformed=tuple(one for one in all_heard if isinstance(one, Malformed)),
    )


def idle(connection: Connection, seconds: float) -> bool:
    """Waits at most ``seconds`` (below 29 minutes) for new mail; true where a poll is worth it now.

    At once false where the server cannot IDLE. Raises AuthFailed, Temporary.
    """
    return imap.idle(connection.imap, connection.settings.folder, seconds)
