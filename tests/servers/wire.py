"""A wire between client and server that writes down what passes, and can be cut."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Wire:
    """Listens on ``port``; ``asked`` is what clients sent, ``answered`` how many bytes came back."""

    port: int
    asked: bytearray = field(default_factory=bytearray)
    answered: int = 0
    cut_after: int | None = None
    """Bytes from the server after which the connection is lost."""

    @property
    def commands(self) -> list[str]:
        """The IMAP commands that were sent, without their tags."""
        return [line.partition(" ")[2] for line in self.asked.decode("latin-1").splitlines()]


@contextmanager
def tapped(server_port: int) -> Iterator[Wire]:
    """A wire to a server on loopback (unencrypted, else there is nothing to read)."""
    listener = socket.create_server(("127.0.0.1", 0))
    wire = Wire(listener.getsockname()[1])
    thread = threading.Thread(target=_accept, args=(listener, server_port, wire), daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        with suppress(OSError):  # wakes the accept, which closing alone does not
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=10)


def _accept(listener: socket.socket, server_port: int, wire: Wire) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        with client, socket.create_connection(("127.0.0.1", server_port)) as server:
            up = threading.Thread(target=_up, args=(client, server, wire), daemon=True)
            up.start()
            _down(server, client, wire)
            for end in (client, server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            up.join(timeout=10)


def _up(client: socket.socket, server: socket.socket, wire: Wire) -> None:
    with suppress(OSError):
        while data := client.recv(65536):
            wire.asked += data
            server.sendall(data)
    with suppress(OSError):
        server.shutdown(socket.SHUT_RDWR)


def _down(server: socket.socket, client: socket.socket, wire: Wire) -> None:
    with suppress(OSError):
        while data := server.recv(65536):
            wire.answered += len(data)
            if wire.cut_after is not None and wire.answered > wire.cut_after:
                return
            client.sendall(data)
