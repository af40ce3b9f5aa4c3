"""The Mastodon set-up: the unmodified client library against a strict fake of the instance."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr

from listener.mastodon import Collector
from responders.mastodon import Sender
from tests.contract.rig import Memory
from tests.fakes.mastodon import TOKEN, FakeMastodon, fake_mastodon
from twoway.channels import mastodon
from twoway.config import Query
from twoway.http import Guard, client
from twoway.ports import Access

POSTS = "/api/v1/statuses"
EVERY = frozenset({"outage", "history", "edit", "delete", "private", "public", "api", "look", "doubt"})


@dataclass
class MastodonRig:
    """The fake instance and the brand's login to it."""

    platform: FakeMastodon
    memory: Memory = field(default_factory=Memory)
    query: Query = field(default_factory=Query)
    can = EVERY | {"answers", "lists", "found", "keyless"}
    secret: str = TOKEN
    name: str = "our mastodon"
    page_size: str = "listener.mastodon.PAGE"

    def __post_init__(self) -> None:
        self.settings = mastodon.Settings(url=self.platform.url, token=SecretStr(TOKEN), timeout_seconds=2)
        self.connection = self.connect()

    def connect(self, **how: object) -> mastodon.Mastodon:
        """A login behind the desk's own address guard."""
        guard = Guard(("127.0.0.1",))
        no_door: Any = None
        http = partial(client, guard=guard)
        access = Access(self.name, "desk-under-test", no_door, http, self.memory, query=self.query)
        return mastodon.connect(self.settings.model_copy(update=how), access)

    def collector(self, since: datetime | None = None) -> Collector:
        return Collector(self.connection, self.settings, since)

    def sender(self) -> Sender:
        return Sender(self.connection, self.settings)

    def say(self, customer: str, text: str, *, private: bool = False, reply_to: str = "") -> str:
        return self.platform.say(customer, text, visibility="direct" if private else "public", reply_to=reply_to)

    def heard_as(self, said: str) -> str:
        return said

    def edit(self, customer: str, said: str, text: str) -> None:
        self.platform.town.edit(said, text)

    def delete(self, customer: str, said: str) -> None:
        self.platform.town.delete(said)

    def answer_elsewhere(self, said: str, text: str) -> None:
        self.platform.answer_elsewhere(said, text)

    def drop_next_send(self, *, accepted: bool) -> None:
        self.platform.faults.order("drop-after" if accepted else "drop-before", method="POST", path=POSTS)

    def refuse_login(self) -> None:
        self.connection.wire.http.headers["Authorization"] = "Bearer revoked"

    def in_our_name(self, expected: int) -> list[str]:
        return self.platform.posts_of_brand()


@contextmanager
def open_mastodon(request: pytest.FixtureRequest, **how: object) -> Iterator[MastodonRig]:
    """The set-up."""
    with fake_mastodon(request.getfixturevalue("tmp_path"), **how) as platform:
        rig = MastodonRig(platform)
        yield rig
        rig.connection.wire.http.close()
