"""For whom a digest is written."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from desk import wording
from desk.digest.words import WORDS
from desk.wording import Spoken
from twoway.store.digests import Kind


@dataclass(frozen=True, slots=True)
class Room:
    """How much of each list is shown; what is left is counted."""

    items: int
    channels: int
    troubles: int
    quotes: int
    said: int
    """Characters of a platform's or a customer's words."""


ROOMS = (Room(10, 25, 10, 5, 240), Room(6, 12, 5, 3, 120), Room(3, 4, 3, 1, 60))
"""From what is wanted to what fits for certain: Gmail cuts a mail off at 100 KB."""
NAME = 60
"""Characters of a name."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a digest, how, and of which desk."""

    brand: str
    url: str
    """Of the inbox, without a slash at its end."""
    spoken: Spoken
    zone: ZoneInfo
    kind: Kind
    leave: str
    """Where this reader leaves the list."""

    def say(self, name: str, n: int = 1, **values: str) -> str:
        """The words of that name, one or many; a week's own words go before those of a day."""
        words = WORDS[self.spoken]
        found = words.get(f"{name}_{self.kind}") or words[name]
        chosen = found if isinstance(found, str) else found[n != 1]
        return chosen.format(n=wording.number(n, self.spoken), **values)

    def moment(self, at: datetime) -> str:
        """A moment on the reader's clocks."""
        return wording.moment(at, self.zone, self.spoken)

    def money(self, amount: Decimal | None, currency: str) -> str:
        """An amount as the reader writes it; none is nothing."""
        return wording.money(amount or Decimal(), currency, self.spoken)

    def number(self, n: int) -> str:
        """A number as the reader writes it."""
        return wording.number(n, self.spoken)
