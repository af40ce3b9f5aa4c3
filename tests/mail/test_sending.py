"""Every way an SMTP server can fail us, and what the desk may believe afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from responders.mail import Sender
from tests.mail import smtp_server
from tests.mail.accounts import connection, sender
from tests.mail.smtp_server import PASSWORD, USER, Drop, Server
from twoway.domain import Draft, Part
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, Rejected, Temporary
from twoway.mail.address import ReplyAddress, write

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

CUSTOMER, COLLEAGUE = "customer@customer.test", "friend@customer.test"
ADDRESS = ReplyAddress((CUSTOMER,), (COLLEAGUE,), "AW: Re: Paket", "<q@c.test>", ("<p@c.test>",), (), "2026-11-22")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that does as it is told."""
    with smtp_server.running(tmp_path) as running:
        yield running


def desk(server: Server, security: str = "none", *, login: bool = False, **changes: Any) -> Sender:
    """The desk's answering half, in front of that server."""
    section = {
        "mailbox": USER,
        "imap": {"host": "127.0.0.1", "port": 9},
        "smtp": {"host": "127.0.0.1", "port": server.port, "security": security, "login": login},
        "ca_file": str(server.ca_file),
    }
    return sender(connection(section, PASSWORD, **changes))


def part(desk: Sender, text: str = "Kommt morgen.", key: str = "k1", address: ReplyAddress = ADDRESS) -> Part:
    """An approved answer."""
    return Part(desk.preview(Draft(text), write(address)), 0, key)


def taken(server: Server) -> EmailMessage:
    """The one mail that the server took."""
    [envelope] = server.orders.taken
    return BytesParser(policy=default).parsebytes(envelope.content)


def test_everybody_and_our_own_mailbox_get_it_in_one_transaction(server: Server) -> None:
    receipt = desk(server).send(part(desk(server)))

    [envelope] = server.orders.taken
    assert envelope.rcpt_tos == [CUSTOMER, COLLEAGUE, USER]
    assert taken(server)["Message-ID"] == receipt.remote_id
    assert (taken(server)["To"], taken(server)["Cc"], taken(server)["Bcc"]) == (CUSTOMER, COLLEAGUE, None)


def test_the_text_arrives_as_it_was_approved(server: Server) -> None:
    text = ".\n..\nGrüße „Ä“ 🎉\n.\n" + "lange Zeile " * 200 + "\n\n> so"
    desk(server).send(part(desk(server), text))

    expected = "\n".join(line.rstrip() for line in text.split("\n"))
    assert taken(server).get_content().replace("\r\n", "\n").rstrip() == expected


def test_two_tries_differ_in_nothing_but_the_date(server: Server, freeze: Any) -> None:
    stopped = freeze()
    for _ in range(2):
        desk(server).send(part(desk(server)))
        stopped.shift(3600)
    one, two = (envelope.content.splitlines() for envelope in server.orders.taken)

    assert [(a, b) for a, b in zip(one, two, strict=True) if a != b and not a.startswith(b"Date:")] == []
    assert one != two


REFUSALS = [
    ({"mail": "451 4.3.0 try later"}, Temporary),
    ({"mail": "553 5.7.1 not your address"}, Rejected),
    ({"mail": "530 5.7.0 authentication required"}, AuthFailed),
    ({"rcpt": {CUSTOMER: "450 4.2.1 greylisted"}}, Temporary),
    ({"rcpt": {CUSTOMER: "550 5.1.1 no such user"}}, Gone),
    ({"rcpt": {CUSTOMER: "554 5.7.1 we do not like you"}}, Rejected),
    ({"rcpt": {COLLEAGUE: "450 4.2.1 greylisted"}}, Temporary),
    ({"rcpt": {USER: "452 4.2.2 mailbox full"}}, Temporary),
    ({"rcpt": {USER: "550 5.1.1 no such user"}}, Rejected),
    ({"data": "451 4.3.0 disk full"}, Temporary),
    ({"data": "554 5.7.1 looks like spam"}, Rejected),
]


@pytest.mark.parametrize(("orders", "error"), REFUSALS)
def test_a_refusal_says_what_to_do_next_and_nothing_was_sent(
    server: Server, orders: dict[str, Any], error: type[ChannelError]
) -> None:
    answer = part(desk(server))
    vars(server.orders).update(orders)
    with pytest.raises(ChannelError) as refused:
        desk(server).send(answer)

    assert type(refused.value) is error
    assert server.orders.taken == []


def test_a_cc_that_is_gone_for_good_does_not_keep_the_answer_from_the_customer(server: Server) -> None:
    server.orders.rcpt = {COLLEAGUE: "550 5.1.1 no such user"}
    desk(server).send(part(desk(server)))

    assert server.orders.taken[0].rcpt_tos == [CUSTOMER, USER]


LOST: list[tuple[Drop, type[ChannelError], int]] = [
    ("at the start", Temporary, 0),
    ("in the middle", Temporary, 0),
    ("at the end", DeliveryUnknown, 1),
]


@pytest.mark.parametrize(("drop", "error", "taken_"), LOST)
def test_a_lost_connection_is_only_harmless_before_the_end_of_the_mail(
    server: Server, drop: Drop, error: type[ChannelError], taken_: int
) -> None:
    server.orders.drop = drop
    answer = part(desk(server))
    if drop == "in the middle":  # longer than what the buffers on the way hold
        answer = replace(answer, preview=replace(answer.preview, parts=("x" * 20_000_000,)))
    with pytest.raises(ChannelError) as lost:
        desk(server).send(answer)

    assert type(lost.value) is error
    assert len(server.orders.taken) == taken_


def test_no_server_is_temporary(server: Server) -> None:
    nowhere = Server(9, server.orders, server.ca_file)

    with pytest.raises(Temporary):
        desk(nowhere).send(part(desk(nowhere)))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_login_goes_through_tls(tmp_path: Path, security: Any) -> None:
    with smtp_server.running(tmp_path, tls=security, auth=True) as server:
        desk(server, security, login=True).send(part(desk(server)))

        assert len(server.orders.taken) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_certificate_gets_no_mail(tmp_path: Path, security: Any) -> None:
    with smtp_server.running(tmp_path, tls=security, auth=True) as server:
        stranger = desk(server, security, login=True, ca_file=None)
        with pytest.raises(AuthFailed, match="ca_file"):
            stranger.send(part(stranger))

        assert server.orders.taken == []


def test_a_server_without_starttls_gets_no_password(server: Server) -> None:
    with pytest.raises(AuthFailed, match="STARTTLS"):
        desk(server, "starttls", login=True).send(part(desk(server)))


LOGINS = [("535 5.7.8 wrong: geheim-123", AuthFailed), ("454 4.7.0 later", Temporary)]


@pytest.mark.parametrize(("said", "error"), LOGINS)
def test_a_refused_login_never_repeats_the_password(tmp_path: Path, said: str, error: type[ChannelError]) -> None:
    with smtp_server.running(tmp_path, tls="tls", auth=True) as server:
        server.orders.login = said
        with pytest.raises(ChannelError) as refused:
            desk(server, "tls", login=True).send(part(desk(server)))

    assert type(refused.value) is error
    assert PASSWORD not in str(refused.value)


def test_an_address_with_umlauts_before_the_at_needs_a_server_that_knows_them(tmp_path: Path) -> None:
    address = ReplyAddress(("jörg@customer.test",), (), "Hallo", "", (), (), "2026-11-22")
    with smtp_server.running(tmp_path, utf8=False) as old, pytest.raises(Rejected, match="outside ASCII"):
        desk(old).send(part(desk(old), address=address))
    with smtp_server.running(tmp_path) as able:
        desk(able).send(part(desk(able), address=address))

        assert able.orders.taken[0].rcpt_tos == ["jörg@customer.test", USER]


def test_a_domain_with_umlauts_is_written_as_every_server_knows_it(server: Server) -> None:
    address = ReplyAddress(("kundin@müller.test",), (), "Hallo", "", (), (), "2026-11-22")
    desk(server).send(part(desk(server), address=address))

    assert server.orders.taken[0].rcpt_tos[0] == "kundin@xn--mller-kva.test"
