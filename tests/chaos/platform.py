"""The platform in a process of its own, served on a socket that outlives it, so that it can be restarted."""

import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.plan import Plan
from tests.chaos.process import fork


@dataclass
class Platform:
    """A fake square: its file, its orders and its record lie in ``folder``."""

    folder: Path
    plan: Plan

    def __post_init__(self) -> None:
        # With the protocol named, asyncio switches Nagle off: else every answer waits 40 ms for an acknowledgement.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(128)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._pid = fork(self._serve)

    def stop(self) -> None:
        """It dies at once; what it had answered is in its file."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)

    def heal(self) -> None:
        """Begin anew, with no order for faults left."""
        self.stop()
        (self.folder / "orders.jsonl").unlink(missing_ok=True)
        self._pid = fork(self._serve)

    def close(self) -> None:
        """End it for good."""
        self.stop()
        self._socket.close()

    def _serve(self) -> None:
        import uvicorn

        from desk.square import create_app
        from tests.fakes.faults import Faults
        from tests.fakes.faulty import Faulty
        from tests.fakes.square import BRAND, TOKEN

        file, how = self.folder / "square.db", {"kind": self.plan.kind, "lag": self.plan.lag}
        app = Faulty(create_app(file, token=TOKEN, brand_handle=BRAND, **how), Faults(self.folder))
        config = uvicorn.Config(app, log_config=None, proxy_headers=False, lifespan="off", http="h11")
        uvicorn.Server(config).run(sockets=[self._socket])
