"""What it means that an answer is not found: it may still come, or it certainly never arrived."""

from datetime import datetime, timedelta

from twoway import clock
from twoway.domain import Absent, Unclear


def missing(what: str, since: datetime, asked: datetime, lag: float) -> Absent | Unclear:
    """What it means that a part is not among ``what``; it was first tried at ``since`` and looked for at ``asked``.

    ``lag``: seconds after which the try is over and the platform shows what it took.
    """
    settled = since + timedelta(seconds=lag)
    if asked < settled:
        return Unclear(f"not among {what}; it can be told for certain after {clock.stamp(settled)}")
    return Absent(f"not among {what} since {clock.stamp(since)}")
