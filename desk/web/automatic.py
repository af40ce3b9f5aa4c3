"""Robots, lists and bounces: seen, shown, nothing to answer."""

from fastapi import APIRouter, Response

from desk.web.inbox import navigation
from desk.web.pages import page
from desk.web.visit import Looking
from twoway.store import channels, mentions

router = APIRouter()
MOST = 200


@router.get("/automatic")
def automatic(seen: Looking) -> Response:
    """The newest automatic mails."""
    names = {channel.id: channel for channel in channels.all_of(seen.store)}
    authors = {}
    rows = mentions.automatic(seen.store, MOST)
    for row in rows:
        if row.author_id not in authors:
            authors[row.author_id] = mentions.author(seen.store, row.author_id)
    return page(seen, "automatic.html", rows=rows, channels=names, authors=authors, **navigation(seen, "automatic"))
