"""A real Dovecot on loopback, with accounts of its own and mail put in and read out."""

import grp
import imaplib
import os
import pwd
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trustme

from tests.servers import starting


@dataclass(frozen=True)
class Dovecot:
    """One running server."""

    folder: Path
    imap_port: int
    """STARTTLS; without it, only for connections from this very address."""
    imaps_port: int
    lmtp_port: int
    sasl_port: int
    oauth_port: int
    """Where the server asks whether a token is good; whoever gives tokens listens there (`tests.fakes.oauth`)."""

    @property
    def ca_file(self) -> Path:
        """The authority that signed the server's certificate (for localhost, 127.0.0.1 and 127.0.0.2)."""
        return self.folder / "ca.pem"

    def password(self, user: str) -> str:
        """The password of an account."""
        return f"secret of {user.partition('@')[0]}"

    def account(self, user: str) -> str:
        """A fresh account of that address, with an empty mailbox; gives back the address."""
        users = self.folder / "users"
        known = users.read_text() if users.exists() else ""
        if f"{user}:" not in known:
            users.write_text(f"{known}{user}:{{PLAIN}}{self.password(user)}::::::\n")
        shutil.rmtree(self.home(user), ignore_errors=True)
        return user

    def home(self, user: str) -> Path:
        """Where the account's maildir is, and Dovecot's index of it."""
        return self.folder / "home" / user

    @contextmanager
    def login(self, user: str) -> Iterator[imaplib.IMAP4_SSL]:
        """A plain client of the account, independent of the desk's own code."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        with imaplib.IMAP4_SSL("127.0.0.1", self.imaps_port, ssl_context=context) as client:
            client.login(user, self.password(user))
            yield client

    def put(self, user: str, *mails: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Lays mails into a mailbox, arrived at ``at``."""
        with self.login(user) as client:
            for mail in mails:
                status, said = client.append(folder, "", imaplib.Time2Internaldate(at or datetime.now(UTC)), mail)
                assert status == "OK", said

    def pile(self, user: str, count: int, mail: bytes, at: datetime) -> None:
        """Many copies of a mail that arrived then, in a moment: one file under as many names."""
        folders = [self.home(user), *(self.home(user) / "Maildir" / name for name in ("", "cur", "new", "tmp"))]
        for folder in folders:
            folder.mkdir(exist_ok=True)
            self.own(folder)
        source = folders[0] / "mail"
        source.write_bytes(mail)
        self.own(source)
        os.utime(source, (at.timestamp(),) * 2)
        for number in range(count):
            os.link(source, folders[2] / f"1700000000.M{number}P1.old,S={len(mail)},W={len(mail)}:2,S")

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """What lies in a folder, without changing it."""
        with self.login(user) as client:
            client.select(folder, readonly=True)
            _, found = client.uid("FETCH", "1:*", "(BODY.PEEK[])")
            return [answer[1] for answer in found if isinstance(answer, tuple)]

    def flags(self, user: str) -> list[bytes]:
        """The flags of every mail in the inbox."""
        with self.login(user) as client:
            client.select("INBOX", readonly=True)
            return [line for line in client.uid("FETCH", "1:*", "(FLAGS)")[1] if isinstance(line, bytes)]

    def spoil(self, user: str, pattern: str) -> None:
        """The server still lists the mail with these words, but its disk no longer gives it."""
        for path in (self.home(user) / "Maildir" / "new").iterdir():
            if pattern.encode() in path.read_bytes():
                path.chmod(0)

    def renumber(self, user: str) -> None:
        """Every mail gets a new UID and the folder a new UIDVALIDITY, as after a restore of the server."""
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
            (self.home(user) / "Maildir" / name).unlink(missing_ok=True)
        validity = self.home(user) / "Maildir" / "dovecot-uidlist"
        validity.write_text(f"3 V{int(datetime.now(UTC).timestamp()) + 4711} N1\n")
        self.own(validity)

    def own(self, path: Path) -> None:
        """Gives a file or folder to the server's user."""
        if os.geteuid() == 0:
            shutil.chown(path, *runs_as())


def runs_as() -> tuple[str, str]:
    """User and group of the server: nobody where the tests run as root, else whoever runs them."""
    if os.geteuid() == 0:
        return "nobody", grp.getgrgid(pwd.getpwnam("nobody").pw_gid).gr_name
    return pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name


def certify(folder: Path) -> None:
    """ca.pem, cert.pem and key.pem in that folder."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate = authority.issue_cert("localhost", "127.0.0.1", "127.0.0.2")
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    (folder / "cert.pem").write_bytes(b"".join(part.bytes() for part in certificate.cert_chain_pems))


@contextmanager
def running() -> Iterator[Dovecot]:
    """A server with the accounts desk@desk.test, colleague@desk.test and customer@customer.test."""
    starting.need("dovecot")
    with starting.scratch() as folder:
        server = Dovecot(folder, *starting.free_ports(5))
        certify(folder)
        (folder / "home").mkdir()
        server.own(folder / "home")
        for user in ("desk@desk.test", "colleague@desk.test", "customer@customer.test"):
            server.account(user)
        with _process(server):
            yield server


@contextmanager
def _process(server: Dovecot) -> Iterator[None]:
    user, group = runs_as()
    values = {"imap": server.imap_port, "imaps": server.imaps_port, "lmtp": server.lmtp_port, "sasl": server.sasl_port}
    config = server.folder / "dovecot.conf"
    starting.fill("dovecot-oauth2.conf", server.folder / "oauth2.conf", oauth=server.oauth_port)
    starting.fill("dovecot.conf", config, dir=server.folder, user=user, group=group, **values)
    process = subprocess.Popen([starting.find("dovecot") or "dovecot", "-F", "-c", str(config)])
    try:
        starting.wait_until(lambda: starting.listens(server.imaps_port), f"Dovecot starts ({server.folder})")
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)
