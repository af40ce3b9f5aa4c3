"""A desk with an account on Bluesky."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import office
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.bluesky_town import BRAND
from tests.office import Office

CONFIG = """
[desk]
brand = "Wanderlust"
allow_private = ["127.0.0.1"]
[model]
name = "rules"
[query]
any = ["Wanderlust"]
[channels.sky]
kind = "bluesky"
url = "{url}"
handle = "{handle}"
password = "env:BLUESKY_PASSWORD"
undo_seconds = 0
timeout_seconds = 2
{more}
"""


@contextmanager
def open_office(folder: Path, platform: FakeBluesky, more: str = "") -> Iterator[Office]:
    """It has not read anything yet; ``more`` goes into the channel's section."""
    with office.open_office(folder, CONFIG.format(url=platform.url, handle=BRAND, more=more), "sky") as found:
        yield found
