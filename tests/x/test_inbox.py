"""What the inbox says of an answer on X while it is written."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.web.app import create_app
from responders import review
from tests.desk.web.conftest import Place
from tests.fakes.x import TOKEN, FakeX
from tests.office import Office, open_office
from tests.x.test_desk import CONFIG

JAPANESE = "日本語 👨‍👩‍👧 https://example.org/a/very/long/path?that=goes&on=and#on"
COUNTED = len("@petra ") + 6 + 1 + 2 + 1 + 23
"""A light character counts one, others and emoji two, any address 23."""


@pytest.fixture
def office(
    platform: FakeX, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Office]:
    monkeypatch.setenv("X_TOKEN", TOKEN)
    with open_office(tmp_path, CONFIG.format(url=platform.url, budget=500) + request.param, "x") as found:
        yield found


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
