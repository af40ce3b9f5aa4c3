"""Errors say what to do next. Whatever derives from TwowayError is expected and shown as one line."""

from collections.abc import Mapping
from datetime import datetime


class TwowayError(Exception):
    """Something expected went wrong; the message tells a person what to do."""


class ConfigError(TwowayError):
    """The configuration is wrong; ``mistakes`` names every one with its key path."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class StoreError(TwowayError):
    """The database cannot be used: newer, locked, full or damaged. Nothing was half-written."""


class NotFound(TwowayError):
    """There is no such conversation, draft, delivery, user or channel."""


class Refused(TwowayError):
    """The act is not allowed: an illegal move, a missing right, a text with gaps."""


class NotAdmitted(Refused):
    """A request at the inbound door is not taken; ``status`` is HTTP's, ``fields`` names what is wrong where."""

    def __init__(self, status: int, said: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(said)
        self.status = status
        self.fields = dict(fields or {})


class Stale(Refused):
    """The conversation has changed since it was looked at; look again."""


class ChannelError(TwowayError):
    """A platform said no. Carries the channel, the operation and the platform's own words."""

    alone = False
    """Whether it is about this operation and no other: the platform is there, and everything else goes on."""

    def __init__(self, channel: str, operation: str, said: str, *, alone: bool = False) -> None:
        super().__init__(f"{channel}: {operation}: {said}")
        self.channel = channel
        self.operation = operation
        self.said = said
        self.alone = alone or self.alone


class Temporary(ChannelError):
    """Nothing was accepted; try again after a while."""


class RateLimited(ChannelError):
    """Nothing was accepted; try again at ``retry_at``."""

    def __init__(self, channel: str, operation: str, said: str, retry_at: datetime, *, alone: bool = False) -> None:
        """``alone``: nothing but this operation has to wait; whoever raises it does not ask before then either."""
        super().__init__(channel, operation, said, alone=alone)
        self.retry_at = retry_at


class AuthFailed(ChannelError):
    """The login is refused; pause the channel and tell a person."""


class Gone(ChannelError):
    """What we would answer was deleted."""


class Rejected(ChannelError):
    """This text was refused; it goes back to the person who wrote it."""


class DeliveryUnknown(ChannelError):
    """The platform may or may not have accepted it; read back, never send again blindly."""
