"""Real mail servers for any test, one pair for all of them; a test that uses them has the mark ``servers``.

``mail_servers`` gives the accounts ``desk@desk.test``, ``colleague@desk.test`` and ``customer@customer.test``:
``mail_servers.settings("desk@desk.test")`` is the section of a channel that reads and answers as that account,
``mail_servers.dovecot`` puts mail in and reads it out, ``mail_servers.post`` sends as the outside world does and
``mail_servers.arrived`` waits for it. Accounts keep their mail for the session: ``dovecot.account(user)`` empties one.
"""

import re
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from tests.servers import dovecot as dovecot_server
from tests.servers import ngircd as chat_server
from tests.servers import postfix as postfix_server
from tests.servers import starting
from tests.servers.dovecot import Dovecot
from tests.servers.ngircd import Ngircd
from tests.servers.postfix import Postfix

__all__ = ["chat", "dovecot", "mail_servers", "postfix"]


@dataclass(frozen=True)
class MailServers:
    """Dovecot and Postfix together."""

    dovecot: Dovecot
    postfix: Postfix

    @property
    def ca_file(self) -> Path:
        """The authority that both servers' certificates come from."""
        return self.dovecot.ca_file

    def settings(self, user: str) -> dict[str, Any]:
        """A channel's section (kind mail), except for its password, which is ``password(user)``."""
        return {
            "mailbox": user,
            "imap": {"host": "127.0.0.1", "port": self.dovecot.imaps_port, "security": "tls"},
            "smtp": {"host": "127.0.0.1", "port": self.postfix.submission_port, "security": "starttls"},
            "ca_file": str(self.ca_file),
        }

    def password(self, user: str) -> str:
        """The password of an account, for IMAP and SMTP."""
        return self.dovecot.password(user)

    def post(self, sender: str, recipients: list[str], mail: bytes) -> None:
        """A mail from outside."""
        with smtplib.SMTP("127.0.0.1", self.postfix.smtp_port, "outside.test", timeout=20) as smtp:
            smtp.sendmail(sender, recipients, mail)

    def arrived(self, user: str, pattern: str, seconds: float = 30) -> Message:
        """The mail in that inbox whose source matches; waited for."""
        found: list[bytes] = []

        def look() -> bool:
            found[:] = [mail for mail in self.dovecot.mails(user) if re.search(pattern.encode(), mail)]
            return bool(found)

        starting.wait_until(look, f"a mail with {pattern!r} in the inbox of {user}", seconds)
        return BytesParser().parsebytes(found[0])


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A real IMAP server."""
    with dovecot_server.running() as server:
        yield server


@pytest.fixture(scope="session")
def postfix(dovecot: Dovecot) -> Iterator[Postfix]:
    """A real SMTP server in front of it."""
    with postfix_server.running(dovecot) as server:
        yield server


@pytest.fixture(scope="session")
def chat() -> Iterator[Ngircd]:
    """A real chat server; a test that uses it has the mark ``chat``."""
    with chat_server.running() as server:
        yield server


@pytest.fixture(scope="session")
def mail_servers(dovecot: Dovecot, postfix: Postfix) -> MailServers:
    """Both, wired together."""
    return MailServers(dovecot, postfix)
