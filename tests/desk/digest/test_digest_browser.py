"""A digest as a mail program shows it: in Chromium, light and dark, German and English, wide and on a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page, sync_playwright

from desk.digest import sending
from desk.digest.render import Rendered
from desk.wording import Spoken
from tests.desk import pigeons
from tests.desk.digest.lived import MORNING, live
from tests.desk.pigeons import Scene
from twoway import channels
from twoway.config import Recipient

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parents[1] / "web/vendor/axe.min.js").read_text("utf-8")
SPOKEN: tuple[Spoken, ...] = ("de", "en")
SCHEMES: tuple[Any, ...] = ("light", "dark")


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rendered]:
    """The digest of a week in both languages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channels, "paths", pigeons.known)
        channels.channel.cache_clear()
        scene = live(tmp_path_factory.mktemp("lived"), 1)
        with time_machine.travel(MORNING, tick=False):
            found = {spoken: _week(scene, spoken) for spoken in SPOKEN}
        scene.desk.close()
    channels.channel.cache_clear()
    return found


def _week(scene: Scene, spoken: Spoken) -> Rendered:
    reader = Recipient(address="boss@fjordlicht.example", language=spoken)
    return sending.preview(scene.desk, reader, MORNING.date(), "weekly")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


def show(browser: Browser, mail: Rendered, width: int, scheme: Any = "light") -> Page:
    """The mail in a window so wide, in which nothing may be loaded and no script runs but ours."""
    window = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    window.route("**/*", lambda route: pytest.fail(f"the mail loads {route.request.url}"))
    window.set_content(mail.html)
    return window


@pytest.mark.parametrize("width", [600, 375, 320])
@pytest.mark.parametrize("spoken", SPOKEN)
def test_nothing_sticks_out_on_any_screen(
    browser: Browser, mails: dict[str, Rendered], spoken: str, width: int
) -> None:
    window = show(browser, mails[spoken], width)
    wide = "[...document.querySelectorAll('td, th, p, h1, h2, span')].filter(e => e.scrollWidth > e.clientWidth + 1"
    wide += " && e.clientWidth > 0 && getComputedStyle(e).display !== 'inline').map(e => e.textContent.trim())"
    assert window.evaluate("document.documentElement.scrollWidth") == width
    assert window.evaluate(wide) == []
    window.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [600, 375])
@pytest.mark.parametrize("spoken", SPOKEN)
def test_everybody_can_read_it(
    browser: Browser, mails: dict[str, Rendered], spoken: str, scheme: Any, width: int
) -> None:
    """Contrast, names of links, headings in order, tables that say what they are: by axe-core's rules."""
    window = show(browser, mails[spoken], width, scheme)
    window.evaluate(AXE)
    # A mail has neither landmarks nor a page around it.
    found = window.evaluate("axe.run({rules: {region: {enabled: false}, 'landmark-one-main': {enabled: false}}})")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []
    window.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_bars_are_as_wide_as_what_they_stand_for(browser: Browser, mails: dict[str, Rendered], scheme: Any) -> None:
    window = show(browser, mails["en"], 600, scheme)
    bars = window.evaluate(
        "[...document.querySelectorAll('.strip .bar')].map(bar => [...bar.querySelectorAll('td')].map(td =>"
        " [parseInt(td.width), td.getBoundingClientRect().width / bar.getBoundingClientRect().width * 100]))"
    )
    assert len(bars) == 4
    for bar in bars:
        assert sum(share for share, _ in bar) == 100
        assert all(abs(share - seen) < 1 for share, seen in bar)
    colours = window.evaluate(
        "new Set([...document.querySelectorAll('.piece')].map(e => getComputedStyle(e).backgroundColor)).size"
    )
    assert colours >= 3
    window.close()


def test_dark_is_dark_and_light_is_light(browser: Browser, mails: dict[str, Rendered]) -> None:
    seen = {}
    for scheme in SCHEMES:
        window = show(browser, mails["de"], 600, scheme)
        style = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e.querySelector('h1')).color]"
        seen[scheme] = window.eval_on_selector(".card", style)
        window.close()
    assert seen == {
        "light": ["rgb(255, 255, 255)", "rgb(31, 41, 51)"],
        "dark": ["rgb(28, 35, 43)", "rgb(228, 231, 235)"],
    }


def test_on_a_phone_each_figure_says_its_name(browser: Browser, mails: dict[str, Rendered]) -> None:
    for width, visible in ((600, False), (375, True)):
        window = show(browser, mails["de"], width)
        assert window.locator(".label").first.is_visible() is visible
        assert window.locator(".heads").is_visible() is not visible
        window.close()
