"""A brand and its customer on the real Bluesky network, and a desk's channel that listens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import pytest
from pydantic import SecretStr

from listener.bluesky import Collector
from responders.bluesky import Sender
from tests.contract.rig import Desk, Memory
from tests.servers import bluesky as servers
from tests.servers.bluesky import Account, Network
from twoway.channels import bluesky
from twoway.config import Query
from twoway.http import Guard, client
from twoway.ports import Access


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """The network, one for all tests."""
    with servers.running() as found:
        yield found


@pytest.fixture
def brand(network: Network) -> Account:
    """A brand of its own for each test."""
    return network.join(f"brand-{uuid4().hex[:8]}")


@pytest.fixture(scope="session")
def petra(network: Network) -> Account:
    """The customer of all tests."""
    return network.join(f"petra-{uuid4().hex[:8]}")


@dataclass
class Line:
    """The brand's channel."""

    brand: Account
    password: str
    memory: Memory = field(default_factory=Memory)
    query: Query = field(default_factory=Query)

    def __post_init__(self) -> None:
        self.settings = bluesky.Settings(
            url=self.brand.url, handle=self.brand.handle, password=SecretStr(self.password), timeout_seconds=20
        )
        self.connection = self.connect()

    def connect(self) -> bluesky.Bluesky:
        """A login behind the desk's own address guard."""
        guard = Guard(("127.0.0.0/8", "::1"))
        access = Access(
            "our bluesky", "desk", None, lambda **how: client(**how, guard=guard), self.memory, self.query  # type: ignore[arg-type]
        )  # fmt: skip
        return bluesky.connect(self.settings, access)

    def collector(self, since: datetime | None = None) -> Collector:
        return Collector(self.connection, self.settings, since)

    def sender(self) -> Sender:
        return Sender(self.connection, self.settings)


@pytest.fixture
def line(brand: Account) -> Iterator[Line]:
    made = Line(brand, brand.app_password())
    yield made
    made.connection.http.close()


@pytest.fixture
def desk(line: Line) -> Desk:
    return Desk(line).poll()  # type: ignore[arg-type]  # it can do less than a rig
