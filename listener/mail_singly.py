"""Mails one by one, after the server gave up on a page of them: one damaged mail must not hide all others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twoway.channels.mail import Connection
from twoway.domain import Malformed
from twoway.errors import Temporary
from twoway.mail import imap
from twoway.mail.imap import Entry
from twoway.text import sha256

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

TRIES = 3
"""A mail is given up only after the server failed on it so often and was well each time in between."""

Bodies = Callable[["BaseMailBox", list[Entry]], list[Entry]]


@dataclass(frozen=True, slots=True)
class Singly:
    """Each mail in a session of its own, because a server that fails on one hangs up."""

    connection: Connection
    stream: str
    uidvalidity: int

    def fetch(self, group: list[Entry], bodies: Bodies) -> tuple[list[Entry], list[Malformed]]:
        """The mails that the server gives, and those it does not. Raises Temporary where the server itself is down."""
        given: list[Entry] = []
        refused: list[Malformed] = []
        for entry in group:
            found = self._one(entry, bodies)
            (refused.append(found) if isinstance(found, Malformed) else given.extend(found))
        return given, refused

    def _one(self, entry: Entry, bodies: Bodies) -> list[Entry] | Malformed:
        said = ""
        for _ in range(TRIES):
            try:
                with imap.session(self.connection.imap, "collect") as box:
                    self._open(box)
                    return bodies(box, [entry])
            except Temporary as error:
                said = error.said
            with imap.session(self.connection.imap, "collect") as box:
                self._open(box)  # raises where it was not the mail's fault
        name = f"{self.stream} {self.uidvalidity} {entry.uid}"
        return Malformed(sha256(name), f"the server cannot give the mail with UID {entry.uid}: {said}", b"")

    def _open(self, box: "BaseMailBox") -> None:
        state = imap.examine(box, self.connection.imap, self.stream, "collect")
        if state.uidvalidity != self.uidvalidity:
            raise Temporary(self.connection.name, "collect", "the mails were given new UIDs meanwhile")
