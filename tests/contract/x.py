"""The X set-up: the unmodified client library against a strict fake of the platform."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from pydantic import SecretStr

from listener.x import Collector
from responders.x import Sender
from tests.contract.rig import Memory
from tests.fakes.x import TOKEN, FakeX, fake_x
from tests.fakes.x_signature import KEYS
from tests.fakes.x_town import BRAND
from twoway import clock
from twoway.channels import x
from twoway.channels.x_messages import MARK
from twoway.channels.x_settings import Settings
from twoway.config import Query
from twoway.http import Guard, client
from twoway.ports import NOTHING_COSTS, Access, Ledger

EVERY = frozenset({"outage", "history", "edit", "delete", "private", "public", "api", "look", "doubt"})
LOGINS: dict[str, dict[str, Any]] = {
    "token": {"token": SecretStr(TOKEN)},
    "keys": {name: SecretStr(key) for name, key in KEYS.items()},
}


@dataclass
class XRig:
    """The fake platform and the brand's login to it."""

    platform: FakeX
    login: str = "token"
    memory: Memory = field(default_factory=Memory)
    ledger: Ledger = NOTHING_COSTS
    query: Query = field(default_factory=lambda: Query(any=("Rucksack",)))
    can = EVERY | {"answers", "lists", "found", "keyless"}
    name: str = "our x"
    page_size: str = "listener.x.PAGE"
    closing: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.secret = TOKEN if self.login == "token" else KEYS["access_token_secret"]
        self.settings = Settings(
            url=self.platform.url,
            handle=BRAND,
            user_id=self.platform.town.brand.id,
            monthly_budget=Decimal(1000),
            direct_messages=True,
            timeout_seconds=2,
            **LOGINS[self.login],
        )
        self.connection = self.connect()
        with time_machine.travel(clock.now() - timedelta(days=3)):
            self.root = self.platform.town.post(self.platform.town.brand, "Neu: der Rucksack für jeden Tag").id

    def connect(self, **how: object) -> x.X:
        """A login behind the desk's own address guard."""
        self.settings = self.settings.model_copy(update=how)
        http = self._http
        access = Access(self.name, "desk-under-test", None, http, self.memory, self.query, self.ledger)  # type: ignore[arg-type]
        return x.connect(self.settings, access)

    def _http(self, **more: Any) -> Any:
        return self.closing.enter_context(client(**more, guard=Guard(("127.0.0.1",))))

    def collector(self, since: datetime | None = None) -> Collector:
        return Collector(self.connection, self.settings, since)

    def sender(self) -> Sender:
        return Sender(self.connection, self.settings)

    def say(self, customer: str, text: str, *, private: bool = False, reply_to: str = "") -> str:
        """Below a post of the brand: whoever answers there need not name it. In private: a direct message."""
        if private:
            return f"{MARK}{self.platform.write(customer, text)}"
        return self.platform.say(customer, text, reply_to=reply_to or self.root)

    def heard_as(self, said: str) -> str:
        return said

    def edit(self, customer: str, said: str, text: str) -> None:
        self.platform.town.edit(said, text)

    def delete(self, customer: str, said: str) -> None:
        """And so much time passes that what was kept is looked up again."""
        self.closing.enter_context(time_machine.travel(clock.now() + timedelta(hours=21)))
        self.platform.town.delete(said)

    def answer_elsewhere(self, said: str, text: str) -> None:
        self.platform.answer_elsewhere(said, text)

    def drop_next_send(self, *, accepted: bool) -> None:
        self.platform.faults.order("drop-after" if accepted else "drop-before", method="POST", path="/2/tweets")

    def refuse_login(self) -> None:
        self.connection.wire.http.headers["Authorization"] = "Bearer revoked"
        if self.login == "keys":
            self.connection.library.access_token_secret = "another"

    def in_our_name(self, expected: int) -> list[str]:
        return self.platform.posts_of_brand()[1:]


@dataclass
class XMessagesRig(XRig):
    """The same, where customers write direct messages."""

    can = frozenset({"outage", "history", "private", "api", "look", "doubt", "answers", "lists", "found", "keyless"})
    page_size: str = "listener.x_messages.PAGE"

    def say(self, customer: str, text: str, *, private: bool = True, reply_to: str = "") -> str:
        """Whatever it answers: X does not say."""
        return super().say(customer, text, private=True)

    def answer_elsewhere(self, said: str, text: str) -> None:
        [letter] = [one for one in self.platform.server.letters.sent if one.id == said.removeprefix(MARK)]
        self.platform.write_elsewhere(letter.by.name, text)

    def drop_next_send(self, *, accepted: bool) -> None:
        how = "drop-after" if accepted else "drop-before"
        self.platform.faults.order(how, method="POST", path="/2/dm_conversations")

    def in_our_name(self, expected: int) -> list[str]:
        return self.platform.messages_of_brand()


@contextmanager
def open_x(request: pytest.FixtureRequest, made: type[XRig] = XRig, **how: object) -> Iterator[XRig]:
    """The set-up."""
    with fake_x(request.getfixturevalue("tmp_path"), **how) as platform:
        rig = made(platform)
        with rig.closing:
            yield rig
