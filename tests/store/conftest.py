"""A desk with a file of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.desk import Desk, make


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk where nothing has happened; at the end every clock must be what can be derived from the facts."""
    found = make(tmp_path)
    yield found
    assert found.consistent()
    found.store.close()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Desk]:
    """A desk stamped as a demo."""
    found = make(tmp_path, demo=True)
    yield found
    found.store.close()
