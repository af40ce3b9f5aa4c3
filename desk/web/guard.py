"""What holds for every request and answer: whose host, whose form, how large, and what a page may load."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twoway.config import Web

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with that, browsers hide the origin of our own forms as well.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
LARGEST = 2 * 1024 * 1024
"""Bytes of a form: 100,000 characters of any script, encoded, with room."""
PUSHED = "/inbound/"
"""Where programs speak to the desk (`desk.web.inbound`)."""
_PORTS = {"http": 80, "https": 443}


class Guard:
    """Refuses what was not addressed to this desk, comes from another page, or is too large."""

    def __init__(self, app: ASGIApp, web: Web) -> None:
        self._app = app
        self._web = web
        self._origins = origins(web)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope["method"], Headers(scope=scope))
        refusal = _page(scope["path"], *refused) if refused else None

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(MutableHeaders(scope=message), HEADERS, cacheable=scope["path"].startswith("/static/"))
            await send(message)

        await (refusal or self._app)(scope, receive, send_guarded)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "").lower()
        if host not in {urlsplit(origin).netloc for origin in self._origins} and not self._anywhere(host):
            return 421, "This desk is not known under this address; see web.public_url."
        if method in ("GET", "HEAD"):
            return None
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins and not self._anywhere(urlsplit(origin).netloc, host):
            return 403, "This form belongs to another page."
        length = headers.get("content-length", "")
        if not length.isascii() or not length.isdigit():
            return 411, "Say how long the form is: Content-Length is missing."
        return (413, "This form is too large.") if int(length) > LARGEST else None

    def _anywhere(self, netloc: str, same_as: str | None = None) -> bool:
        """A desk that listens on every address, unnamed: any address in numbers, which no foreign name can rebind."""
        if self._web.public_url or self._web.host not in ("0.0.0.0", "::"):  # noqa: S104 - asked, not bound
            return False
        try:
            ipaddress.ip_address(urlsplit(f"//{netloc}").hostname or "")
        except ValueError:
            return False
        return same_as is None or netloc == same_as


def _page(path: str, status: int, said: str) -> ASGIApp:
    """A refusal for a person, or for the programs that push at the desk."""
    return JSONResponse({"error": said}, status) if path.startswith(PUSHED) else PlainTextResponse(f"{said}\n", status)


def origins(web: Web) -> frozenset[str]:
    """The origins under which people reach this desk."""
    host = f"[{web.host}]" if ":" in web.host else web.host
    known = {f"http://{host}:{web.port}"}
    if web.host in ("127.0.0.1", "::1", "localhost"):
        known |= {f"http://{name}:{web.port}" for name in ("127.0.0.1", "localhost", "[::1]")}
    if web.public_url:
        parts = urlsplit(web.public_url.lower())
        usual = parts.port in (None, _PORTS.get(parts.scheme))
        known.add(f"{parts.scheme}://{parts.netloc.rsplit(':', 1)[0] if usual and parts.port else parts.netloc}")
    return frozenset(known)


def _add(headers: MutableHeaders, added: Mapping[str, str], *, cacheable: bool) -> None:
    for name, value in added.items():
        headers[name] = value
    headers.setdefault("Cache-Control", "no-cache" if cacheable else "no-store")
