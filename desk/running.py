"""The desk at work: scheduler and web server in one process, stopped cleanly by SIGTERM or Ctrl-C."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desk import schedule
from desk.wiring import Desk
from twoway.errors import Refused

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

GRACE = 3
"""Seconds that pages in hand get when the desk stops."""


def serve(desk: Desk, started: Callable[[], None] = lambda: None) -> None:
    """Work until told to stop. What is in hand is finished; what is not is on the record and goes on at the next start.

    ``started`` is called once the inbox can be opened. Raises Refused, before anything is done, if its port is taken.
    """
    from desk.web.app import create_app

    with _bound(desk.config.web.host, desk.config.web.port) as listening:
        stop = schedule.start(desk)
        try:
            _server(create_app(desk), started).run(sockets=[listening])
        finally:
            stop()


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio switches Nagle off: else every answer waits 40 ms for an acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
            bound.listen(1024)
        except OSError as error:
            raise Refused(
                f"the inbox cannot listen on {host}, port {port} ({error.strerror}): "
                "is a desk running there already? Else see web.host and web.port in the configuration"
            ) from None
        yield bound


def _server(app: "FastAPI", started: Callable[[], None]) -> "uvicorn.Server":
    import uvicorn

    class Server(uvicorn.Server):
        """Says when it has started, and ends as a function does."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                started()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.closing = True
            await super().shutdown(sockets)

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Uvicorn would raise the signal again when it has stopped, which kills us before the work in hand ends."""
            if threading.current_thread() is not threading.main_thread():
                yield  # whoever runs us in a thread sets ``should_exit``
                return
            before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=GRACE
    )
    return Server(config)
