"""What goes wrong, as a page in plain words."""

from collections.abc import Callable
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from desk.web import inbound
from desk.web.guard import PUSHED
from desk.web.pages import is_fragment, page
from desk.web.visit import Forged, Guest, SignedOut, Visit, guest, visit
from twoway.errors import ChannelError, NotAdmitted, NotFound, Refused, Stale, StoreError, TwowayError

log = structlog.get_logger(__name__)
STATUS: dict[type[Exception], int] = {
    Forged: 403,
    Stale: 409,
    NotFound: 404,
    Refused: 422,
    ChannelError: 502,
    StoreError: 503,
    TwowayError: 500,
}
PROGRAM = {405: "send a POST request", 500: "the desk made a mistake; send it again later"}
"""What a program is told at the inbound door."""


def install(app: FastAPI) -> None:
    """Let every error end in a page."""
    handlers: dict[type[Exception], Callable[[Request, Exception], Response]] = {
        SignedOut: _signed_out,
        NotAdmitted: inbound.not_admitted,
        TwowayError: _expected,
        RequestValidationError: _odd_request,
        HTTPException: _http,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def status_of(error: TwowayError) -> int:
    """The HTTP status of an expected error."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def problem(request: Request, status: int, said: str = "") -> Response:
    """The page for a status; ``said`` is what the desk says, in English."""
    if request.url.path.startswith(PUSHED):
        return inbound.refused(status, PROGRAM.get(status, "this cannot be done here"))
    seen: Visit | Guest
    try:
        seen = visit(request)
    except (SignedOut, StoreError):
        seen = guest(request)
    title = seen.words.known(f"problem.{status}", seen.words("problem.other"))
    template = "problem_part.html" if is_fragment(request) else "problem.html"
    plain = seen.words.said(said) if said else ""
    # No counts: the file may be what is in trouble.
    around = {"groups": (), "counts": {}, "here": ""}
    return page(seen, template, status, title=title, said=plain, status_code=status, **around)


def _signed_out(request: Request, error: Exception) -> Response:
    if request.method != "GET":
        return problem(request, 401)
    where = f"/login?next={quote(request.url.path)}" if request.url.path != "/" else "/login"
    return Response(status_code=303, headers={"Location": where})


def _expected(request: Request, error: Exception) -> Response:
    status = status_of(error) if isinstance(error, TwowayError) else 500
    return problem(request, status, str(error))


def _odd_request(request: Request, error: Exception) -> Response:
    return problem(request, 404 if request.method == "GET" else 422)


def _http(request: Request, error: Exception) -> Response:
    return problem(request, error.status_code if isinstance(error, HTTPException) else 500)


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("page failed", path=request.url.path, exc_info=error)
    return problem(request, 500)
