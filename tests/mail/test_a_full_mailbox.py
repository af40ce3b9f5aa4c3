"""A first poll of a mailbox with 50,000 old mails."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.mail.accounts import collector, pages, reading
from tests.servers.dovecot import Dovecot
from tests.servers.wire import Wire, tapped
from twoway.channels.mail import Connection

pytestmark = pytest.mark.servers

MAIL = "From: k@customer.test\r\nSubject: Nr. {}\r\nMessage-ID: <{}@customer.test>\r\n\r\n{}\r\n"


@pytest.fixture
def wire(dovecot: Dovecot) -> Iterator[Wire]:
    """Between the channel and Dovecot's unencrypted port."""
    with tapped(dovecot.imap_port) as tap:
        yield tap


@pytest.fixture
def channel(dovecot: Dovecot, full: str, wire: Wire) -> Connection:
    """A channel on the full mailbox, through the wire."""
    return reading(dovecot, full, imap={"host": "127.0.0.1", "port": wire.port, "security": "none"})


@pytest.fixture
def full(dovecot: Dovecot) -> str:
    """An account with 50,000 old mails."""
    user = dovecot.account("full@desk.test")
    dovecot.pile(user, 50_000, MAIL.format(0, 0, "x" * 2000).encode(), at=datetime(2026, 1, 1, tzinfo=UTC))
    return user


def test_fifty_thousand_old_mails_cost_nothing(channel: Connection, wire: Wire) -> None:
    tracemalloc.start()
    [first] = pages(channel)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert not first.mentions
    assert [command.split()[0] for command in wire.commands] == ["CAPABILITY", "LOGIN", "EXAMINE", "LOGOUT"]
    assert wire.answered < 5_000
    assert peak < 8_000_000


def test_the_next_mail_is_all_that_is_fetched(dovecot: Dovecot, full: str, channel: Connection, wire: Wire) -> None:
    [first] = pages(channel)
    dovecot.put(full, MAIL.format(1, 1, "Hallo").encode())
    heard = pages(channel, first.cursor)

    assert [mention.title for page in heard for mention in page.mentions] == ["Nr. 1"]
    assert wire.answered < 10_000


def test_going_far_back_keeps_memory_flat_too(channel: Connection) -> None:
    reading_ = collector(channel, datetime(2025, 1, 1, tzinfo=UTC)).collect("INBOX", None)
    heard = [len(next(reading_).mentions) for _ in range(3)]
    tracemalloc.start()
    heard += [len(next(reading_).mentions) for _ in range(40)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    reading_.close()

    assert heard == [50] * 43
    assert peak < 4_000_000
