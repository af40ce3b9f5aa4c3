"""The Bluesky set-up: the desk's own XRPC against a strict fake of the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from pydantic import SecretStr

from listener.bluesky import Collector
from responders.bluesky import Sender
from tests.contract.rig import Memory
from tests.fakes.bluesky import PASSWORD, FakeBluesky, fake_bluesky
from tests.fakes.bluesky_town import BRAND
from twoway.channels import bluesky
from twoway.config import Query
from twoway.http import Guard, client
from twoway.ports import Access

PUT = "/xrpc/com.atproto.repo.putRecord"


@dataclass
class BlueskyRig:
    """The fake network and the brand's login to it."""

    platform: FakeBluesky
    memory: Memory = field(default_factory=Memory)
    query: Query = field(default_factory=Query)
    can = frozenset({
        "outage", "history", "edit", "delete", "public", "api", "look", "doubt", "answers", "lists", "found", "absent",
        "keyless",
    })  # fmt: skip
    secret: str = PASSWORD
    name: str = "our bluesky"
    page_size: str = "listener.bluesky.PAGE"

    def __post_init__(self) -> None:
        self.settings = bluesky.Settings(
            url=self.platform.url, handle=f"@{BRAND}", password=SecretStr(PASSWORD), timeout_seconds=2
        )
        self.connection = self.connect()

    def connect(self, **how: object) -> bluesky.Bluesky:
        """A login behind the desk's own address guard."""
        guard = Guard(("127.0.0.1",))
        access = Access(
            self.name, "desk-under-test", None, lambda **more: client(**more, guard=guard), self.memory, self.query  # type: ignore[arg-type]
        )  # fmt: skip
        return bluesky.connect(self.settings.model_copy(update=how), access)

    def collector(self, since: datetime | None = None) -> Collector:
        return Collector(self.connection, self.settings, since)

    def sender(self) -> Sender:
        return Sender(self.connection, self.settings)

    def say(self, customer: str, text: str, *, private: bool = False, reply_to: str = "") -> str:
        return self.platform.say(customer, text, reply_to=reply_to)

    def heard_as(self, said: str) -> str:
        return said

    def edit(self, customer: str, said: str, text: str) -> None:
        self.platform.town.replace(said, text)

    def delete(self, customer: str, said: str) -> None:
        self.platform.town.delete(said)

    def answer_elsewhere(self, said: str, text: str) -> None:
        self.platform.answer_elsewhere(said, text)

    def drop_next_send(self, *, accepted: bool) -> None:
        self.platform.faults.order("drop-after" if accepted else "drop-before", method="POST", path=PUT)

    def refuse_login(self) -> None:
        self.platform.revoke()

    def in_our_name(self, expected: int) -> list[str]:
        return [post.record["text"] for post in self.platform.of_brand()]


@contextmanager
def open_bluesky(request: pytest.FixtureRequest, **how: object) -> Iterator[BlueskyRig]:
    """The set-up."""
    with fake_bluesky(request.getfixturevalue("tmp_path"), **how) as platform:
        rig = BlueskyRig(platform)
        yield rig
        rig.connection.http.close()
