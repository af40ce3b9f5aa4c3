"""A brand's account on a fake Reddit, and a desk that listens."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.contract.reddit import RedditRig
from tests.contract.rig import Desk
from tests.fakes.reddit import FakeReddit, fake_reddit
from twoway.config import Query

Open = Callable[..., RedditRig]


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[FakeReddit]:
    with fake_reddit(tmp_path) as found:
        yield found


@pytest.fixture
def opened(platform: FakeReddit) -> Iterator[Open]:
    """Logs in with some settings and a query."""
    with ExitStack() as closing:

        def made(query: Query | None = None, **how: Any) -> RedditRig:
            rig = RedditRig(platform, how, query or Query())
            closing.callback(rig.connection.wire.http.close)
            return rig

        yield made


@pytest.fixture
def rig(opened: Open) -> RedditRig:
    return opened()


@pytest.fixture
def desk(rig: RedditRig) -> Desk:
    return Desk(rig).poll()
