"""An office on real mail servers."""

from pathlib import Path

import pytest

from tests.journey.office import Office
from tests.servers.fixtures import MailServers


@pytest.fixture
def office(tmp_path: Path, mail_servers: MailServers) -> Office:
    """Nothing set up yet."""
    return Office(tmp_path, mail_servers)
