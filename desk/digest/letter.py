"""A rendered digest as a mail, and the server it goes through."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import quote, urlsplit

from desk.digest.render import Rendered
from twoway.config import Smtp
from twoway.mail.account import Server
from twoway.mail.smtp import Letter
from twoway.mail.writing import Policy, ascii_domain, needs_utf8
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
        ca_file=smtp.ca_file,
        timeout=TIMEOUT,
    )


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a digest."""

    brand: str
    sender: str
    recipient: str
    key: str
    """The same on every try, so that a second copy can be recognised by its Message-ID."""
    leave: str
    """Where the recipient leaves the list."""


def letter(rendered: Rendered, head: Head, written: datetime) -> Letter:
    """The mail."""
    sender, recipient = head.sender, head.recipient
    utf8 = needs_utf8((sender, recipient))
    message = EmailMessage(policy=Policy(linesep="\r\n", utf8=utf8))
    message["From"] = _mailbox(sender, head.brand)
    message["To"] = _mailbox(recipient)
    message["Subject"] = one_line(rendered.subject, 200)
    message["Date"] = format_datetime(written)
    message["Message-ID"] = f"<digest.{head.key}@{ascii_domain(sender).rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{_ascii(head.leave)}>"
    if head.leave.startswith("https://"):  # RFC 8058 knows no other
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(rendered.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", charset="utf-8", cte="quoted-printable")
    to = (ascii_domain(recipient),)
    return Letter(ascii_domain(sender), to, cc=(), own="", content=message.as_bytes(), utf8=utf8)


def _mailbox(mail: str, name: str = "") -> Address:
    local, _, domain = ascii_domain(mail).rpartition("@")
    return Address(one_line(name), local, domain)


def _ascii(url: str) -> str:
    """The address as a header can hold it."""
    parts = urlsplit(url)
    host = parts.netloc.encode("idna").decode("ascii")
    return parts._replace(netloc=host, path=quote(parts.path, safe="/%")).geturl()
