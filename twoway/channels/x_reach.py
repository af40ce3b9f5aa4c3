"""How far X reaches back, and how long it may take to show what was written."""

from datetime import datetime, timedelta

from twoway import clock
from twoway.domain import Absent, Unclear

SEARCH = timedelta(days=7) - timedelta(minutes=10)
"""How far back X's search goes."""
MESSAGES = timedelta(days=30) - timedelta(minutes=10)
"""How far back X gives direct messages."""
MARGIN = timedelta(hours=1)
"""How far X's clock may differ from ours."""
LAG = 120
"""Seconds after which what cannot be found is certainly not there."""


def missing(what: str, since: datetime, asked: datetime, timeout: int) -> Absent | Unclear:
    """What it means that a part is not among ``what``; it was first tried at ``since`` and looked for at ``asked``.

    ``timeout``: seconds that the try may have lasted.
    """
    settled = since + timedelta(seconds=LAG + timeout)
    if asked < settled:
        return Unclear(f"not among {what}; it can be told for certain after {clock.stamp(settled)}")
    return Absent(f"not among {what} since {clock.stamp(since)}")
