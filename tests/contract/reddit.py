"""The Reddit set-up: the unmodified client library against a strict fake of its login and its API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from listener.reddit import Collector
from responders.reddit import Sender
from tests.contract.rig import Memory
from tests.fakes.reddit import FakeReddit, fake_reddit
from tests.fakes.reddit_api import CLIENT, PASSWORD, REFRESH, SECRET
from tests.fakes.reddit_town import BRAND
from twoway.channels import reddit
from twoway.channels.reddit_settings import Settings
from twoway.config import Query
from twoway.http import Guard, client
from twoway.ports import Access

ANSWERS = "/api/comment"
EVERY = frozenset({"outage", "history", "edit", "delete", "private", "public", "api", "look", "doubt"})


@dataclass
class RedditRig:
    """The fake Reddit and the brand's login to it."""

    platform: FakeReddit
    how: dict[str, Any] = field(default_factory=dict)
    query: Query = field(default_factory=Query)
    memory: Memory = field(default_factory=Memory)
    can = EVERY | {"answers", "lists", "found", "keyless"}
    secret: str = REFRESH
    name: str = "our reddit"
    page_size: str = "listener.reddit_listings.PAGE"

    def __post_init__(self) -> None:
        self.settings = settings(self.platform.url, **self.how)
        self.connection = self.connect()

    def connect(self) -> reddit.Reddit:
        """A login behind the desk's own address guard."""
        guard = Guard(("127.0.0.1",))
        access = Access(
            self.name,
            "desk-under-test",
            None,  # type: ignore[arg-type]
            lambda **more: client(**more, guard=guard),
            self.memory,
            self.query,
        )
        return reddit.connect(self.settings, access)

    def collector(self, since: datetime | None = None) -> Collector:
        return Collector(self.connection, self.settings, since)

    def sender(self) -> Sender:
        return Sender(self.connection, self.settings)

    def say(self, customer: str, text: str, *, private: bool = False, reply_to: str = "") -> str:
        return self.platform.say(customer, text, private=private, reply_to=reply_to)

    def heard_as(self, said: str) -> str:
        return said

    def edit(self, customer: str, said: str, text: str) -> None:
        self.platform.town.edit(said, text)

    def delete(self, customer: str, said: str) -> None:
        self.platform.town.delete(said)

    def answer_elsewhere(self, said: str, text: str) -> None:
        self.platform.answer_elsewhere(said, text)

    def drop_next_send(self, *, accepted: bool) -> None:
        self.platform.faults.order("drop-after" if accepted else "drop-before", method="POST", path=ANSWERS)

    def refuse_login(self) -> None:
        self.platform.server.revoke()

    def in_our_name(self, expected: int) -> list[str]:
        return self.platform.in_name_of_brand()


def settings(url: str, **how: Any) -> Settings:
    """A desk's settings of the channel; by a refresh token, unless a password is given."""
    login = how.pop("login", {"refresh_token": SecretStr(REFRESH)})
    made: dict[str, Any] = {"client_id": CLIENT, "client_secret": SecretStr(SECRET), "username": BRAND, **login}
    return Settings(**{**made, "api_url": url, "login_url": url, "timeout_seconds": 2, **how})


BY_PASSWORD = {"login": {"password": SecretStr(PASSWORD)}}


@contextmanager
def open_reddit(request: pytest.FixtureRequest, **how: Any) -> Iterator[RedditRig]:
    """The set-up."""
    with fake_reddit(request.getfixturevalue("tmp_path")) as platform:
        rig = RedditRig(platform, how)
        yield rig
        rig.connection.wire.http.close()
