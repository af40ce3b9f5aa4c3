"""A list stays in its order while one works in it; what is more pressing is offered, not pushed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from desk.web.visit import cookie_name
from tests.desk.web.conftest import Place
from tests.desk.web.test_browser import browser, served  # noqa: F401
from twoway.store import sessions, users

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, served: Place) -> Iterator[Page]:  # noqa: F811
    """Petra at the list."""
    store = served.desk.store
    token, _ = sessions.begin(store, users.by_login(store, "petra").id, "password")
    context = browser.new_context(locale="en-GB")
    context.add_cookies([{"name": cookie_name(served.desk), "value": token, "url": served.desk.config.web.url}])
    window = context.new_page()
    window.set_default_timeout(15_000)
    window.goto(f"{served.desk.config.web.url}/inbox/open")
    yield window
    context.close()


def test_what_is_more_pressing_comes_below_until_one_sorts_again(page: Page, served: Place) -> None:  # noqa: F811
    expect(page.locator("#resort")).to_be_hidden()
    first = page.locator("ol.lines > li > a").first.get_attribute("id")
    pressing = served.ask("@wanderlust This is a scandal! I want my money back at once, I am furious!", "Ida")
    expect(page.locator("ol.lines > li")).to_have_count(2)
    ids = [link.get_attribute("id") for link in page.locator("ol.lines > li > a").all()]
    assert ids == [first, f"line-{pressing}"]
    page.click("#resort a")
    expect(page.locator("ol.lines > li > a").first).to_have_attribute("id", f"line-{pressing}")
    expect(page.locator("#resort")).to_be_hidden()
