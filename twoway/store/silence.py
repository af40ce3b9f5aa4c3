"""How much was heard on a channel in a stretch of time."""

from datetime import datetime

from twoway import clock
from twoway.store.database import Store

_HEARD = """
SELECT count(*) FROM (SELECT 1 FROM mentions
  WHERE channel_id = ? AND heard_at >= ? AND heard_at < ? AND history = 0 LIMIT ?)
"""


def heard(store: Store, channel: int, since: datetime, until: datetime, cap: int) -> int:
    """How many mentions were heard from ``since`` until before ``until``, history aside; counted up to ``cap``."""
    values = (channel, clock.stamp(since), clock.stamp(until), cap)
    return int(store.read().execute(_HEARD, values).fetchone()[0])
