"""How long a platform wants to be left alone."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from twoway import clock

WAIT = timedelta(seconds=60)
"""Before the next try, where the platform does not say."""


def retry_at(header: str) -> datetime:
    """The moment that a Retry-After header (seconds or a date) names; a minute from now where it names none."""
    now = clock.now()
    try:
        if header.isascii() and header.isdecimal():
            return now + timedelta(seconds=min(int(header), 86_400))
        return max(now, min(parsedate_to_datetime(header), now + timedelta(days=1)))
    except (ValueError, TypeError, OverflowError):
        return now + WAIT
