"""The mail set-up: a mailbox on a real Dovecot, answers through a real Postfix."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import count

import pytest

from listener.mail import Collector
from responders.mail import Sender
from tests.mail.accounts import collector, connection, sender
from tests.servers.fixtures import MailServers
from tests.servers.starting import wait_until
from twoway import clock
from twoway.text import sha256

DESK, CUSTOMER = "desk@desk.test", "customer@customer.test"
_numbers = count(1)


class MailRig:
    """A mailbox; every customer writes from the same one, so that the answers can be read there."""

    can = frozenset({"history", "private", "api", "look", "lists"})
    page_size = "listener.mail.MAILS_A_PAGE"
    name = "mail"

    def __init__(self, servers: MailServers) -> None:
        self._servers = servers
        for user in (DESK, CUSTOMER):
            servers.dovecot.account(user)
        self.secret = servers.password(DESK)
        self.connection = connection(servers.settings(DESK), self.secret)

    def collector(self, since: datetime | None = None) -> Collector:
        return collector(self.connection, since)

    def sender(self) -> Sender:
        return sender(self.connection)

    def say(self, customer: str, text: str, *, private: bool = True, reply_to: str = "") -> str:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"{customer} <{CUSTOMER}>", DESK, "A question"
        mail["Message-ID"] = f"<{next(_numbers)}@customer.test>"
        mail["Date"] = format_datetime(clock.now())
        if reply_to:
            mail["In-Reply-To"] = reply_to
        mail.set_content(text)
        self._servers.dovecot.put(DESK, mail.as_bytes().replace(b"\n", b"\r\n"))
        return str(mail["Message-ID"])

    def heard_as(self, said: str) -> str:
        line = f"Message-ID: {said}\r\n".encode()
        [raw] = [mail for mail in self._servers.dovecot.mails(DESK) if line in mail]
        return sha256(raw)

    def refuse_login(self) -> None:
        self.connection = connection(self._servers.settings(DESK), f"not {self.secret}")

    def in_our_name(self, expected: int) -> list[str]:
        dovecot = self._servers.dovecot
        wait_until(lambda: len(dovecot.mails(CUSTOMER)) >= expected, f"{expected} answers arrive")
        return [_text(raw) for raw in dovecot.mails(CUSTOMER)]

    def _cannot(self, *arguments: object, **options: object) -> None:
        raise NotImplementedError("nobody can do that to a mail that was sent; `can` does not say so either")

    edit = delete = answer_elsewhere = drop_next_send = _cannot


def _text(raw: bytes) -> str:
    from email import message_from_bytes, policy

    mail = message_from_bytes(raw, policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n").rstrip("\n")


def open_mail(request: pytest.FixtureRequest) -> MailRig:
    """The set-up, where the servers can run."""
    return MailRig(request.getfixturevalue("mail_servers"))
