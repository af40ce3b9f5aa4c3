"""Listings of X that reach back only so far: what lies before that is a gap, and days without news are none."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from listener.newest_first import Cursor
from twoway import clock
from twoway.channels.x_posts import moment
from twoway.domain import Gap, Page

Read = Callable[[str | None, datetime | None], Iterator[Page]]
"""(cursor, since) -> pages after it."""


def within(reach: timedelta, why: str, read: Read, written: str | None, since: datetime | None) -> Iterator[Page]:
    """What ``read`` gives, as far as the listing goes; a cursor that is older is moved there, and the gap is told."""
    since = max(since, clock.now() - reach) if since else None
    cursor = Cursor.read(written) if written else None
    if cursor and _heard_until(cursor) < clock.now() - reach:
        yield (page := _moved(cursor, reach, why))
        written = page.cursor
        cursor = None
    for page in read(written, since):
        # A way back that goes on ends at what was newest when it began, not at what is newest now.
        yield page if cursor and cursor.resume else _refreshed(page)


def _heard_until(cursor: Cursor) -> datetime:
    times = [clock.parse(cursor.since)] if cursor.since else []
    return max([*times, *([moment(cursor.high)] if cursor.high else [])], default=clock.now())


def _moved(cursor: Cursor, reach: timedelta, why: str) -> Page:
    begin = clock.now() - reach
    top = cursor.resume[0] if cursor.resume else cursor.high
    gap = Gap(_heard_until(cursor), max(begin, moment(top)) if top else begin, why)
    return Page(replace(cursor, since=clock.stamp(begin), high=top, resume=None).written(), gap=gap)


def _refreshed(page: Page) -> Page:
    """Days without news are heard as well: the cursor says so before the listing no longer reaches them."""
    cursor, today = Cursor.read(page.cursor), clock.now().replace(minute=0, second=0, microsecond=0)
    if cursor is None or cursor.resume or today - _heard_until(cursor) < timedelta(days=1):
        return page
    return replace(page, cursor=replace(cursor, since=clock.stamp(today - timedelta(hours=12))).written())
