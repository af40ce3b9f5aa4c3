"""Two people in two browsers at one conversation: each sees what the other is at, without reloading."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from desk.web.visit import cookie_name
from tests.desk.web.conftest import Place
from tests.desk.web.test_browser import browser, served  # noqa: F401
from twoway.store import drafts, sessions, users

pytestmark = pytest.mark.browser

THEIRS = "Yes, Tim, our boots come up to size 48."
OURS = "Yes, Tim, all our boots come up to size 49."


@pytest.fixture
def windows(browser: Browser, served: Place) -> Iterator[tuple[Page, Page]]:  # noqa: F811
    """Petra, who may approve and reads German, and Bo, who writes and reads English."""
    store, opened = served.desk.store, []
    bo = users.add(store, "bo", "Bo Ahlers", "ba", "agent", None)
    for user, locale in ((users.by_login(store, "petra"), "de-DE"), (bo, "en-GB")):
        token, _ = sessions.begin(store, user.id, "password")
        context = browser.new_context(locale=locale)
        context.add_cookies([{"name": cookie_name(served.desk), "value": token, "url": served.desk.config.web.url}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{served.desk.config.web.url}/conversations/1")
        opened.append(page)
    yield opened[0], opened[1]
    for page in opened:
        page.context.close()


def test_each_sees_the_other_look_and_write(windows: tuple[Page, Page]) -> None:
    petra, bo = windows
    expect(bo.locator("#present")).to_contain_text("Petra Köhler is looking at this", timeout=15_000)
    bo.locator("#text").press_sequentially("Yes,", delay=20)
    expect(petra.locator("#present")).to_contain_text("Bo Ahlers schreibt gerade", timeout=15_000)


def test_a_sign_of_life_makes_no_older_preview_current(windows: tuple[Page, Page]) -> None:
    petra, _ = windows
    petra.fill("#text", THEIRS)
    expect(petra.locator("#approve")).to_be_enabled()
    petra.route("**/preview", lambda route: None)
    petra.locator("#text").press_sequentially(" More", delay=20)
    expect(petra.locator("#present")).to_contain_text("Bo Ahlers", timeout=15_000)
    expect(petra.locator("#approve")).to_be_disabled()


def test_one_takes_it_and_the_other_sees_who_did(windows: tuple[Page, Page]) -> None:
    petra, bo = windows
    bo.click("#take")
    expect(petra.locator("#state .assignee")).to_have_text("Bo Ahlers")
    expect(petra.locator("#take")).to_have_count(0)


def test_an_edit_of_submitted_words_is_shown_to_the_writer(windows: tuple[Page, Page], served: Place) -> None:  # noqa: F811
    petra, bo = windows
    bo.fill("#text", THEIRS)
    expect(bo.locator("#draft-state")).to_contain_text("Bo Ahlers")
    bo.click("button[formaction$=submit]")
    expect(petra.locator("#draft-state")).to_contain_text("Zur Freigabe")
    petra.fill("#text", OURS)
    expect(petra.locator("#draft-edits summary")).to_have_text("Was Petra Köhler geändert hat")
    petra.click("#draft-edits summary")
    expect(petra.locator("#draft-edits ins").last).to_have_text("49")
    expect(petra.locator("#draft-edits del").last).to_have_text("48")
    draft = drafts.in_work(served.desk.store.read(), 1)
    assert draft is not None
    assert draft.text == OURS
