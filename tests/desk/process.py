"""A real `twoway run`: a process of its own, as a service manager starts and ends it."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers import starting


@dataclass
class Running:
    """A desk at work."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def healthy(self) -> bool:
        """Whether it answers that it is well."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError):
            return False

    def stop(self, seconds: float = 20) -> int:
        """SIGTERM, and the exit code it ends with within that time."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(20)

    def logged(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


def command(*words: str) -> list[str]:
    """`twoway WORDS` as a process of this very Python."""
    return [sys.executable, "-c", "from desk.cli import main; main()", *words]


@contextmanager
def running(config: Path, port: int) -> Iterator[Running]:
    """`twoway run` on that configuration, once its inbox can be opened; ended in the end, whatever happened."""
    log = config.with_suffix(".log")
    with log.open("ab") as written:
        process = subprocess.Popen(
            command("run", "--config", str(config)),
            stdout=subprocess.DEVNULL,
            stderr=written,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    desk = Running(process, f"http://127.0.0.1:{port}", log)
    try:
        starting.wait_until(
            lambda: process.poll() is not None or desk.healthy(), f"the desk starts; see {log}", seconds=60
        )
        assert process.poll() is None, log.read_text()
        yield desk
    finally:
        if process.poll() is None:
            desk.kill()
