"""The section of a mail channel: what it needs, what it takes for granted, and what it will not do."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from tests.mail.accounts import connection
from twoway.channels import channel
from twoway.channels.mail import CHANNEL, Settings

SECTION: dict[str, Any] = {
    "mailbox": "Desk@Desk.test",
    "password": SecretStr("geheim-123"),
    "imap": {"host": "imap.test"},
    "smtp": {"host": "smtp.test"},
}


def settings(**changes: Any) -> Settings:
    """The section with changes."""
    return Settings.model_validate({**SECTION, **changes})


def test_the_table_of_channels_knows_mail() -> None:
    assert channel("mail") is CHANNEL


def test_host_mailbox_and_password_are_enough() -> None:
    made = connection(SECTION, "")

    assert (made.imap.host, made.imap.port, made.imap.security, made.imap.user) == (
        *("imap.test", 993, "tls"),
        "desk@desk.test",
    )
    assert (made.smtp.port, made.smtp.security, made.smtp.password) == (587, "starttls", "geheim-123")


def test_the_smtp_server_may_have_a_login_of_its_own() -> None:
    own = {"host": "smtp.test", "username": "relay", "password": SecretStr("anders")}
    made = connection(SECTION, "", smtp=own)

    assert (made.smtp.user, made.smtp.password, made.imap.password) == ("relay", "anders", "geheim-123")


def test_a_server_without_login_gets_no_password() -> None:
    made = connection(SECTION, "", smtp={"host": "smtp.test", "login": False})

    assert (made.smtp.user, made.smtp.password) == ("", "")


def test_a_password_in_the_clear_is_for_this_machine_only() -> None:
    with pytest.raises(ValidationError, match="only for this machine"):
        settings(imap={"host": "imap.test", "security": "none"})

    assert settings(imap={"host": "127.0.0.1", "security": "none"})


WRONG: dict[str, Any] = {
    "an unknown key": {"pasword": "x"},
    "a password in the file": {"password": "geheim-123"},
    "no address": {"mailbox": "desk"},
    "an address with umlauts": {"mailbox": "jörg@desk.test"},
    "half a login": {"smtp": {"host": "smtp.test", "username": "relay"}},
    "an impossible time limit": {"timeout_seconds": 0},
}


@pytest.mark.parametrize("name", WRONG)
def test_mistakes_are_refused_without_repeating_a_secret(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**WRONG[name])

    assert "geheim-123" not in str(refused.value)


def test_no_password_is_shown() -> None:
    made = connection(SECTION, "")

    assert "geheim-123" not in f"{made!r}{made.imap!r}{made.smtp!r}"
