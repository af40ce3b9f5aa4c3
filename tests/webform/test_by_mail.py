"""A form answered by mail, over real servers: through the brand's mailbox, whose own channel hears what comes of it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desk import schedule
from desk.wiring import Desk, open_desk
from responders import review
from responders.deliver import deliver_once
from responders.readback import compare
from tests.servers.fixtures import MailServers
from tests.webform.forms import SECRET
from twoway import clock
from twoway.config import load
from twoway.store import channels, conversations, deliveries, inbound, outside, sessions, users
from twoway.store.audit import audit

pytestmark = pytest.mark.servers

DESK, CUSTOMER = "desk@desk.test", "customer@customer.test"
ANSWER = "Das tut uns leid. Wir schicken Ihnen eine neue Tasse."
CONFIG = """
[desk]
brand = "Wanderlust"
[model]
name = "rules"
[channels.support]
kind = "mail"
mailbox = "{desk}"
password = "env:MAIL_PASSWORD"
ca_file = "{ca}"
undo_seconds = 0
imap = {{ host = "127.0.0.1", port = {imap} }}
smtp = {{ host = "127.0.0.1", port = {smtp} }}
[channels.contact]
kind = "webform"
secrets = ["env:FORM_SECRET"]
mail = "support"
undo_seconds = 0
"""


class Office:
    """A desk with a mailbox and a form."""

    def __init__(self, desk: Desk, servers: MailServers) -> None:
        self.desk, self.servers = desk, servers
        self.hear()

    def hear(self) -> None:
        for name in self.desk.names:
            schedule.collect(self.desk, name)
        schedule.judge_all(self.desk)

    def asked(self, email: str = CUSTOMER) -> None:
        """A customer fills in the form."""
        store = self.desk.store
        message = {"text": "Meine Tasse kam zerbrochen an, was nun?", "subject": "Tasse", "name": "Petra"}
        body = json.dumps({**message, "email": email}).encode()
        channel = channels.by_name(store, "contact").id
        inbound.put(store, channel, "application/json", body, unique_id=f"msg {email}")
        self.hear()

    def approve(self) -> int:
        """Anna answers."""
        store, outlet = self.desk.store, self.desk.outlet("contact")
        anna = users.add(store, "anna", "Anna Berger", "AB", "admin", None)
        session = sessions.begin(store, anna.id, "password")[1]
        review.save(store, anna, 1, ANSWER)
        prepared = review.prepare(store, outlet, anna, 1)
        return review.approve(store, outlet, anna, session, prepared, prepared.preview.sha256).id

    def deliver(self) -> None:
        deliver_once(self.desk.store, self.desk.outlets(), "worker")

    def count(self, table: str) -> int:
        return int(self.desk.store.read().execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.fixture
def office(mail_servers: MailServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    for user in (DESK, CUSTOMER):
        mail_servers.dovecot.account(user)
    monkeypatch.setenv("MAIL_PASSWORD", mail_servers.password(DESK))
    monkeypatch.setenv("FORM_SECRET", SECRET.get_secret_value())
    ports = {"imap": mail_servers.dovecot.imaps_port, "smtp": mail_servers.postfix.submission_port}
    config = tmp_path / "twoway.toml"
    config.write_text(CONFIG.format(desk=DESK, ca=mail_servers.ca_file, **ports))
    desk = open_desk(load(config))
    yield Office(desk, mail_servers)
    desk.close()


def test_the_customer_is_answered_and_their_reply_is_heard_beside_it(office: Office) -> None:
    office.asked()
    delivery = office.approve()
    office.deliver()
    store = office.desk.store
    assert deliveries.get(store.read(), delivery).state == "sent"
    mail = office.servers.arrived(CUSTOMER, "twoway")
    assert (mail["From"], mail["To"], mail["Subject"]) == (DESK, CUSTOMER, "Re: Tasse")
    office.servers.arrived(DESK, "twoway")
    reply = (
        f"From: {CUSTOMER}\nTo: {DESK}\nSubject: AW: Re: Tasse\nMessage-ID: <danke@customer.test>\n"
        f"In-Reply-To: {mail['Message-ID']}\nReferences: {mail['References']} {mail['Message-ID']}\n\n"
        "Und wann kommt sie?\n"
    )
    office.servers.post(CUSTOMER, [DESK], reply.encode())
    office.servers.arrived(DESK, "danke@customer")
    office.hear()
    assert office.count("outside_answers") == 0
    second = conversations.by_id(store, 2)
    assert (second.channel_id, second.linked_to) == (channels.by_name(store, "support").id, 1)
    assert audit(store).ok


def test_our_copy_in_the_mailbox_settles_a_doubt_of_the_form(office: Office) -> None:
    office.asked()
    delivery = office.approve()
    sender = office.desk.outlet("contact").sender()
    send = type(sender).send

    def lost(self, part):  # type: ignore[no-untyped-def]
        send(self, part)
        raise RuntimeError("the power went")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(type(sender), "send", lost)
        office.deliver()
    store = office.desk.store
    assert deliveries.get(store.read(), delivery).state == "unknown"
    office.servers.arrived(DESK, "twoway")
    office.hear()
    assert deliveries.get(store.read(), delivery).state == "sent"
    assert (office.count("receipts"), office.count("outside_answers")) == (1, 0)


def test_a_mail_that_comes_back_reopens_the_forms_conversation(office: Office) -> None:
    office.asked("nobody-here@customer.test")
    delivery = office.approve()
    office.deliver()
    store = office.desk.store
    assert deliveries.get(store.read(), delivery).state == "sent"
    office.servers.arrived(DESK, "multipart/report")
    office.hear()
    assert deliveries.get(store.read(), delivery).state == "failed"
    assert conversations.by_id(store, 1).state == "open"
    assert audit(store).ok


def test_the_mailbox_is_held_against_what_was_approved_for_the_form(office: Office) -> None:
    office.asked()
    office.approve()
    office.deliver()
    office.servers.arrived(DESK, "twoway")
    store, since = office.desk.store, clock.now() - timedelta(hours=1)
    row = channels.by_name(store, "support")
    found = compare(store, row, lambda: office.desk.sender("support"), since, hear=lambda: "")
    assert (found.ok, found.approved, found.wrong.count) == (True, 1, 0)
    assert outside.by_key(store, "0" * 32) is None


def test_checking_the_form_logs_in_to_its_mailbox(office: Office) -> None:
    office.desk.check("contact")
