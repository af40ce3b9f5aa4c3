"""The event stream that tells open pages to look again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import StreamingResponse

from desk.web.visit import Visit, visit
from twoway.store import Store, inbox

router = APIRouter()
PAUSE = 1.0
"""Seconds between looks."""
QUIET = 20
"""Looks without news after which a comment keeps the connection open."""
LASTS = 600
"""Looks after which the page has to connect again, so that a session that ended hears no more."""


class Watch:
    """Notices writes of this process and of others. One thread uses it: the version belongs to its connection."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._version = -1
        self._news: tuple[int, ...] = ()

    def look(self) -> bool:
        """Is there anything new to read since the last look?"""
        version = self._store.data_version()
        if version == self._version:
            return False
        self._version = version
        news = inbox.news(self._store)
        changed = news != self._news
        self._news = news
        return changed


@router.get("/live")
async def live(request: Request, seen: Annotated[Visit, Depends(visit)]) -> StreamingResponse:
    """``news`` whenever the desk's file tells something new."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_news(request, seen.store), media_type="text/event-stream", headers=headers)


async def _news(request: Request, store: Store) -> AsyncIterator[str]:
    loop, watch = asyncio.get_running_loop(), Watch(store)
    await loop.run_in_executor(request.app.state.watch, watch.look)
    # The page was rendered before this stream was opened: what came between is news.
    yield "retry: 3000\nevent: news\ndata: now\n\n"
    for turn in range(1, LASTS + 1):
        await asyncio.sleep(PAUSE)
        if request.app.state.closing or await request.is_disconnected():
            return
        if await loop.run_in_executor(request.app.state.watch, watch.look):
            yield "event: news\ndata: now\n\n"
        elif turn % QUIET == 0:
            yield ": still here\n\n"
