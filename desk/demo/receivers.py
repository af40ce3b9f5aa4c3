"""Where the demo's alerts and mails arrive: real SMTP and HTTP servers on this machine, and a page that shows them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from desk.loopback import HOST
from twoway import clock

PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True, slots=True)
class Alert:
    """What a chat received."""

    at: str
    title: str
    body: str


@dataclass
class Received:
    """Everything that arrived, oldest first."""

    alerts: list[Alert] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)


def create_app(received: Received) -> FastAPI:
    """The chat's HTTP door and the page."""
    from jinja2 import Environment, PackageLoader

    page = Environment(loader=PackageLoader("desk.demo", "templates"), autoescape=True).get_template("receivers.html")
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/alerts")
    async def alert(request: Request) -> Response:
        said: dict[str, Any] = await request.json()
        at = clock.now().strftime("%H:%M:%S")
        received.alerts.append(Alert(at, str(said.get("title", "")), str(said.get("message", ""))))
        return Response(status_code=204)

    @app.get("/")
    def shown() -> Response:
        mails = [(number, mail) for number, mail in enumerate(received.mails)]
        html = page.render(alerts=received.alerts[::-1], mails=mails[::-1])
        return HTMLResponse(html, headers={"Content-Security-Policy": PAGE_POLICY})

    @app.get("/style.css")
    def style() -> Response:
        return Response((files("desk.demo") / "templates" / "receivers.css").read_text("utf-8"), media_type="text/css")

    @app.get("/mails/{number}")
    def mail(number: int) -> Response:
        part = received.mails[number].get_body(("html", "plain"))
        text = part.get_content() if part else ""
        return HTMLResponse(text, headers={"Content-Security-Policy": MAIL_POLICY})

    return app


@contextmanager
def mail_server(received: Received) -> Iterator[int]:
    """The port of an SMTP server that keeps what it is given."""
    from aiosmtpd.controller import Controller

    class Handler:
        async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
            parsed = message_from_bytes(envelope.original_content, policy=policy.default)
            if isinstance(parsed, EmailMessage):
                received.mails.append(parsed)
            return "250 OK"

    controller = Controller(Handler(), hostname=HOST, port=0)
    # With port 0 aiosmtpd would try to reach port 0 itself; so it is started on the listening socket's own number.
    controller.port = _free_port()
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _free_port() -> int:
    import socket

    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])
