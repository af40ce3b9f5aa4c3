"""A brand's account on a fake network, and a desk that listens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bluesky.office import open_office
from tests.contract.bluesky import BlueskyRig
from tests.contract.rig import Desk
from tests.fakes.bluesky import PASSWORD, FakeBluesky, fake_bluesky
from tests.office import Office


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


@pytest.fixture
def office(platform: FakeBluesky, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("BLUESKY_PASSWORD", PASSWORD)
    with open_office(tmp_path, platform) as found:
        yield found


@pytest.fixture
def talking(platform: FakeBluesky, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office that hears direct messages, too."""
    monkeypatch.setenv("BLUESKY_PASSWORD", PASSWORD)
    with open_office(tmp_path, platform, "direct_messages = true") as found:
        yield found
