"""The lists: what is to be done, most pressing first."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response

from desk.web.pages import page, to
from desk.web.visit import Looking, Visit
from twoway.errors import NotFound
from twoway.store import inbox, users
from twoway.store.inbox import Line
from twoway.text import storable

router = APIRouter()
SIZE = 50
TO_DO = ("open", "approve", "hand", "trouble", "overdue", "promised")
TO_KNOW = ("mentions", "noise")
ASIDE = ("waiting", "snoozed", "resolved")


def navigation(seen: Visit, here: str = "") -> dict[str, Any]:
    """What the navigation shows: every list with its count, and where one is."""
    return {"counts": inbox.counts(seen.store), "groups": (TO_DO, TO_KNOW, ASIDE), "here": here}


def people(seen: Visit) -> dict[int, users.User]:
    """Everybody by id, for names beside what they did."""
    return {user.id: user for user in users.all_of(seen.store)}


def fold(lines: Sequence[Line]) -> tuple[list[Line], dict[int, list[Line]]]:
    """What stands in the list, and below which of them the others of the page that say nearly the same."""
    first: list[Line] = []
    folded: dict[int, list[Line]] = {}
    groups: dict[int, int] = {}
    for line in lines:
        if line.group is not None and line.group in groups:
            folded.setdefault(groups[line.group], []).append(line)
            continue
        first.append(line)
        if line.group is not None:
            groups[line.group] = line.id
    return first, folded


@router.get("/")
def start() -> Response:
    """The first list."""
    return to("/inbox/open")


@router.get("/inbox/{name}")
def one(seen: Looking, name: str, after: int = 0, topic: str = "") -> Response:
    """A page of a list; ``after`` lines are left out before it. ``topic``: only conversations that are about it."""
    if name not in inbox.LISTS:
        raise NotFound(f"there is no list {name!r}")
    after = min(max(after, 0), 1_000_000)
    topic = storable(topic)
    lines = inbox.lines(seen.store, name, SIZE + 1, after, topic)
    first, folded = fold(lines[:SIZE])
    return page(
        seen,
        "inbox.html",
        name=name,
        lines=first,
        folded=folded,
        before=max(after - SIZE, 0) if after else None,
        following=after + SIZE if len(lines) > SIZE else None,
        after=after,
        topic=topic,
        topics=[found.name for found in seen.desk.config.topics],
        people=people(seen),
        **navigation(seen, name),
    )
