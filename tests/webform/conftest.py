"""A desk with a form in a browser's reach, as other systems see it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import time_machine
from fastapi.testclient import TestClient
from pydantic import SecretStr

from desk import schedule
from desk.web.app import create_app
from desk.wiring import Desk, open_desk
from tests.fakes.webhook import SECRET as OUT
from tests.fakes.webhook import Receiver, fake_receiver
from tests.webform.forms import OTHER, SECRET, headers
from twoway import clock
from twoway.config import load

CONFIG = """
[desk]
brand = "Wanderlust"
allow_private = ["127.0.0.1"]
[model]
name = "rules"
[channels.contact]
kind = "webform"
undo_seconds = 0
secrets = ["env:FORM_SECRET", "env:FORM_SECRET_BEFORE"]
{webhook}
[channels.telefon]
kind = "log"
"""
WEBHOOK = """[channels.contact.webhook]
url = "{url}"
secret = "env:OUT_SECRET"
read_back = true
timeout_seconds = 2
"""


@dataclass
class Place:
    """The desk, its application, and who takes its answers."""

    desk: Desk
    receiver: Receiver
    app: Any

    def post(self, body: bytes, given: dict[str, str], name: str = "contact") -> httpx2.Response:
        """A request as it stands."""
        client = TestClient(self.app, base_url=self.desk.config.web.url)
        return client.post(f"/inbound/{name}", content=body, headers=given)

    def send(self, id_: str = "msg_1", **message: Any) -> httpx2.Response:
        """A message, rightly signed."""
        body = json.dumps(message).encode()
        return self.post(body, headers(body, id_))

    def hear(self) -> None:
        """Collect, judge, queue, propose."""
        schedule.collect(self.desk, "contact")
        schedule.judge_all(self.desk)

    def kept(self) -> list[bytes]:
        """The bodies behind the door."""
        return [row["body"] for row in self.desk.store.read().execute("SELECT body FROM inbound ORDER BY id")]


Open = Callable[..., Place]


@contextmanager
def opening(folder: Path) -> Iterator[Open]:
    """Opens desks in that folder; their form hands answers to the receiver, unless told otherwise."""
    desks: list[Desk] = []
    with fake_receiver(folder) as receiver, pytest.MonkeyPatch.context() as environment:
        for name, secret in (("FORM_SECRET", SECRET), ("FORM_SECRET_BEFORE", OTHER), ("OUT_SECRET", SecretStr(OUT))):
            environment.setenv(name, secret.get_secret_value())

        def make(*, webhook: bool = True) -> Place:
            file = folder / "twoway.toml"
            file.write_text(CONFIG.format(webhook=WEBHOOK.format(url=receiver.url) if webhook else ""))
            with time_machine.travel(clock.now() - timedelta(hours=1), tick=False):
                desks.append(open_desk(load(file)))
            return Place(desks[-1], receiver, create_app(desks[-1]))

        yield make
        for desk in desks:
            desk.close()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens a desk."""
    with opening(tmp_path) as make:
        yield make


@pytest.fixture
def place(opened: Open) -> Place:
    """The desk as most forms have it."""
    return opened()


@pytest.fixture(scope="module")
def shut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One desk for all the requests that it takes nothing of."""
    with opening(tmp_path_factory.mktemp("shut")) as make:
        yield make()
