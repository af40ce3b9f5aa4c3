"""A rendered digest as a mail, and the server it goes through."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from desk.digest.render import Rendered
from twoway.config import Smtp
from twoway.mail.account import Server
from twoway.mail.smtp import Letter
from twoway.mail.writing import ascii_domain, needs_utf8
from twoway.text import one_line

TIMEOUT = 30.0
"""Seconds that one answer of the server may take."""


def server(smtp: Smtp) -> Server:
    """The configured server."""
    return Server(
        channel="digest",
        host=smtp.host,
        port=smtp.port_used,
        security=smtp.security,
        user=smtp.username or "",
        password=smtp.password.get_secret_value() if smtp.password else "",
        ca_file=None,
        timeout=TIMEOUT,
    )


def letter(rendered: Rendered, brand: str, sender: str, recipient: str, key: str, written: datetime) -> Letter:
    """The mail. ``key`` is the same on every try, so that a second copy can be recognised by its Message-ID."""
    utf8 = needs_utf8((sender, recipient))
    message = EmailMessage(policy=SMTP.clone(utf8=utf8))
    message["From"] = _mailbox(sender, brand)
    message["To"] = _mailbox(recipient)
    message["Subject"] = one_line(rendered.subject, 200)
    message["Date"] = format_datetime(written)
    message["Message-ID"] = f"<digest.{key}@{ascii_domain(sender).rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", charset="utf-8", cte="quoted-printable")
    to = (ascii_domain(recipient),)
    return Letter(ascii_domain(sender), to, cc=(), own="", content=message.as_bytes(), utf8=utf8)


def _mailbox(mail: str, name: str = "") -> Address:
    local, _, domain = ascii_domain(mail).rpartition("@")
    return Address(one_line(name), local, domain)
