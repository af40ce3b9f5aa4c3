"""The form set-ups: customers write through a door; answers go by signed webhook, by mail, or by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from listener.webform import Collector
from responders import by_hand
from responders.webform import Sender
from tests.contract.mail import CUSTOMER, DESK, MailRig
from tests.fakes.webhook import PATH, SECRET, Receiver, fake_receiver
from tests.webform.forms import Door, form
from twoway.channels.webform import Webform


class FormRig:
    """A form whose answers a person gives."""

    can = frozenset({"private", "hand", "unlisted"})
    page_size = "listener.webform.PAGE"
    secret = ""
    name = "our form"
    email = ""

    def __init__(self) -> None:
        self.door = Door()
        self.connection: Webform = form(self.door)

    def collector(self, since: datetime | None = None) -> Collector:
        return Collector(self.connection, self.connection.settings, since)

    def sender(self) -> Any:
        return by_hand.Sender(self.connection, None)

    def say(self, customer: str, text: str, *, private: bool = True, reply_to: str = "") -> str:
        return self.door.put(name=customer, text=text, reply_to=reply_to, email=self.email)

    def heard_as(self, said: str) -> str:
        return said

    def _cannot(self, *arguments: Any, **options: Any) -> Any:
        raise NotImplementedError("a form cannot; its rig does not say so either")

    edit = delete = answer_elsewhere = drop_next_send = refuse_login = in_our_name = _cannot


class FormByWebhookRig(FormRig):
    """A form of another system, which takes the answers as signed requests and can say what it has."""

    can = frozenset({"private", "api", "pushed", "doubt", "found", "unlisted"})
    secret = SECRET

    def __init__(self, receiver: Receiver) -> None:
        super().__init__()
        self.receiver = receiver
        webhook = {"url": receiver.url, "secret": SecretStr(SECRET), "read_back": receiver.lists, "timeout_seconds": 2}
        self.connection = form(self.door, webhook=webhook)

    def sender(self) -> Sender:
        return Sender(self.connection, self.connection.settings)

    def drop_next_send(self, *, accepted: bool) -> None:
        self.receiver.faults.order("drop-after" if accepted else "drop-before", method="POST", path=PATH)

    def refuse_login(self) -> None:
        self.receiver.secret = "whsec_" + "cmV2b2tlZC1yZXZva2VkLXJldm9rZWQtcmV2b2tlZA=="

    def in_our_name(self, expected: int) -> list[str]:
        return [answer["text"] for answer in self.receiver.answers.values()]


class MuteReceiverRig(FormByWebhookRig):
    """A receiver that cannot be asked what it has."""

    can = FormByWebhookRig.can - {"found"}


class FormByMailRig(FormRig):
    """A form whose customers leave an address; the mailbox is on real servers."""

    can = frozenset({"private", "api", "pushed", "unlisted"})
    email = CUSTOMER

    def __init__(self, mail: MailRig) -> None:
        super().__init__()
        self._mail = mail
        self.secret = mail.secret
        self._borrow()

    def _borrow(self) -> None:
        self.connection = form(self.door, self._mail.connection, mail="support")

    def sender(self) -> Sender:
        return Sender(self.connection, self.connection.settings)

    def refuse_login(self) -> None:
        self._mail.refuse_login()
        self._borrow()

    def in_our_name(self, expected: int) -> list[str]:
        return self._mail.in_our_name(expected)


@contextmanager
def open_form(request: pytest.FixtureRequest) -> Iterator[FormRig]:
    """By hand."""
    yield FormRig()


@contextmanager
def open_by_webhook(request: pytest.FixtureRequest) -> Iterator[FormByWebhookRig]:
    """By webhook."""
    with fake_receiver(request.getfixturevalue("tmp_path")) as receiver:
        rig = FormByWebhookRig(receiver)
        yield rig
        rig.connection.http.close()


@contextmanager
def open_mute(request: pytest.FixtureRequest) -> Iterator[MuteReceiverRig]:
    """By webhook, to somebody who cannot be asked."""
    with fake_receiver(request.getfixturevalue("tmp_path")) as receiver:
        receiver.lists = False
        rig = MuteReceiverRig(receiver)
        yield rig
        rig.connection.http.close()


@contextmanager
def open_by_mail(request: pytest.FixtureRequest) -> Iterator[FormByMailRig]:
    """By mail, where the servers can run."""
    servers = request.getfixturevalue("mail_servers")
    servers.dovecot.account(DESK)
    yield FormByMailRig(MailRig(servers))
