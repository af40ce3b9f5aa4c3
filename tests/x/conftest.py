"""A brand's account on a fake X, and a desk that listens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.rig import Desk
from tests.contract.x import XRig
from tests.fakes.x import FakeX, fake_x
from twoway.store import Store, channels, open_store
from twoway.store.spending import ChannelLedger


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[FakeX]:
    with fake_x(tmp_path) as found:
        yield found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "twoway.db")
    yield made
    made.close()


@pytest.fixture
def ledger(store: Store) -> ChannelLedger:
    return ChannelLedger(store, channels.register(store, "x", "x", 3600).id)


@pytest.fixture
def rig(platform: FakeX, ledger: ChannelLedger) -> Iterator[XRig]:
    made = XRig(platform, ledger=ledger)
    with made.closing:
        yield made


@pytest.fixture
def desk(rig: XRig) -> Desk:
    return Desk(rig).poll()
