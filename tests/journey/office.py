"""A real desk in an office: `twoway run` on mailboxes of a real Dovecot and Postfix, with people who write to it."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from desk.wiring import Desk, open_desk
from responders import review
from tests.desk.process import Running, command, running
from tests.servers import starting
from tests.servers.fixtures import MailServers
from twoway.config import load
from twoway.store import inbox, sessions, users

PASSWORD = "ein Satz, den man sich merkt"
HEAD = """
[desk]
brand = "Müllers Läden"
[web]
port = {port}
"""
MAILBOX = """
[channels.{name}]
kind = "mail"
name = "Müllers Läden"
signature = "Viele Grüße, {{initials}}"
mailbox = "{user}"
password = "file:{name}.password"
ca_file = "{ca}"
undo_seconds = 1
poll_seconds = 1
imap = {{ host = "127.0.0.1", port = {imap} }}
smtp = {{ host = "127.0.0.1", port = {smtp} }}
"""


@dataclass
class Office:
    """One desk: its folder, its mailboxes, and what can be seen from outside its process."""

    folder: Path
    servers: MailServers
    port: int = field(default_factory=lambda: starting.free_ports(1)[0])

    @property
    def config(self) -> Path:
        """The desk's configuration."""
        return self.folder / "twoway.toml"

    def set_up(self, more: str = "", **mailboxes: str) -> None:
        """Write the configuration: channels by name with their mailboxes, which are emptied; and let Anna in."""
        text = HEAD.format(port=self.port)
        for name, user in mailboxes.items():
            self.servers.dovecot.account(user)
            self.set_password(name, self.servers.password(user))
            ports = {"imap": self.servers.dovecot.imaps_port, "smtp": self.servers.postfix.submission_port}
            text += MAILBOX.format(name=name, user=user, ca=self.servers.ca_file, **ports)
        self.config.write_text(text + more, "utf-8")
        self.twoway("user", "add", "anna", "--role", "admin", "--name", "Anna Berger", typed=f"{PASSWORD}\n")

    def set_password(self, channel: str, password: str) -> None:
        """What the desk believes that a mailbox' password is."""
        file = self.folder / f"{channel}.password"
        file.touch(mode=0o600)
        file.write_text(password)

    def twoway(self, *words: str, typed: str = "", code: int = 0) -> str:
        """What a command prints, run beside the desk."""
        done = subprocess.run(
            command(*words, "--config", str(self.config)),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == code, done.stderr
        return done.stdout

    def json(self, *words: str, code: int = 0) -> Any:
        """What a command prints as one document."""
        return json.loads(self.twoway(*words, "--json", code=code))

    @contextmanager
    def open(self) -> Iterator[Running]:
        """The desk at work, having looked once into each mailbox: what comes from now on is no history."""
        with running(self.config, self.port) as desk, self.beside() as seen:
            deaf = "SELECT count(*) FROM channels WHERE last_success_at IS NULL AND paused_at IS NULL"
            self.until(lambda: seen.store.read().execute(deaf).fetchone()[0] == 0, "every mailbox was looked into")
            yield desk

    @contextmanager
    def beside(self) -> Iterator[Desk]:
        """The desk's file and channels, opened in this process beside the running one."""
        opened = open_desk(load(self.config))
        try:
            yield opened
        finally:
            opened.close()

    def until(self, true: Callable[[], object], what: str, seconds: float = 30) -> None:
        """Wait for something to become true."""
        starting.wait_until(lambda: bool(true()), what, seconds)

    def write(self, sender: str, recipient: str, text: str, raw: bytes = b"", **headers: str) -> None:
        """Somebody outside sends a mail, through Postfix."""
        mail = EmailMessage()
        mail["From"], mail["To"] = sender, recipient
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        address = sender.rpartition("<")[2].rstrip(">")
        self.servers.post(address, [recipient], raw or mail.as_bytes())

    def waiting_for(self, desk: Desk, words: str) -> int:
        """The conversation in the inbox with these words; waited for, draft included."""
        found: list[int] = []

        def look() -> bool:
            lines = [line for line in inbox.lines(desk.store, "open") if line.draft]
            found[:] = [line.id for line in lines if words in f"{line.title} {line.text}"]
            return bool(found)

        self.until(look, f"{words!r} is judged, queued and drafted")
        return found[0]

    def answer(self, desk: Desk, number: int, words: str) -> int:
        """Anna writes and approves, in this process; the delivery."""
        anna = users.by_login(desk.store, "anna")
        _, session = sessions.begin(desk.store, anna.id, "password")
        outlet = desk.outlet(inbox.line(desk.store, number).channel)  # type: ignore[union-attr]
        review.save(desk.store, anna, number, words)
        prepared = review.prepare(desk.store, outlet, anna, number)
        return review.approve(desk.store, outlet, anna, session, prepared, prepared.preview.sha256).id
