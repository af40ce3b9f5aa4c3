"""``python -m tests.chaos.life FOLDER URL LIFE CONTROL``: one life of a worker, begun afresh and not by forking."""

import json
import sys
from contextlib import suppress
from pathlib import Path

from tests.chaos import clocks
from tests.chaos.controls import named
from tests.chaos.plan import Life
from tests.chaos.worker import opened
from twoway.errors import StoreError


def live(folder: Path, url: str, life: Life, control: str) -> None:
    """Until it dies."""
    clocks.follow(folder)
    if control:
        named(control).take_away()
    while True:
        with suppress(StoreError):  # locked, while it was to be opened
            opened(folder, url, life).work()


if __name__ == "__main__":
    place, address, told, without = sys.argv[1:]
    live(Path(place), address, Life(**json.loads(told)), without)
