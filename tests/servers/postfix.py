"""A real Postfix on loopback that delivers to the tests' Dovecot and sends real bounces."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import starting
from tests.servers.dovecot import Dovecot


@dataclass(frozen=True)
class Postfix:
    """One running server; it takes the passwords of Dovecot's accounts."""

    folder: Path
    smtp_port: int
    """Takes mail from anybody on this machine."""
    submission_port: int
    """STARTTLS and login."""
    smtps_port: int
    """TLS and login."""


@contextmanager
def running(dovecot: Dovecot) -> Iterator[Postfix]:
    """A server for desk.test and customer.test; who has no account there gets a bounce."""
    starting.need("postfix")
    if os.geteuid() != 0:
        starting.refuse("Postfix starts only as root")
    with starting.scratch() as folder:
        server = Postfix(folder, *starting.free_ports(3))
        _configure(server, dovecot)
        command = [starting.find("postfix") or "postfix", "-c", str(folder / "etc")]
        subprocess.run([*command, "start"], check=True, capture_output=True, timeout=60)
        try:
            starting.wait_until(lambda: starting.listens(server.smtps_port), f"Postfix starts ({folder})")
            yield server
        finally:
            subprocess.run([*command, "stop"], check=False, capture_output=True, timeout=60)


def _configure(server: Postfix, dovecot: Dovecot) -> None:
    folder = server.folder
    for name in ("etc", "spool", "data"):
        (folder / name).mkdir()
    for name in ("cert.pem", "key.pem"):
        (folder / name).write_bytes((dovecot.folder / name).read_bytes())
    _give_to_postfix(folder / "data")
    ports = {"smtp": server.smtp_port, "submission": server.submission_port, "smtps": server.smtps_port}
    starting.fill("main.cf", folder / "etc" / "main.cf", dir=folder, lmtp=dovecot.lmtp_port, sasl=dovecot.sasl_port)
    starting.fill("master.cf", folder / "etc" / "master.cf", **ports)


def _give_to_postfix(path: Path) -> None:
    import shutil

    shutil.chown(path, "postfix", "postfix")
