"""The feed set-up: a blog on loopback that every customer writes into."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from listener.feed import Collector
from responders.by_hand import Sender
from tests.fakes.feed import FakeFeed, fake_feed, guarded
from twoway.channels import feed
from twoway.ports import Access


class FeedRig:
    """A feed; nobody can delete from what its readers have, and nothing there is private."""

    can = frozenset({"outage", "history", "edit", "public", "hand", "unlisted"})
    page_size = "listener.feed.PAGE"
    secret = ""
    name = "our feed"

    def __init__(self, platform: FakeFeed) -> None:
        self.platform = platform
        self.settings = feed.Settings(url=platform.url)
        door: Any = None
        self.connection = feed.connect(self.settings, Access(self.name, "desk-under-test", door, guarded))

    def collector(self, since: datetime | None = None) -> Collector:
        return Collector(self.connection, self.settings, since)

    def sender(self) -> Sender:
        return Sender(self.connection, self.settings)

    def say(self, customer: str, text: str, *, private: bool = False, reply_to: str = "") -> str:
        return self.platform.tell(customer, text, answers=reply_to)

    def heard_as(self, said: str) -> str:
        return said

    def edit(self, customer: str, said: str, text: str) -> None:
        self.platform.edit(said, text)

    def _cannot(self, *arguments: Any, **options: Any) -> Any:
        raise NotImplementedError("a feed cannot; its rig does not say so either")

    delete = answer_elsewhere = drop_next_send = refuse_login = in_our_name = _cannot


@contextmanager
def open_feed(request: pytest.FixtureRequest) -> Iterator[FeedRig]:
    """The set-up."""
    with fake_feed(request.getfixturevalue("tmp_path")) as platform:
        rig = FeedRig(platform)
        yield rig
        rig.connection.http.close()
