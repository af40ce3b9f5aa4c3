"""Small servers on this machine, each in a thread of its own: for the demo and the tests."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import uvicorn

HOST = "127.0.0.1"


@contextmanager
def running(app: Any) -> Iterator[str]:
    """The address of ``app``, served until the block ends; it listens before the block begins."""
    # With the protocol named, asyncio switches Nagle off: else every answer waits 40 ms for an acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind((HOST, 0))
        listening.listen()
        server = _server(app)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def _server(app: Any) -> "uvicorn.Server":
    import uvicorn

    class Server(uvicorn.Server):
        """Ends with its thread; signals belong to the program."""

        def install_signal_handlers(self) -> None:
            """None."""

    return Server(
        uvicorn.Config(
            app, log_config=None, proxy_headers=False, lifespan="off", timeout_graceful_shutdown=1, http="h11"
        )
    )
