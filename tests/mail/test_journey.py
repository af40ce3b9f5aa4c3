"""Through a real Postfix and a real Dovecot, from the customer's mail to the answer to our answer."""

import pytest

from tests.mail.accounts import connection, pages, sender
from tests.servers.fixtures import MailServers
from twoway import clock
from twoway.channels.mail import Connection
from twoway.domain import Bounced, Draft, Found, Mention, OwnPost, Part, Unclear

pytestmark = pytest.mark.servers

DESK, CUSTOMER = "desk@desk.test", "customer@customer.test"

QUESTION = b"""From: Karla Kundin <customer@customer.test>
To: desk@desk.test
Subject: =?utf-8?q?Mein_Paket_f=C3=BCr_Oma?=
Message-ID: <question-1@customer.test>
Date: Sun, 22 Nov 2026 07:00:00 +0100
Content-Type: text/plain; charset=utf-8

Wo bleibt mein Paket?
"""


@pytest.fixture
def desk(mail_servers: MailServers) -> Connection:
    """The desk's channel with an empty mailbox, and a customer with one."""
    for user in (DESK, CUSTOMER):
        mail_servers.dovecot.account(user)
    return connection(mail_servers.settings(DESK), mail_servers.password(DESK), name="Müllers Läden")


def question(servers: MailServers, desk: Connection, raw: bytes = QUESTION) -> tuple[Mention, str]:
    """The mention that a customer's mail becomes, and the cursor after it."""
    [first] = pages(desk)
    servers.post(CUSTOMER, [DESK], raw)
    servers.arrived(DESK, "Subject")
    heard = pages(desk, first.cursor)
    return heard[0].mentions[0], heard[-1].cursor


def test_an_answer_reaches_the_customers_thread_and_the_reply_to_it_is_heard(
    mail_servers: MailServers, desk: Connection
) -> None:
    mention, cursor = question(mail_servers, desk)
    preview = sender(desk).preview(Draft("Ihr Paket kommt morgen.\n\nGrüße"), mention.address)
    receipt = sender(desk).send(Part(preview, 0, "a" * 32))
    answer = mail_servers.arrived(CUSTOMER, "twoway")

    assert (answer["In-Reply-To"], answer["References"]) == ("<question-1@customer.test>",) * 2
    assert (answer["To"], answer["Message-ID"]) == (CUSTOMER, receipt.remote_id)
    assert b"Gr\xc3\xbc\xc3\x9fe" in answer.get_payload(decode=True)

    mail_servers.arrived(DESK, "twoway")
    reply = f"""From: {CUSTOMER}\nTo: {DESK}\nSubject: AW: Re: Mein Paket\nIn-Reply-To: {receipt.remote_id}
References: <question-1@customer.test> {receipt.remote_id}\nMessage-ID: <thanks@customer.test>\n
Danke!\n\nAm 22.11.26 um 08:00 schrieb Müllers Läden <desk@desk.test>:\n> Ihr Paket kommt morgen.\n"""
    mail_servers.post(CUSTOMER, [DESK], reply.encode())
    mail_servers.arrived(DESK, "thanks@customer")
    heard = pages(desk, cursor)
    [own], [thanks] = heard[0].changes, heard[0].mentions

    assert isinstance(own, OwnPost)
    assert (own.id, own.key, own.replies_to) == (receipt.remote_id, "a" * 32, ("<question-1@customer.test>",))
    assert thanks.text == "Danke!"
    assert thanks.replies_to == (receipt.remote_id, "<question-1@customer.test>")


def test_the_copy_in_our_own_mailbox_is_how_an_answer_is_found_again(
    mail_servers: MailServers, desk: Connection
) -> None:
    mention, _ = question(mail_servers, desk)
    part = Part(sender(desk).preview(Draft("Morgen."), mention.address), 0, "b" * 32)
    before = sender(desk).find(part, clock.now())
    receipt = sender(desk).send(part)
    mail_servers.arrived(DESK, "twoway")
    found = sender(desk).find(part, clock.now())

    assert isinstance(before, Unclear)
    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id


def test_the_copy_stands_in_no_header(mail_servers: MailServers, desk: Connection) -> None:
    mention, _ = question(mail_servers, desk)
    sender(desk).send(Part(sender(desk).preview(Draft("Morgen."), mention.address), 0, "c" * 32))
    answer = mail_servers.arrived(CUSTOMER, "twoway")

    assert "Bcc" not in answer
    assert DESK not in f"{answer['To']}{answer['Cc']}"


def test_a_real_bounce_of_our_answer_names_the_answer_and_the_reason(
    mail_servers: MailServers, desk: Connection
) -> None:
    gone = QUESTION.replace(b"customer@customer.test", b"moved@customer.test")
    mention, cursor = question(mail_servers, desk, gone)
    receipt = sender(desk).send(Part(sender(desk).preview(Draft("Morgen."), mention.address), 0, "d" * 32))
    mail_servers.arrived(DESK, "multipart/report")
    changes = [change for page in pages(desk, cursor) for change in page.changes]
    [bounce] = [change for change in changes if isinstance(change, Bounced)]

    assert bounce.remote_ids == (receipt.remote_id,)
    assert "5.1.1" in bounce.reason
