"""The reply address of a mail: what the collector knows and the sender needs, as canonical JSON."""

import json
from dataclasses import asdict, dataclass

from twoway.text import canonical


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """Whom an answer goes to, and where in the thread it stands. Addresses are in lower case."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    in_reply_to: str
    """Message-ID of the answered mail; empty where it has none."""
    references: tuple[str, ...]
    """The thread before it, the oldest first."""
    participants: tuple[str, ...]
    """Everybody but ourselves who took part in the answered mail."""
    received: str
    """The day it arrived, ``2026-11-22``: where to begin to look for newer mail."""

    @property
    def thread(self) -> tuple[str, ...]:
        """The thread up to and with the answered mail, the oldest first."""
        return (*self.references, *((self.in_reply_to,) if self.in_reply_to else ()))


def write(address: ReplyAddress) -> str:
    """The one text of a reply address."""
    return canonical(asdict(address))


def read(text: str) -> ReplyAddress:
    """The reply address that ``write`` wrote."""
    stored = json.loads(text)
    lists = {name: tuple(stored[name]) for name in ("to", "cc", "references", "participants")}
    return ReplyAddress(**{**stored, **lists})
