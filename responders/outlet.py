"""A channel as the answering floor sees it: how it sends, how it speaks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from responders import by_hand
from twoway.channel import Channel
from twoway.ports import LanguageOf, Sender


@dataclass(frozen=True, slots=True)
class Outlet:
    """One configured channel's way out. ``sender`` connects on first use and then keeps its connection."""

    name: str
    channel_id: int
    channel: Channel
    sender: Callable[[], Sender]
    language_of: LanguageOf
    address: Literal["Sie", "du"] = "Sie"
    signature: str = ""
    undo_seconds: int = 10

    def answering(self, address: str) -> Sender:
        """Whoever answers there: a person, where the address was written for one, else the channel's sender."""
        return by_hand.Sender(self, None) if by_hand.is_for_hand(address) else self.sender()

    @property
    def pace(self) -> timedelta:
        """How long the platform wants between two answers."""
        rate = self.channel.limits.sends_per_minute
        return timedelta(minutes=1) / rate if rate else timedelta(0)
