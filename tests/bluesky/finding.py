"""What the tests of Bluesky ask of a desk."""

from tests.contract.rig import Desk
from twoway.domain import Page


def last_gap(desk: Desk) -> Page | None:
    """The page with a gap that reading the mentions on gives, if there is one."""
    found = None
    for page in desk.rig.collector().collect("mentions", desk.cursors["mentions"]):
        desk.keep("mentions", page)
        found = page if page.gap else found
    return found
