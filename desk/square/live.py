"""The event stream that tells an open page to look again."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from desk.square.board import Board

router = APIRouter(include_in_schema=False)
PAUSE = 0.4
"""Seconds between looks at the file; another process may have written to it."""
QUIET = 25
"""Looks without news after which a comment keeps the connection open."""


@router.get("/live")
async def live(request: Request) -> StreamingResponse:
    """``change`` with the position of the newest activity, once at the start and whenever it moves."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_changes(request), media_type="text/event-stream", headers=headers)


async def _changes(request: Request) -> AsyncIterator[str]:
    board: Board = request.app.state.board
    seen, quiet = -1, 0
    yield "retry: 2000\n\n"
    while not await request.is_disconnected():
        newest = await asyncio.to_thread(board.newest)
        if newest != seen:
            seen, quiet = newest, 0
            yield f"event: change\nid: {newest}\ndata: {newest}\n\n"
        elif (quiet := quiet + 1) >= QUIET:
            quiet = 0
            yield ": still here\n\n"
        await asyncio.sleep(PAUSE)
