"""An SMTP server in this process that misbehaves to order and remembers what it really took."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.starting import free_ports

USER, PASSWORD = "desk@desk.test", "geheim-123"

Drop = Literal["", "at the start", "in the middle", "at the end"]


@dataclass
class Orders:
    """What the server does wrong, and what it took."""

    mail: str = ""
    """Its answer to MAIL FROM; empty: as it should be. Likewise the others."""
    rcpt: dict[str, str] = field(default_factory=dict)
    data: str = ""
    login: str = ""
    drop: Drop = ""
    """When it hangs up on a mail; ``at the end`` having taken it without saying so."""
    taken: list[Envelope] = field(default_factory=list)


class _Handler:
    def __init__(self, orders: Orders) -> None:
        self.orders = orders

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.orders.mail:
            return self.orders.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.orders.rcpt.get(address, "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.orders.data:
            return self.orders.data
        self.orders.taken.append(envelope)
        if self.orders.drop == "at the end":
            server.transport.abort()
        return "250 OK"


class _Server(SMTP):
    """Hangs up in the middle of DATA where it is told to."""

    orders: Orders

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.orders.drop in ("at the start", "in the middle"):
            if self.orders.drop == "in the middle":
                await self.push("354 go on")
                await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def __init__(self, orders: Orders, tls: ssl.SSLContext | None, implicit: bool, options: dict[str, Any]) -> None:
        implied = tls if implicit else None
        port = free_ports(1)[0]
        super().__init__(_Handler(orders), "127.0.0.1", port, ssl_context=implied, ready_timeout=20)
        self.orders = orders
        self._options = {**options, "tls_context": None if implicit else tls}

    def factory(self) -> SMTP:
        server = _Server(self.handler, **self._options)
        server.orders = self.orders
        return server


@dataclass(frozen=True)
class Server:
    """A running server; tell it what to do wrong through ``orders``."""

    port: int
    orders: Orders
    ca_file: Path


@contextmanager
def running(
    folder: Path, *, tls: Literal["", "starttls", "tls"] = "", auth: bool = False, utf8: bool = True
) -> Iterator[Server]:
    """With ``auth`` a login is required; without TLS it is taken in the clear."""
    orders, ca = Orders(), trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword
    ) -> AuthResult:
        right = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right and not orders.login, handled=False, message=orders.login or None)

    options: dict[str, Any] = {"enable_SMTPUTF8": utf8, "hostname": "mx.test"}
    if auth:
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": tls == "starttls"}
    controller = _Controller(orders, context if tls else None, tls == "tls", options)
    controller.start()
    try:
        yield Server(controller.port, orders, folder / "ca.pem")
    finally:
        controller.stop()
