"""The channel `mail`: a mailbox that is read over IMAP and answered over SMTP."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from twoway.channel import Channel, Limits, Policy
from twoway.channels.mail_oauth import OAuth
from twoway.config.sections import Section
from twoway.config.values import Host, InFolder, Mail, Name, Port, Seconds, Yes, loopback
from twoway.domain import Standing
from twoway.errors import Refused
from twoway.mail import imap, smtp
from twoway.mail.account import Server
from twoway.mail.tokens import Tokens
from twoway.ports import Access
from twoway.secrets import Secret

IMAP_PORTS = {"tls": 993, "starttls": 143, "none": 143}
SMTP_PORTS = {"tls": 465, "starttls": 587, "none": 25}


class _Host(Section):
    host: Host
    port: Port | None = None
    """None: the usual one of ``security``."""
    security: Literal["tls", "starttls", "none"]
    username: Name | None = None
    """None: the channel's."""
    password: Secret | None = None

    @model_validator(mode="after")
    def _never_in_the_clear(self) -> Self:
        if self.security == "none" and not loopback(self.host):
            raise ValueError('security = "none" is only for this machine; write "tls" or "starttls"')
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together; one of them is missing")
        return self


class Imap(_Host):
    """Where the mailbox is read."""

    security: Literal["tls", "starttls", "none"] = "tls"


class Smtp(_Host):
    """Where answers are handed over."""

    security: Literal["tls", "starttls", "none"] = "starttls"
    login: Yes = True
    """False for a server that takes our mail without a login."""


class Settings(Section):
    """The section ``[channels.NAME]`` of a channel of the kind mail."""

    mailbox: Mail
    """The address that customers write to and answers come from."""
    name: str = Field(default="", max_length=100)
    """The sender's name that customers see."""
    aliases: tuple[Mail, ...] = ()
    """Further addresses of ours that end in this mailbox."""
    username: Name | None = None
    """None: the address of the mailbox."""
    password: Secret | None = None
    oauth: OAuth | None = None
    """In place of a password."""
    imap: Imap
    smtp: Smtp
    folder: Name = "INBOX"
    sent_folder: Name | None = None
    """Where colleagues' mail programs keep what they sent; None: answers made elsewhere are only heard as copies."""
    ca_file: InFolder | None = None
    """A certificate authority of our own, in place of the system's."""
    timeout_seconds: Annotated[Seconds, Field(ge=1, le=600)] = 30

    @field_validator("mailbox")
    @classmethod
    def _plain(cls, mailbox: str) -> str:
        if not mailbox.isascii():
            raise ValueError("must be an address in ASCII (write the domain as xn--…)")
        return mailbox.lower()

    @field_validator("aliases")
    @classmethod
    def _lower(cls, aliases: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(alias.lower() for alias in aliases)

    @model_validator(mode="after")
    def _one_login(self) -> Self:
        if (self.password is None) == (self.oauth is None):
            raise ValueError(
                "password or a table oauth must be set, one of them: it is how the mailbox is logged in to"
            )
        return self

    @property
    def domain(self) -> str:
        """The part behind the @, which our Message-IDs carry."""
        return self.mailbox.rpartition("@")[2]

    @property
    def ours(self) -> frozenset[str]:
        """Every address that is the desk itself."""
        return frozenset({self.mailbox, *self.aliases})

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that are read."""
        return (self.folder, *((self.sent_folder,) if self.sent_folder else ()))


@dataclass(frozen=True)
class Connection:
    """The one login of both halves; every use opens a session of its own, so that threads never share one."""

    name: str
    settings: Settings
    tokens: Tokens | None = None
    """In place of a password."""

    @cached_property
    def imap(self) -> Server:
        """The server that is read."""
        return self._server(self.settings.imap, IMAP_PORTS)

    @cached_property
    def smtp(self) -> Server:
        """The server that sends."""
        return self._server(self.settings.smtp, SMTP_PORTS, login=self.settings.smtp.login)

    def _server(self, host: _Host, ports: dict[str, int], *, login: bool = True) -> Server:
        mine = self.settings
        user = (host.username or mine.username or mine.mailbox) if login else ""
        password = host.password or mine.password
        return Server(
            channel=self.name,
            host=host.host,
            port=host.port or ports[host.security],
            security=host.security,
            user=user,
            password=password.get_secret_value() if login and password else "",
            ca_file=mine.ca_file,
            timeout=mine.timeout_seconds,
            helo=mine.domain,
            tokens=self.tokens if login and not password else None,
        )

    def standing(self) -> Standing:
        """When somebody has to sign in again, where the provider said so."""
        return Standing(expires_at=self.tokens.ends_at if self.tokens else None)


def connect(settings: Settings, access: Access) -> Connection:
    """No network yet: the first poll and the first answer log in."""
    return Connection(access.name, settings, settings.oauth.tokens(access) if settings.oauth else None)


def check(connection: Connection) -> None:
    """Opens every folder that is read, and logs in where answers are handed over."""
    with imap.session(connection.imap, "check") as box:
        for folder in connection.settings.folders:
            imap.examine(box, connection.imap, folder, "check")
    smtp.check(connection.smtp)


def sign_in(connection: Connection, tell: Callable[[str, str], None]) -> None:
    """A person signs in to the mailbox, where and with the code that they are told. Raises ChannelError, Refused."""
    if connection.tokens is None:
        raise Refused(f"{connection.name} logs in with a password; there is nothing to sign in to")
    connection.tokens.sign_in(tell)


CHANNEL = Channel(
    kind="mail",
    label="E-Mail",
    settings=Settings,
    connect=connect,
    check=check,
    limits=Limits(length=50_000, parts=1, poll_seconds=60, sends_per_minute=30, read_back_lag=None),
    policy=Policy(),
    collector="listener.mail:Collector",
    sender="responders.mail:Sender",
    wake="listener.mail:idle",
    sign_in=sign_in,
)
