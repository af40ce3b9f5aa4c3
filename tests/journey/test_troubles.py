"""What real mail brings besides questions, and a mailbox that lets nobody in."""

import pytest
from pytest_httpserver import HTTPServer

from tests.journey.office import Office
from twoway.store import channels, deliveries, inbox, mentions

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

SUPPORT, SALES, KARLA = "hilfe@desk.test", "verkauf@desk.test", "karla@customer.test"
ALERTS = '\n[alerts]\nurls = ["file:alerts.url"]\n'


def test_a_mailbox_that_refuses_its_login_pauses_and_alerts_and_the_other_goes_on(
    office: Office, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/alerts").respond_with_data("", status=204)
    (office.folder / "alerts.url").touch(mode=0o600)
    (office.folder / "alerts.url").write_text(httpserver.url_for("/alerts").replace("http:", "json:"))
    office.set_up(ALERTS, support=SUPPORT, sales=SALES)
    office.set_password("sales", "an old one")
    refused = office.json("check", code=1)["channels"]
    assert (refused["support"], refused["sales"].partition(":")[0]) == ("ok", "sales")

    with office.open() as desk, office.beside() as seen:
        office.until(lambda: channels.by_name(seen.store, "sales").paused_at, "the channel is paused")
        office.until(lambda: httpserver.log, "somebody was told")
        said = httpserver.log[0][0].get_json()
        assert "sales" in said["title"] + said["message"]
        office.write(KARLA, SUPPORT, "Wo bleibt mein Paket?", Subject="Andere gehen weiter")
        assert office.waiting_for(seen, "Andere gehen weiter")

        # Mended: the next start reads the new password, and what came meanwhile is heard.
        office.write(KARLA, SALES, "Was kostet die Lampe?", Subject="Inzwischen gekommen")
        office.servers.arrived(SALES, "Was kostet")
        assert desk.stop() == 0
        office.set_password("sales", office.servers.password(SALES))
        office.twoway("channel", "resume", "sales")
    assert office.json("check")["channels"] == {"support": "ok", "sales": "ok"}
    assert "an old one" not in desk.log.read_text()
    with office.open(), office.beside() as seen:
        assert office.waiting_for(seen, "Inzwischen gekommen")


def test_robots_and_lists_are_seen_and_become_nothing_to_answer(office: Office) -> None:
    office.set_up(support=SUPPORT)
    with office.open(), office.beside() as seen:
        office.write(KARLA, SUPPORT, "Ich bin im Urlaub.", Subject="Abwesend", Auto_Submitted="auto-replied")
        office.write(KARLA, SUPPORT, "Our news!", Subject="News", List_Id="<news.customer.test>")
        office.write(KARLA, SUPPORT, "Wo bleibt mein Paket?", Subject="Eine Frage")
        office.waiting_for(seen, "Eine Frage")

        assert [line.title for name in inbox.LISTS for line in inbox.lines(seen.store, name)] == ["Eine Frage"]
        assert {(row.title, row.kind) for row in mentions.automatic(seen.store, 10)} == {
            ("Abwesend", "automatic"),
            ("News", "list"),
        }
    assert office.json("audit")["ok"] is True


def test_a_bounce_of_our_answer_fails_its_delivery(office: Office) -> None:
    office.set_up(support=SUPPORT)
    with office.open(), office.beside() as seen:
        office.write("Moved <moved@customer.test>", SUPPORT, "Wo bleibt mein Paket?", Subject="Ich ziehe um")
        number = office.waiting_for(seen, "Ich ziehe um")
        office.answer(seen, number, "Guten Tag, Ihr Paket kommt morgen. AB")

        def failed() -> bool:
            return [row.state for row in deliveries.of_conversation(seen.store, number)] == ["failed"]

        office.until(failed, "the bounce is heard")
        [row] = deliveries.of_conversation(seen.store, number)
        assert "5.1.1" in row.reason
        assert [line.id for line in inbox.lines(seen.store, "trouble")] == [number]
        assert inbox.line(seen.store, number).state == "open"  # type: ignore[union-attr]
    assert office.json("audit")["ok"] is True
