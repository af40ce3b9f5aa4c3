"""A brand's account on a fake network, and a desk that listens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.bluesky import BlueskyRig
from tests.contract.rig import Desk
from tests.fakes.bluesky import FakeBluesky, fake_bluesky


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[FakeBluesky]:
    with fake_bluesky(tmp_path) as found:
        yield found


@pytest.fixture
def rig(platform: FakeBluesky) -> Iterator[BlueskyRig]:
    made = BlueskyRig(platform)
    yield made
    made.connection.http.close()


@pytest.fixture
def desk(rig: BlueskyRig) -> Desk:
    return Desk(rig).poll()
