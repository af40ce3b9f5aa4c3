"""The square as an application: its API, its page, and the rules that keep both inside this machine."""

import ipaddress
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from desk.square import api, live, pages
from desk.square.board import Board, Kind, Rules
from desk.square.errors import SquareError, forbidden, invalid

Next = Callable[[Request], Awaitable[Response]]
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def is_loopback(host: str) -> bool:
    """Does a host's name or address, as written, stay on this machine?"""
    host = host.strip("[]").lower()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def create_app(
    file: Path,
    *,
    token: str,
    brand_handle: str,
    brand_name: str = "",
    kind: Kind = "idempotent",
    lag: float | None = None,
    length: int = 500,
    posts_per_minute: int | None = None,
) -> FastAPI:
    """The square on its own ``file``; ``token`` is the brand's. How it behaves towards programs: see `Rules`."""
    app = FastAPI(title="The square", docs_url=None, redoc_url=None)
    app.state.board = Board(file, brand_handle, brand_name=brand_name, token=token)
    app.state.rules = Rules(kind, lag, length, posts_per_minute)
    app.include_router(api.router)
    app.include_router(pages.router)
    app.include_router(live.router)
    app.mount("/static", StaticFiles(directory=str(files("desk.square") / "static")), name="static")
    app.middleware("http")(_guard)
    app.add_exception_handler(SquareError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    return app


async def _guard(request: Request, go_on: Next) -> Response:
    """Only requests addressed to this machine, and forms only from the square's own page; nothing inline in a page."""
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    if not is_loopback(request.url.hostname or ""):
        return _refused(request, forbidden("The square answers on this machine only."))
    if request.method == "POST" and origin not in (None, f"http://{host}"):
        return _refused(request, forbidden("This form belongs to another page."))
    response = await go_on(request)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, SquareError):
        raise error
    if request.url.path.startswith("/api/"):
        body = {"error": {"code": error.code, "message": error.message}}
        return JSONResponse(body, error.status, error.headers)
    return pages.refusal(request, error)


def _invalid(request: Request, error: Exception) -> Response:
    """Unknown and malformed parameters, each with its name; never what was in them."""
    if not isinstance(error, RequestValidationError):
        raise error
    mistakes = [f"{'.'.join(str(step) for step in found['loc'])}: {found['msg']}" for found in error.errors()]
    return _refused(request, invalid("; ".join(mistakes)[:1000]))


def _http(request: Request, error: Exception) -> Response:
    """Unknown paths and methods, in the square's own words."""
    if not isinstance(error, HTTPException):
        raise error
    code = {404: "no_such_path", 405: "no_such_method"}.get(error.status_code, "http")
    return _refused(request, SquareError(error.status_code, code, str(error.detail), dict(error.headers or {})))
