"""A stranger's words in a chat message call nobody, mark nothing up, link nowhere."""

import json

import pytest
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from desk.alerts import alert_once
from desk.inert import inert
from tests.desk.conftest import Open

HOSTILE = (
    "@everyone @here <!channel> <@U123|boss> **fett** [Ihre Bank](https://evil.example/login) <b>x</b> "
    "`code` ||spoiler|| #allgemein https://evil.example www.evil.example :rotating_light: \u202eknab\u202c \x1b[31m"
)


@pytest.mark.parametrize(
    "alive", ["@", "<!", "<@", "](", "**", "https://", "evil.example", "<b>", "`", "||", "#a", "\u202e", "\x1b"]
)
def test_nothing_in_a_hostile_text_stays_alive(alive: str) -> None:
    assert alive in HOSTILE
    assert alive not in inert(HOSTILE, 1000)


def test_plain_words_stay_as_they_are() -> None:
    said = "Seit 3 Tagen keine Antwort! Preis: 1.299,50 € – „Service“? 10:30 Uhr. Danke & Gruß 😡".replace("&", "und")
    assert inert(said, 1000) == said.replace("10:30", "10∶30")


@given(st.text(), st.integers(1, 50))
def test_any_text_is_one_short_line(text: str, limit: int) -> None:
    found = inert(text, limit)
    assert len(found) <= limit
    assert len(found.splitlines()) <= 1


@pytest.mark.parametrize("path", ["slack", "discord"])
def test_no_hostile_word_is_alive_in_what_the_platforms_get(
    opened: Open, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    heard: list[str] = []

    def hear(request: Request) -> Response:
        heard.append(json.dumps(json.loads(request.data), ensure_ascii=False))
        return Response("ok")

    httpserver.expect_request("/", method="POST").respond_with_handler(hear)
    here = f"http://127.0.0.1:{httpserver.port}/?"
    monkeypatch.setattr(NotifySlack, "webhook_url", here)
    monkeypatch.setattr(NotifyDiscord, "notify_url", here)
    urls = {
        "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#team",
        "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    }
    monkeypatch.setenv("ROOM", urls[path])
    scene = opened('[alerts]\nurls = ["env:ROOM"]\nquote = "short"')
    scene.says(HOSTILE, severe=True, name="<!channel> @everyone [x](https://evil.example)")
    assert alert_once(scene.desk)
    (said,) = heard
    assert "Beschwerde" in said
    for alive in ("@everyone", "@here", "<!", "<@U", "&lt;!", "evil.example", "](", "**fett", "github"):
        assert alive not in said
