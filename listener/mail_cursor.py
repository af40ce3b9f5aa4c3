"""Where reading a folder stands: UIDs count only as long as UIDVALIDITY stays the same."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from twoway import clock
from twoway.mail.imap import Entry, State
from twoway.text import canonical

OVERLAP = timedelta(days=2)
"""Read again beyond the newest mail heard: IMAP searches by the server's own calendar day, and clocks differ."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """``uid``: everything up to it has been heard. Times are stored stamps of arrival, in UTC."""

    uidvalidity: int
    uid: int
    seen: str
    """The newest arrival heard so far."""
    floor: str
    """When listening began (or how far back it goes): history read by date never goes behind it."""
    since: str = ""
    """While history is read by date: the first day that is searched; empty while UIDs are enough."""

    @classmethod
    def of(cls, text: str) -> "Cursor | None":
        """The cursor that ``write`` wrote; None if this is none."""
        try:
            read = cls(**json.loads(text))
            sound = read.uid >= 0 and clock.parse(read.seen) and clock.parse(read.floor)
            return read if sound and (not read.since or read.first_day) else None
        except (ValueError, TypeError):
            return None

    def write(self) -> str:
        """The one text of this cursor."""
        return canonical(asdict(self))

    @property
    def first_day(self) -> date | None:
        """The day before which nothing is searched."""
        return date.fromisoformat(self.since) if self.since else None

    def wants(self, entry: Entry) -> bool:
        """Whether a mail counts. While UIDs are enough every mail does, an old one too that was moved here."""
        return not self.since or clock.stamp(entry.received) >= self.floor

    def after(self, uid: int, entries: list[Entry]) -> "Cursor":
        """The cursor once everything up to ``uid`` has been heard."""
        newest = max((clock.stamp(entry.received) for entry in entries), default=self.seen)
        return replace(self, uid=uid, seen=max(self.seen, newest))

    def caught_up(self, state: State) -> "Cursor":
        """The cursor once the folder has been read to its end."""
        return replace(self, uid=max(self.uid, state.next - 1), since="")


def start(state: State, since: datetime | None, now: datetime) -> Cursor:
    """The first cursor of a folder: everything from ``since``, or only what comes from now on."""
    now = now.replace(microsecond=0)  # the server's times of arrival are whole seconds
    if since is None:
        return Cursor(state.uidvalidity, state.next - 1, clock.stamp(now), clock.stamp(now))
    first = (since - timedelta(days=1)).date().isoformat()
    return Cursor(state.uidvalidity, 0, clock.stamp(since), clock.stamp(since), first)


def renumbered(old: Cursor, state: State) -> Cursor:
    """The cursor after the server gave all mails new UIDs: from the newest mail heard, with overlap.

    A mail that is heard a second time is recognised by the hash of its bytes.
    """
    first = (clock.parse(old.seen) - OVERLAP).date().isoformat()
    return replace(old, uidvalidity=state.uidvalidity, uid=0, since=first)
