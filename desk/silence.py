"""When a channel is silent that otherwise is not.

The rule: nothing was heard for an hour or longer, and over the same hours of the same weekday ten mentions or more were
heard in each of the four weeks before. What is usual is thus the *seasonal naive* forecast (Hyndman, Athanasopoulos:
Forecasting, Principles and Practice, 3rd edition, section 5.2), of which the lowest of four counts: one week in which
everybody talked makes no other week silent, and a holiday among the four keeps quiet.

Why ten and four: mentions that come independently of each other leave even a span empty in which many are expected,
now and then. Over forty simulated years with quiet nights this called somebody for nothing less than once a year, at
five mentions a day as at a thousand; with five in three weeks it would have been every week at fifty a day. A channel
that is rarely used, and one that was set up within these weeks, never has ten in each of them: nobody is called.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from twoway import clock
from twoway.store import Store, silence
from twoway.store.channels import ChannelRow

WEEKS = 4
USUAL = 10
"""Mentions in each of these weeks that make silence unusual."""
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=6)
"""Of a longer silence its last days are compared; with more of them its weeks would overlap."""


def since(store: Store, row: ChannelRow, zone: ZoneInfo) -> datetime | None:
    """Since when a channel has been unusually silent; None where it is not.

    It counts up to the last poll, also to one that failed: whether the platform is out of order or nobody talks, the
    desk hears nothing. While nobody asks, because the desk or the channel is at rest, nothing is said of silence.
    """
    if row.paused_at or row.last_heard_at is None or row.polled_at is None:
        return None
    begun, until = clock.parse(row.last_heard_at), clock.parse(row.polled_at)
    weeks = before(max(begun, until - LONGEST), until, zone)
    if until - begun < SHORTEST or not unusual([silence.heard(store, row.id, *week, USUAL) for week in weeks]):
        return None
    return begun


def before(since: datetime, until: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The same hours of the weeks before, by the clocks of ``zone``."""
    local = since.astimezone(zone), until.astimezone(zone)
    weeks = ([(moment - timedelta(weeks=n)).astimezone(UTC) for moment in local] for n in range(1, WEEKS + 1))
    return [(first, last) for first, last in weeks]


def unusual(heard: Sequence[int]) -> bool:
    """Is silence unusual, after so many mentions (counted up to USUAL) in the same hours of the weeks before?"""
    return min(heard, default=0) >= USUAL
