"""The whole journey on real servers: a customer's mail, a person in a browser, the answer in the customer's mailbox."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from desk.web.words import Words
from tests.journey.office import PASSWORD, Office
from twoway.store import deliveries

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.timeout(240)]

DESK, KARLA = "laden@desk.test", "karla@customer.test"
ASKED = "Guten Tag,\n\nmein Paket ist seit drei Wochen unterwegs. Wo bleibt es?\n\nViele Grüße\nKarla Kundin\n"
WORDS = Words("de")
FOUND = "Ihr Paket lag im Depot; es kommt morgen."


@pytest.fixture
def page() -> Iterator[Page]:
    """A window of Debian's Chromium, in German."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        window = chromium.new_context(locale="de-DE").new_page()
        window.set_default_timeout(30_000)
        expect.set_options(timeout=30_000)
        yield window
        chromium.close()


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/login")
    page.fill("#login", "anna")
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.wait_for_url("**/inbox/open")


def test_from_the_customers_mail_to_the_answer_to_our_answer(office: Office, page: Page) -> None:
    office.servers.dovecot.account(KARLA)
    office.set_up(support=DESK)
    with office.open() as desk:
        sign_in(page, desk.url)
        office.write(
            f"Karla Kundin <{KARLA}>", DESK, ASKED, Subject="Paket für Oma", Message_ID="<question-1@customer.test>"
        )

        # It appears in the open inbox by itself, judged and with the beginning of an answer.
        page.click("text=mein Paket ist seit drei Wochen unterwegs")
        begun = page.input_value("#text")
        assert re.search(r"\[[^\]]+\]", begun)
        expect(page.locator("#approve:enabled")).to_have_count(0)

        # A person writes into the gaps and sees exactly what will go out.
        written = re.sub(r"\[[^\]]+\]", FOUND, begun)
        page.fill("#text", written)
        shown = page.locator("#preview .part .words")
        expect(shown).to_contain_text(FOUND)
        expect(page.locator("#approve")).to_be_enabled()
        seen, sha256 = shown.inner_text(), page.input_value("input[name=sha256]")
        page.click("#approve")
        expect(page.locator(".entry.answer .work.sent")).to_be_visible()

        # It lies in the customer's own mailbox, in the right thread, as it was approved.
        answer = office.servers.arrived(KARLA, "question-1@customer.test")
        assert (answer["In-Reply-To"], answer["References"]) == ("<question-1@customer.test>",) * 2
        assert answer["Subject"].startswith("Re: ")
        body = answer.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n")
        with office.beside() as seen_by_us:
            [delivery] = deliveries.of_conversation(seen_by_us.store, 1)
            approved = deliveries.preview(seen_by_us.store.read(), delivery.sha256)
        assert delivery.sha256 == approved.sha256 == sha256
        assert body.rstrip("\n") == approved.parts[0].rstrip("\n")
        assert " ".join(seen.split()) == " ".join(approved.parts[0].split())

        # The customer answers; the page that is still open shows it, and the conversation is open again.
        expect(page.locator("#state .state")).to_have_text(WORDS("state.waiting"))
        office.write(
            f"Karla Kundin <{KARLA}>",
            DESK,
            f"Es ist da, danke! Aber wo bleibt die Rechnung?\n\nAm 22.11. schrieb Müllers Läden:\n> {FOUND}\n",
            Subject="AW: Paket für Oma",
            Message_ID="<question-2@customer.test>",
            In_Reply_To=answer["Message-ID"],
            References=f"<question-1@customer.test> {answer['Message-ID']}",
        )
        expect(page.locator("#exchange")).to_contain_text("Aber wo bleibt die Rechnung?")
        expect(page.locator("#state .state")).to_have_text(WORDS("state.open"))
        assert desk.stop(20) == 0
    assert office.json("audit")["ok"] is True
    assert [line for line in desk.logged() if line["level"] in ("error", "critical")] == []


def test_a_mail_that_cannot_be_read_is_shown_and_stops_nothing(office: Office, page: Page) -> None:
    office.set_up(support=DESK)
    with office.open() as desk:
        sign_in(page, desk.url)
        office.servers.dovecot.put(DESK, b"\r\n\r\n")
        office.write(KARLA, DESK, "Wo bleibt mein Paket?", Subject="Nach dem Kaputten")
        page.click("text=Nach dem Kaputten")
        page.goto(f"{desk.url}/health")
        page.click("summary")
        expect(page.locator(".health")).to_contain_text(WORDS("health.state.fine"))
        expect(page.locator("details[id^=malformed]")).to_be_visible()
    assert office.json("audit")["in_progress"]["malformed"] == 1
