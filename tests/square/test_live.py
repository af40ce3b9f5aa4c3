"""An open page hears of what happens, in this process and in others."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from desk.square.board import Board, Words
from tests.fakes.square import BRAND, FakeSquare, client, fake_square


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[FakeSquare]:
    with fake_square(tmp_path) as found:
        yield found


def positions(stream: httpx2.Response) -> Iterator[int]:
    """What the stream says, one number a change."""
    for line in stream.iter_lines():
        if line.startswith("data:"):
            yield int(line.removeprefix("data:"))


def test_every_change_is_told_while_the_page_is_open(platform: FakeSquare) -> None:
    with client(base_url=platform.url, timeout=10) as http, http.stream("GET", "/live") as stream:
        told = positions(stream)
        assert next(told) == 0
        number = platform.say("Petra", "hello")
        assert next(told) == 1
        platform.delete("Petra", number)
        assert next(told) == 2


def test_what_another_process_writes_is_told_too(platform: FakeSquare, tmp_path: Path) -> None:
    with client(base_url=platform.url, timeout=10) as http, http.stream("GET", "/live") as stream:
        told = positions(stream)
        assert next(told) == 0
        other = Board(tmp_path / "square.db", BRAND)
        other.say(other.join("Tom"), Words("from elsewhere"), platform.rules)
        other.file.close()
        assert next(told) == 1


@pytest.mark.browser
def test_the_answer_arrives_on_the_open_page_and_nobody_loses_his_words(platform: FakeSquare) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        more = ["--disable-sync", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*quiet, *more])
        page = browser.new_page(locale="de-DE")
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text))
        page.goto(platform.url)
        page.fill("input[name=name]", "Petra Müller")
        page.click(".persona button")
        page.fill("#text", "Mein Gurt ist gerissen")
        page.click(".say > button")
        page.locator(".reply textarea").fill("mitten im Satz")
        platform.answer_elsewhere("1", "Das tut uns leid <b>sehr</b>")
        page.get_by_text("Das tut uns leid <b>sehr</b>").wait_for(timeout=15_000)
        assert page.locator(".reply textarea").input_value() == "mitten im Satz"
        page.locator(".reply button").click()
        page.get_by_text("mitten im Satz").wait_for(timeout=15_000)
        browser.close()
    row = platform.board.file.row("SELECT in_reply_to, text FROM posts WHERE id = 3")
    assert (row["in_reply_to"], row["text"]) == (2, "mitten im Satz")
    assert wrong == []
