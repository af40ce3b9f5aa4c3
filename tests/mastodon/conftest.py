"""A brand's account on a fake instance, and a desk that listens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.mastodon import MastodonRig
from tests.contract.rig import Desk
from tests.fakes.mastodon import FakeMastodon, fake_mastodon


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[FakeMastodon]:
    with fake_mastodon(tmp_path) as found:
        yield found


@pytest.fixture
def rig(platform: FakeMastodon) -> Iterator[MastodonRig]:
    made = MastodonRig(platform)
    yield made
    made.connection.wire.http.close()


@pytest.fixture
def desk(rig: MastodonRig) -> Desk:
    return Desk(rig).poll()
