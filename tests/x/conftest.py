"""A brand's account on a fake X, and a desk that listens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.rig import Desk
from tests.contract.x import XRig
from tests.fakes.x import FakeX, fake_x


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[FakeX]:
    with fake_x(tmp_path) as found:
        yield found


@pytest.fixture
def rig(platform: FakeX) -> Iterator[XRig]:
    made = XRig(platform)
    with made.closing:
        yield made


@pytest.fixture
def desk(rig: XRig) -> Desk:
    return Desk(rig).poll()
