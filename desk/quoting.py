"""Whether a customer's words may leave the house, in a chat or a mail where they can neither be changed nor deleted."""

from twoway import channels
from twoway.errors import NotFound


def may_quote(kind: str | None) -> bool:
    """By the rules of a kind of channel: not where a post that was deleted, or is old, has to be gone everywhere."""
    try:
        policy = channels.channel(kind).policy if kind is not None else None
    except NotFound:  # a kind that is no longer installed says nothing of its rules
        return False
    return policy is not None and policy.quote_in_alerts and policy.keep_days is None
