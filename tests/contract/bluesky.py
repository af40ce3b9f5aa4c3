"""The Bluesky set-up: the desk's own XRPC against a strict fake of the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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
SEND = "/xrpc/chat.bsky.convo.sendMessage"


@dataclass
class BlueskyRig:
    """The fake network and the brand's login to it."""

    platform: FakeBluesky
    memory: Memory = field(default_factory=Memory)
    query: Query = field(default_factory=Query)
    can = frozenset({
        "outage", "history", "edit", "delete", "private", "public", "api", "look", "doubt", "answers", "lists", "found",
        "absent", "keyless",
    })  # fmt: skip
    secret: str = PASSWORD
    name: str = "our bluesky"
    page_size: str = "listener.bluesky.PAGE"

    def __post_init__(self) -> None:
        self.settings = bluesky.Settings(
            url=self.platform.url,
            handle=f"@{BRAND}",
            password=SecretStr(PASSWORD),
            direct_messages=True,
            timeout_seconds=2,
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
        return self.write(customer, text) if private else self.platform.say(customer, text, reply_to=reply_to)

    def write(self, customer: str, text: str, **more: Any) -> str:
        """A customer writes a direct message; what the desk calls it."""
        chat = self.platform.chat
        word = chat.write(self.platform.town.join(customer), text, **more)
        return f"{chat.of(word).id}/{word.id}"

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


@dataclass
class BlueskyMessagesRig(BlueskyRig):
    """The same, where customers write direct messages."""

    can = frozenset({"outage", "history", "private", "api", "look", "doubt", "answers", "lists", "found", "keyless"})
    page_size: str = "listener.bluesky_messages.PAGE"

    def say(self, customer: str, text: str, *, private: bool = True, reply_to: str = "") -> str:
        return self.write(customer, text)

    def answer_elsewhere(self, said: str, text: str) -> None:
        chat = self.platform.chat
        with self.platform.town.lock:
            chat.put(chat.by_name(said)[0], self.platform.town.brand, text)

    def drop_next_send(self, *, accepted: bool) -> None:
        self.platform.faults.order("drop-after" if accepted else "drop-before", method="POST", path=SEND)

    def in_our_name(self, expected: int) -> list[str]:
        words = (word for talk in self.platform.chat.talks.values() for word in talk.words)
        return [word.text for word in words if word.by is self.platform.town.brand]


@contextmanager
def open_bluesky(
    request: pytest.FixtureRequest, made: type[BlueskyRig] = BlueskyRig, **how: object
) -> Iterator[BlueskyRig]:
    """The set-up."""
    with fake_bluesky(request.getfixturevalue("tmp_path"), **how) as platform:
        rig = made(platform)
        yield rig
        rig.connection.http.close()
