"""Channels of the kind mail as the desk makes them, on the tests' servers."""

from datetime import datetime
from typing import Any

import httpx2
from pydantic import SecretStr

from listener.mail import Collector
from responders.mail import Sender
from tests.servers.dovecot import Dovecot
from twoway.channels.mail import Connection, Settings, connect
from twoway.domain import Page
from twoway.ports import Access, Inbound


class _NoDoor:
    """Mail does not come through the inbound door."""

    def after(self, cursor: int, limit: int) -> list[Inbound]:
        """Never asked."""
        raise AssertionError("the mail channel used the inbound door")


def connection(section: dict[str, Any], password: str, /, **changes: Any) -> Connection:
    """The channel ``mail`` of such a configuration section."""
    settings = Settings.model_validate({"password": SecretStr(password), **section, **changes})
    return connect(settings, Access("mail", "instance", _NoDoor(), httpx2.Client))


def reading(dovecot: Dovecot, user: str, **changes: Any) -> Connection:
    """A channel that can read the account, and send nowhere."""
    section = {
        "mailbox": user,
        "imap": {"host": "127.0.0.1", "port": dovecot.imaps_port},
        "smtp": {"host": "127.0.0.1", "port": 9, "security": "none"},
        "ca_file": str(dovecot.ca_file),
    }
    return connection(section, dovecot.password(user), **changes)


def collector(channel: Connection, since: datetime | None = None) -> Collector:
    """Its hearing half."""
    return Collector(channel, channel.settings, since)


def sender(channel: Connection) -> Sender:
    """Its answering half."""
    return Sender(channel, channel.settings)


def pages(channel: Connection, cursor: str | None = None, since: datetime | None = None) -> list[Page]:
    """Everything one poll of the inbox hears."""
    return list(collector(channel, since).collect("INBOX", cursor))
