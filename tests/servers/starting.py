"""What every real server in the tests needs: a folder, free ports, and a moment to come up."""

import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def need(*programs: str) -> None:
    """Skips, naming what is missing; under TWOWAY_REQUIRE_SERVERS=1 that is a failure."""
    missing = [program for program in programs if not find(program)]
    if missing:
        refuse(f"not installed: {', '.join(missing)} (Debian: dovecot-imapd dovecot-lmtpd postfix ngircd)")


def refuse(reason: str) -> None:
    """Skips with that reason, or fails where real servers are required."""
    if os.environ.get("TWOWAY_REQUIRE_SERVERS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def find(program: str) -> str | None:
    """Where a server's program is; Debian keeps them outside of a user's path."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


@contextmanager
def scratch() -> Iterator[Path]:
    """A short path that the servers' own users may enter; removed in the end."""
    folder = Path(tempfile.mkdtemp(prefix="twoway-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


def fill(template: str, target: Path, **values: object) -> None:
    """Writes a template of this folder with its ``@NAME@`` filled in."""
    text = (HERE / template).read_text()
    for name, value in values.items():
        text = text.replace(f"@{name.upper()}@", str(value))
    target.write_text(text)


def listens(port: int) -> bool:
    """Whether somebody answers on that port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until(true: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Looks often, for at most ``seconds``; then fails, saying what never happened."""
    deadline, never = time.monotonic() + seconds, threading.Event()
    while not true():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds} s in vain: {what}")
        never.wait(0.02)
