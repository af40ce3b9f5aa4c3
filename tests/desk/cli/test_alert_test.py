"""`twoway alert-test`: everybody who is to be alerted gets an example, marked as one."""

from collections.abc import Callable
from threading import Event

import pytest
from pytest_httpserver import HTTPServer

from desk.alerts import chat as chats
from desk.alerts import sending
from desk.alerts.rules import RULES
from tests.desk.cli.conftest import Shell
from twoway.store import Store

Chat = Callable[[str, int], None]


@pytest.fixture
def chat(desk: Shell, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Chat:
    """A room, and a lead's phone, that answer with this status."""

    def make(path: str, status: int) -> None:
        httpserver.expect_request(path).respond_with_data("", status=status)
        monkeypatch.setenv(path[1:].upper(), f"json://desk:hunter2@127.0.0.1:{httpserver.port}{path}")

    config = desk.folder / "twoway.toml"
    config.write_text(
        config.read_text()
        + '[alerts]\nurls = ["env:TEAM"]\n[[alerts.receivers]]\nname = "lead"\nurls = ["env:LEAD"]\nlanguage = "en"\n'
    )
    return make


def test_every_receiver_gets_an_example_in_its_language(desk: Shell, chat: Chat, httpserver: HTTPServer) -> None:
    chat("/team", 204)
    chat("/lead", 204)
    told = desk("alert-test")
    assert "alerts.urls" in told
    assert "lead" in told
    assert "hunter2" not in told + desk.err
    titles = {request.get_json()["title"] for request, _ in httpserver.log}
    assert titles == {
        "Probe: Wanderlust: schwere Beschwerde auf square",
        "Test: Wanderlust: severe complaint on square",
    }


def test_who_does_not_take_it_is_named_and_exits_1(desk: Shell, chat: Chat) -> None:
    chat("/team", 204)
    chat("/lead", 500)
    found = desk.json("alert-test", code=1)
    assert [(one["receiver"], one["took"]) for one in found["receivers"]] == [("alerts.urls", True), ("lead", False)]


def test_who_keeps_it_waiting_is_not_waited_for(desk: Shell, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    chat("/team", 204)
    chat("/lead", 204)
    monkeypatch.setattr(sending, "PATIENCE", 0.5)
    ended = Event()
    monkeypatch.setattr(chats, "took", lambda url, *which: "lead" not in url.get_secret_value() or ended.wait(30))
    found = desk.json("alert-test", code=1)
    ended.set()
    assert [(one["receiver"], one["took"]) for one in found["receivers"]] == [("alerts.urls", True), ("lead", False)]


def test_without_receivers_it_is_a_problem(desk: Shell) -> None:
    desk("alert-test", code=1)
    assert "nobody is alerted" in desk.err


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_an_example_that_is_only_printed(
    desk: Shell, chat: Chat, httpserver: HTTPServer, rule: str
) -> None:
    chat("/team", 204)
    chat("/lead", 204)
    told = desk("alert-test", "--rule", rule, "--dry-run")
    assert told.startswith("Probe: Wanderlust: ")
    assert "Das ist nur eine Probe" in told
    assert httpserver.log == []


def test_an_unknown_rule_is_used_wrongly(desk: Shell, chat: Chat) -> None:
    chat("/team", 204)
    chat("/lead", 204)
    desk("alert-test", "--rule", "boredom", code=2)
    assert "severe_complaint" in desk.err


def test_nothing_of_it_is_kept(desk: Shell, chat: Chat, store: Store) -> None:
    chat("/team", 204)
    chat("/lead", 204)
    desk("alert-test")
    kept = "SELECT (SELECT count(*) FROM alerts), (SELECT count(*) FROM events WHERE kind = 'alert.told')"
    assert tuple(store.read().execute(kept).fetchone()) == (0, 0)
