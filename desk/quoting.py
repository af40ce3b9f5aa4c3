"""Whether a customer's words may leave the house."""

from twoway import channels
from twoway.errors import NotFound


def may_quote(kind: str | None) -> bool:
    """By the rules of a kind of channel: not where a post that was deleted has to be gone everywhere."""
    try:
        return kind is not None and channels.channel(kind).policy.quote_in_alerts
    except NotFound:  # a kind that is no longer installed says nothing of its rules
        return False
