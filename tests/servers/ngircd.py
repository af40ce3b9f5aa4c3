"""A real chat server on loopback, ngircd, and somebody who sits in its room and reads."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.servers import starting
from tests.servers.dovecot import runs_as

ROOM = "#team"


@dataclass(frozen=True)
class Heard:
    """A line that was said in the room, and when it was there, by the clock that only goes forward."""

    nick: str
    text: str
    at: float


@dataclass
class Colleague:
    """A person in the room."""

    connection: socket.socket
    said: list[Heard] = field(default_factory=list)
    joined: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Read until the connection ends."""
        with suppress(OSError), self.connection.makefile("r", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                self._take(line.rstrip("\r\n"))

    def _take(self, line: str) -> None:
        prefix, _, rest = line.partition(" ") if line.startswith(":") else ("", "", line)
        command, _, arguments = rest.partition(" ")
        if command == "PING":
            self.connection.sendall(f"PONG {arguments}\r\n".encode())
        elif command == "366":  # the end of the list of who is here
            self.joined.set()
        elif command == "PRIVMSG" and arguments.startswith(f"{ROOM} :"):
            text = arguments.removeprefix(f"{ROOM} :")
            self.said.append(Heard(prefix[1:].partition("!")[0], text, time.monotonic()))

    @property
    def lines(self) -> list[str]:
        """What was said in the room."""
        return [heard.text for heard in self.said]

    def wait_for(self, words: str, seconds: float = 20) -> Heard:
        """The first line with these words; waited for."""

        def found() -> Heard | None:
            return next((heard for heard in self.said if words in heard.text), None)

        starting.wait_until(lambda: found() is not None, f"{words!r} is said in {ROOM}", seconds)
        heard = found()
        assert heard
        return heard


@dataclass(frozen=True)
class Ngircd:
    """One running server."""

    port: int

    @property
    def url(self) -> str:
        """The room, as a receiver of alerts."""
        return f"irc://127.0.0.1:{self.port}/%23{ROOM[1:]}?mode=none"

    @contextmanager
    def colleague(self, nick: str = "mara") -> Iterator[Colleague]:
        """Somebody enters the room, and leaves it in the end."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.settimeout(None)
            person = Colleague(connection)
            thread = threading.Thread(target=person.listen, daemon=True, name=f"irc {nick}")
            thread.start()
            connection.sendall(f"NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n".encode())
            connection.sendall(f"JOIN {ROOM}\r\n".encode())
            assert person.joined.wait(20), "nobody can enter the room"
            yield person
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=10)


@contextmanager
def running() -> Iterator[Ngircd]:
    """A server with one room."""
    starting.need("ngircd")
    user, group = runs_as()
    with starting.scratch() as folder:
        (port,) = starting.free_ports(1)
        config = folder / "ngircd.conf"
        starting.fill("ngircd.conf", config, port=port, user=user, group=group)
        with (folder / "ngircd.log").open("wb") as log:
            process = subprocess.Popen(
                [starting.find("ngircd") or "ngircd", "-n", "-f", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            starting.wait_until(lambda: starting.listens(port), f"ngircd starts ({folder})")
            yield Ngircd(port)
        finally:
            process.terminate()
            process.wait(timeout=20)
