"""A process of its own that sends whatever digest is due: ``python -m tests.desk.digest.worker FOLDER``.

It opens the desk, says so, begins when it gets a line, and says how many tries it made.
"""

import sys
from pathlib import Path

from desk.digest import digest_once
from desk.wiring import open_desk
from tests.desk import pigeons
from twoway import channels
from twoway.config import load


def main() -> None:
    """Work until nothing is due."""
    channels.paths = pigeons.known  # type: ignore[assignment]
    desk = open_desk(load(Path(sys.argv[1]) / "twoway.toml"))
    _say("ready")
    sys.stdin.readline()
    tries = 0
    while digest_once(desk):
        tries += 1
    _say(str(tries))
    desk.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
