"""For whoever watches the machine: does the desk answer, does its file open? No details, no login."""

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse

from twoway.store import desk as stamps

router = APIRouter()


@router.get("/healthz")
def healthz(request: Request) -> PlainTextResponse:
    """200 when the file can be read, else 503."""
    try:
        stamps.stamp(request.app.state.desk.store)
    except Exception:  # whatever it is, the desk cannot work
        return PlainTextResponse("no\n", 503)
    return PlainTextResponse("ok\n")
