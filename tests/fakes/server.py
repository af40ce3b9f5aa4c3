"""Runs an application on loopback in a thread of its own."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import uvicorn


class _Server(uvicorn.Server):
    """Ends with its thread; signals belong to the tests."""

    def install_signal_handlers(self) -> None:
        """None."""


@contextmanager
def running(app: Any) -> Iterator[str]:
    """The address of ``app``, served until the block ends; it listens before the block begins."""
    # With the protocol named, asyncio switches Nagle off: else every answer waits 40 ms for an acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(
            app, log_config=None, proxy_headers=False, lifespan="off", timeout_graceful_shutdown=1, http="h11"
        )
        server = _Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
