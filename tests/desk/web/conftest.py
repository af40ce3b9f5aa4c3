"""A desk with a running square and a log, and people at it in their own sessions."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest
import time_machine
from fastapi.testclient import TestClient

from desk import schedule
from desk.web.app import create_app
from desk.web.visit import cookie_name
from desk.wiring import Desk, open_desk
from tests.fakes.square import BRAND, TOKEN, FakeSquare, fake_square
from twoway import clock
from twoway.config import load
from twoway.store import inbox, sessions, users

PORT = 8620
CONFIG = """
[desk]
brand = "Wanderlust"
database = "twoway.db"
allow_private = ["127.0.0.1"]
[model]
name = "{model}"
[web]
port = {port}
{web}
[channels.square]
kind = "square"
url = "{url}"
token = "file:token"
handle = "{handle}"
undo_seconds = {undo}
signature = "{signature}"
[channels.telefon]
kind = "log"
"""


@dataclass
class Person:
    """Somebody at the desk: a browser without scripts."""

    client: TestClient
    user: users.User
    session: sessions.Session

    def get(self, path: str, status: int = 200) -> str:
        """A page."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, status: int = 303, **fields: Any) -> str:
        """Sends a form with the session's token; the page that comes of it."""
        answer = self.client.post(path, data={"csrf": self.session.csrf, **fields})
        assert answer.status_code == status, answer.text
        return answer.text


@dataclass
class Place:
    """The desk, the square where customers are, and the application."""

    desk: Desk
    square: FakeSquare
    app: Any

    def client(self) -> TestClient:
        """A browser that has not signed in."""
        return TestClient(self.app, base_url=self.desk.config.web.url, follow_redirects=False)

    def person(self, role: str = "approver", login: str = "") -> Person:
        """A person of that role, signed in."""
        login = login or role
        user = users.add(self.desk.store, login, login.title(), login[:2], role, None)
        token, session = sessions.begin(self.desk.store, user.id, "password")
        client = self.client()
        client.cookies.set(cookie_name(self.desk), token)
        client.headers["accept-language"] = "en"
        return Person(client, user, session)

    def hear(self) -> None:
        """Collect, judge, queue, propose."""
        for name in self.desk.names:
            schedule.collect(self.desk, name)
        schedule.judge_all(self.desk)

    def deliver(self) -> None:
        """Send what is due."""
        schedule.deliver_all(self.desk, "worker-of-the-test")

    def ask(self, text: str = "@wanderlust Do your boots come in size 47?", customer: str = "Tim", **how: Any) -> int:
        """A customer asks on the square, the desk hears it; the conversation."""
        self.square.say(customer, text, **how)
        self.hear()
        return max(line.id for name in inbox.LISTS for line in inbox.lines(self.desk.store, name))


Open = Callable[..., Place]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens a desk; ``web`` are further lines of its section."""
    with fake_square(tmp_path) as square:
        desks: list[Desk] = []

        def make(web: str = "", undo: int = 10, port: int = PORT, signature: str = "", model: str = "rules") -> Place:
            (tmp_path / "token").write_text(TOKEN)
            (tmp_path / "token").chmod(0o600)
            file = tmp_path / "twoway.toml"
            values = {"port": port, "web": web, "url": square.url, "handle": BRAND, "undo": undo}
            file.write_text(CONFIG.format(**values, signature=signature, model=model))
            # Opened a while ago: what customers say from now on is no history.
            with time_machine.travel(clock.now() - timedelta(hours=1), tick=False):
                desks.append(open_desk(load(file)))
                place = Place(desks[-1], square, create_app(desks[-1]))
                place.hear()
            return place

        yield make
        for desk in desks:
            desk.close()


@pytest.fixture
def place(opened: Open) -> Place:
    """The desk as it is by default."""
    return opened()


def fields(page: str) -> dict[str, str]:
    """What the composer of a page would send: its words and all that the preview fixed."""
    found = {name: unescape(value) for name, value in re.findall(r'form="composer" name="(\w+)" value="([^"]*)"', page)}
    text = re.search(r'<textarea id="text"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    return {**found, "text": unescape(text.group(1)) if text else "", "after": "waiting"}


def write(person: Person, conversation: int, text: str) -> dict[str, str]:
    """Types an answer and looks at its preview; what the composer then holds."""
    path = f"/conversations/{conversation}"
    typed = {**fields(person.get(path)), "text": text}
    return fields(person.post(f"{path}/preview", 200, **typed))


def headers(answer: httpx2.Response) -> dict[str, str]:
    """The headers of an answer."""
    return dict(answer.headers)
