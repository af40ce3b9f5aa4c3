"""Each test runs over every channel that can do what it needs; what a channel cannot do is no skipped test."""

from collections.abc import Iterator

import pytest

from tests.contract.pinboard import pinboard_installed as pinboard_installed
from tests.contract.pinboard import pinboard_package as pinboard_package
from tests.contract.rig import Desk, Rig
from tests.contract.rigs import CAN, MARKS, RIGS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case a channel; the mark ``needs`` says what a test asks of it."""
    if "rig" not in metafunc.fixturenames:
        return
    needed = {word for mark in metafunc.definition.iter_markers("needs") for word in mark.args}
    barred = {mark.kwargs["unless"] for mark in metafunc.definition.iter_markers("needs") if "unless" in mark.kwargs}
    able = [name for name in RIGS if needed <= CAN[name] and not barred & CAN[name]]
    assert able, f"no channel can do all of {needed}"
    cases = [pytest.param(name, marks=MARKS.get(name, ())) for name in able]
    metafunc.parametrize("rig", cases, indirect=True)


def pytest_configure(config: pytest.Config) -> None:
    """The mark of this folder."""
    config.addinivalue_line("markers", "needs(*words, unless=word): runs over the channels that can do this")


@pytest.fixture
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """A channel with an empty platform."""
    with RIGS[request.param](request) as opened:
        yield opened


@pytest.fixture
def desk(rig: Rig) -> Desk:
    """A desk that has just set the channel up."""
    return Desk(rig).poll()
