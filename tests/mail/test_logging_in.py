"""A mailbox that refuses us says why in plain words, and never with the password."""

import pytest
from pydantic import SecretStr

from tests.mail.accounts import collector, pages, reading
from tests.servers.dovecot import Dovecot
from twoway.channels.mail import Connection
from twoway.errors import AuthFailed, Temporary

pytestmark = pytest.mark.servers

DESK = "desk@desk.test"


@pytest.fixture
def channel(dovecot: Dovecot) -> Connection:
    """A channel on an empty mailbox."""
    return reading(dovecot, dovecot.account(DESK))


def test_a_wrong_password_pauses_the_channel_and_is_not_repeated(dovecot: Dovecot) -> None:
    channel = reading(dovecot, dovecot.account(DESK), password=SecretStr("geheim-123"))
    with pytest.raises(AuthFailed) as refused:
        pages(channel)

    assert "geheim-123" not in f"{refused.value}{refused.value!r}{refused.value.__cause__}{refused.value.__context__}"


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_a_server_that_takes_no_password_in_the_clear_is_explained_and_gets_none(
    dovecot: Dovecot, channel: Connection
) -> None:
    plain = reading(dovecot, DESK, imap={"host": "127.0.0.2", "port": dovecot.imap_port, "security": "none"})

    with pytest.raises(AuthFailed, match='security = "tls"'):
        pages(plain)


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_starttls_makes_the_same_port_safe(dovecot: Dovecot, channel: Connection) -> None:
    safe = reading(dovecot, DESK, imap={"host": "127.0.0.2", "port": dovecot.imap_port, "security": "starttls"})

    assert len(pages(safe)) == 1


def test_an_unknown_certificate_is_refused(dovecot: Dovecot, channel: Connection) -> None:
    with pytest.raises(AuthFailed, match="ca_file"):
        pages(reading(dovecot, DESK, ca_file=None))


def test_a_folder_that_is_not_there_is_named(dovecot: Dovecot, channel: Connection) -> None:
    with pytest.raises(AuthFailed, match="Nirgends"):
        list(collector(reading(dovecot, DESK, folder="Nirgends")).collect("Nirgends", None))


def test_a_server_that_is_down_is_temporary(dovecot: Dovecot, channel: Connection) -> None:
    with pytest.raises(Temporary):
        pages(reading(dovecot, DESK, imap={"host": "127.0.0.1", "port": 9}))
