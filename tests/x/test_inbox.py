"""What the inbox says of an answer on X while it is written."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desk.web.app import create_app
from desk.wiring import open_desk
from responders import review
from tests.desk.web.conftest import Place
from tests.fakes.x import TOKEN, FakeX
from tests.x.test_desk import CONFIG, Office
from twoway.config import load
from twoway.store import sessions, users

JAPANESE = "日本語 👨‍👩‍👧 https://example.org/a/very/long/path?that=goes&on=and#on"
COUNTED = len("@petra ") + 6 + 1 + 2 + 1 + 23
"""A light character counts one, others and emoji two, any address 23."""


@pytest.fixture
def office(
    platform: FakeX, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Office]:
    monkeypatch.setenv("X_TOKEN", TOKEN)
    config = tmp_path / "twoway.toml"
    config.write_text(CONFIG.format(url=platform.url, budget=500) + request.param, "utf-8")
    with closing(open_desk(load(config), tmp_path / "desk.db")) as desk:
        anna = users.add(desk.store, "anna", "Anna Berger", "AB", "admin", None)
        yield Office(desk, anna, sessions.begin(desk.store, anna.id, "password")[1])


@pytest.mark.parametrize(("office", "length"), [("", 280), ("longest_post = 1000", 1000)], indirect=["office"])
def test_the_length_is_what_x_counts_of_what_the_account_may_write(
    office: Office, platform: FakeX, length: int
) -> None:
    office.hear()
    platform.say("Petra", "@wanderlust mein Gurt ist kaputt, was nun?")
    office.hear()
    review.save(office.desk.store, office.anna, 1, JAPANESE)
    page = Place(office.desk, None, create_app(office.desk)).person().get("/conversations/1")
    told = re.search(r'<p class="length">(.*?)</p>', page)
    assert told
    assert told[1] == f"{COUNTED} / {length} characters"
