"""The inbox in a real browser: by click, by keyboard alone, live, in the dark, for everybody."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from desk import accounts
from desk.loopback import running
from tests.desk.web.conftest import Open, Place
from twoway import clock
from twoway.store import deliveries, drafts, users

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text("utf-8")
SECRET = "a sentence to remember"
ANSWER = "Yes, Tim, our boots come up to size 48."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def served(opened: Open) -> Iterator[Place]:
    """A desk that a browser can reach, with a question in it and Petra, who may approve."""
    apps: list[Any] = []

    async def late(scope: Any, receive: Any, send: Any) -> None:
        await apps[0](scope, receive, send)

    # The desk has to know its port before it can be made.
    with running(late) as url:
        place = opened(undo=1, port=int(url.rpartition(":")[2]))
        users.add(place.desk.store, "petra", "Petra Köhler", "pk", "approver", accounts.hash_password(SECRET))
        place.ask()
        apps.append(place.app)
        yield place


@pytest.fixture
def page(browser: Browser, served: Place, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window at the desk; whatever the browser complains about fails the test."""
    context = browser.new_context(**{"locale": "en-GB", **getattr(request, "param", {})})
    window, complaints = context.new_page(), []
    window.set_default_timeout(15_000)
    window.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    window.on("pageerror", lambda error: complaints.append(str(error)))
    yield window
    context.close()
    assert [text for text in complaints if "409" not in text] == []


def sign_in(page: Page, place: Place) -> None:
    page.goto(f"{place.desk.config.web.url}/login")
    page.fill("#login", "petra")
    page.fill("#password", SECRET)
    page.click("button.main")
    page.wait_for_url("**/inbox/open")


def test_an_answer_is_written_approved_and_sent_by_click(page: Page, served: Place) -> None:
    sign_in(page, served)
    page.click("text=Do your boots come in size 47?")
    expect(page.locator("#approve")).to_have_count(0)
    page.fill("#text", ANSWER)
    expect(page.locator("#preview .part")).to_contain_text(ANSWER)
    expect(page.locator("#draft-state")).to_contain_text("Petra Köhler")
    page.click("#approve")
    expect(page.locator("output[data-until]")).to_have_text(re.compile(r"\d s|…"))
    expect(page.locator("#status")).to_contain_text("Undo")
    deliver(served)
    expect(page.locator(".entry.answer .work.sent")).to_be_visible()
    assert [post.endswith(ANSWER) for post in served.square.posts_of_brand()] == [True]


def deliver(place: Place) -> None:
    """Let the undo time pass and the desk send."""
    with time_machine.travel(clock.now().timestamp() + 5, tick=True):
        place.deliver()


def test_the_keyboard_alone_is_enough(page: Page, served: Place) -> None:
    page.goto(f"{served.desk.config.web.url}/login")
    expect(page.locator("#login")).to_be_focused()
    page.keyboard.type("petra")
    page.keyboard.press("Tab")
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type(SECRET)
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/open")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/conversations/*")
    page.keyboard.press("e")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(ANSWER)
    page.keyboard.press("Escape")
    expect(page.locator("#approve")).to_be_enabled()
    page.keyboard.press("a")
    expect(page.locator("#approve")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text("Undo")
    assert [row.state for row in deliveries.of_conversation(served.desk.store, 1)] == ["pending"]


def test_a_page_hears_of_news_and_leaves_alone_what_is_typed(page: Page, served: Place) -> None:
    sign_in(page, served)
    served.ask("@wanderlust Where is my parcel?", customer="Jana")
    expect(page.locator("#list")).to_contain_text("Where is my parcel?")
    page.click("text=Do your boots come in size 47?")
    page.fill("#text", "Half a thought")
    expect(page.locator("#preview .part")).to_contain_text("Half a thought")
    served.ask("@wanderlust Hello? Anybody?", reply_to="1")
    expect(page.locator("#exchange")).to_contain_text("Anybody?")
    expect(page.locator("#text")).to_have_value("Half a thought")
    expect(page.locator("#news")).not_to_be_empty()


def test_what_is_new_is_read_before_anything_is_approved(page: Page, served: Place) -> None:
    sign_in(page, served)
    page.click("text=Do your boots come in size 47?")
    page.fill("#text", ANSWER)
    expect(page.locator("#approve")).to_be_enabled()
    served.ask("@wanderlust Forget it.", reply_to="1")
    page.click("#approve")
    expect(page.locator("[role=alert]").first).to_contain_text("changed")
    expect(page.locator("#text")).to_have_value(ANSWER)
    expect(page.locator("#exchange")).to_contain_text("Forget it.")
    assert deliveries.of_conversation(served.desk.store, 1) == []
    assert drafts.in_work(served.desk.store.read(), 1).text == ANSWER


def test_hostile_words_do_nothing(page: Page, served: Place) -> None:
    served.ask("@wanderlust <img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>?")
    sign_in(page, served)
    page.locator(".line a").filter(has_text="onerror").click()
    page.wait_for_url("**/conversations/*")
    assert "owned" not in page.title()
    assert page.locator(".words img, .words script").count() == 0


def test_words_typed_while_the_preview_is_fetched_cannot_be_approved(page: Page, served: Place) -> None:
    sign_in(page, served)
    page.click("text=Do your boots come in size 47?")

    before_the_second: list[tuple[bool, bool]] = []
    asked: list[Route] = []

    def late(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            answer = route.fetch()
            page.locator("#text").press_sequentially(" And more.")
            route.fulfill(response=answer)
        else:
            shown = page.locator("#preview .part").inner_text()
            before_the_second.append((ANSWER in shown, page.locator("#approve").is_disabled()))
            route.continue_()

    page.route("**/preview", late)
    page.fill("#text", ANSWER)
    expect(page.locator("#preview .part")).to_contain_text("And more.")
    expect(page.locator("#approve")).to_be_enabled()
    assert before_the_second == [(True, True)]


LOOKS: list[dict[str, Any]] = [
    {"locale": "de-DE", "color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    {"locale": "de-DE", "color_scheme": "dark", "viewport": {"width": 360, "height": 720}},
]


@pytest.mark.parametrize("page", LOOKS, indirect=True, ids=["light", "dark", "phone"])
def test_every_page_can_be_used_by_everybody(page: Page, served: Place) -> None:
    users.set_role(served.desk.store, users.by_login(served.desk.store, "petra").id, "admin", None)
    page.goto(f"{served.desk.config.web.url}/login")
    check(page)
    sign_in(page, served)
    for path in ("/inbox/open", "/inbox/noise", "/conversations/1", "/log", "/health", "/users", "/settings"):
        page.goto(f"{served.desk.config.web.url}{path}")
        check(page)


def check(page: Page) -> None:
    """axe-core finds nothing to complain about, and nothing sticks out."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.evaluate(AXE)
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})")
    said = [(v["id"], v["help"], [node["html"][:120] for node in v["nodes"]][:3]) for v in found["violations"]]
    assert said == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url
