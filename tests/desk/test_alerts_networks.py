"""What each chat gets, and that what it answers when something is wrong is taken for what it is."""

import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import trustme
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from desk.alerts import alert_once, sending
from tests.conftest import Freeze
from tests.desk.conftest import Open
from tests.fakes import chats
from tests.fakes.chats import Chat

HOME = "127.0.0.1"


@dataclass(frozen=True)
class Kind:
    """How a chat is reached, and what it says when it does not take a message."""

    answer: Callable[[Chat, Request], Response]
    url: str
    refusals: tuple[tuple[int, str], ...]
    tls: bool = False


KINDS = {
    "slack": Kind(
        chats.slack,
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#team",
        ((404, "no_service"), (403, "invalid_token"), (500, "rollup_error"), (200, "invalid_payload")),
    ),
    "mattermost": Kind(
        chats.mattermost,
        "mmost://{home}:{port}/3ccdd113474722377935511fc85d3dd4",
        ((400, '{"id":"web.incoming_webhook.invalid.app_error","status_code":400}'), (429, "limit exceeded")),
    ),
    "teams": Kind(
        chats.teams,
        "workflows://{home}:{port}/643a1b/2c4dSIG?verify=no",
        ((401, '{"error":{"code":"AuthorizationFailed"}}'), (404, '{"error":{"code":"WorkflowNotFound"}}'), (502, "")),
        tls=True,
    ),
    "discord": Kind(
        chats.discord,
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        ((404, '{"message":"Unknown Webhook","code":10015}'), (401, '{"message":"401: Unauthorized","code":0}')),
    ),
    "telegram": Kind(
        chats.telegram,
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
        (
            (403, '{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}'),
            (429, '{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":5}}'),
        ),
    ),
    "ntfy": Kind(
        chats.ntfy,
        "ntfy://{home}:{port}/team",
        ((403, '{"code":40301,"http":403,"error":"forbidden"}'), (507, '{"code":50701,"http":507}')),
    ),
    "matrix": Kind(
        chats.matrix,
        "matrix://desk:geheim@{home}:{port}/%23team:x",
        ((403, '{"errcode":"M_FORBIDDEN","error":"You are not invited"}'), (500, '{"errcode":"M_UNKNOWN"}')),
    ),
}


@pytest.fixture
def reach(monkeypatch: pytest.MonkeyPatch) -> Callable[[HTTPServer, Kind], Chat]:
    """Puts a chat where its plugin looks for it, and makes it the receiver of alerts."""

    def make(server: HTTPServer, kind: Kind) -> Chat:
        chat = Chat(kind.answer)
        server.expect_request(re.compile(".*")).respond_with_handler(chat)
        base = f"http://{HOME}:{server.port}"
        monkeypatch.setattr(NotifySlack, "webhook_url", f"{base}/services")
        monkeypatch.setattr(NotifyDiscord, "notify_url", f"{base}/api/webhooks")
        monkeypatch.setattr(NotifyTelegram, "notify_url", f"{base}/bot")
        monkeypatch.setenv("ROOM", kind.url.format(home=HOME, port=server.port))
        return chat

    return make


@pytest.fixture
def tls() -> Iterator[HTTPServer]:
    """A server with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(HOME).configure_cert(context)
    with HTTPServer(host=HOME, port=0, ssl_context=context) as server:
        yield server


Reach = Callable[[HTTPServer, Kind], Chat]
CONFIG = '[alerts]\nurls = ["env:ROOM"]\nquote = "short"'


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
def test_a_message_arrives_as_it_is(
    opened: Open, httpserver: HTTPServer, tls: HTTPServer, reach: Reach, name: str
) -> None:
    kind = KINDS[name]
    chat = reach(tls if kind.tls else httpserver, kind)
    scene = opened(CONFIG)
    conversation = scene.says("Unverschämt! <b>x</b> & 100 %", severe=True)
    assert alert_once(scene.desk)
    (said,) = chat.said
    assert said.splitlines()[0] == "Fjordlicht: schwere Beschwerde auf loft"
    assert "Zitat: „Unverschämt! ‹b›x‹/b› ＆ 100 %“" in said
    assert said.splitlines()[-1] == f"https://desk.example.org/conversations/{conversation}"


@pytest.mark.parametrize(
    ("name", "status", "words"), [(name, *one) for name, kind in KINDS.items() for one in kind.refusals]
)
@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
def test_a_refusal_is_no_message_and_it_is_tried_again(
    opened: Open,
    httpserver: HTTPServer,
    tls: HTTPServer,
    reach: Reach,
    freeze: Freeze,
    name: str,
    status: int,
    words: str,
) -> None:
    stopped = freeze()
    kind = KINDS[name]
    chat = reach(tls if kind.tls else httpserver, kind)
    chat.refusal = Response(words, status)
    scene = opened(CONFIG)
    scene.says(severe=True)
    assert alert_once(scene.desk)
    chat.refusal = None
    stopped.shift(20)
    assert alert_once(scene.desk)
    assert [said.splitlines()[0] for said in chat.said] == ["Wiederholung: Fjordlicht: schwere Beschwerde auf loft"]


@pytest.fixture
def many() -> Iterator[HTTPServer]:
    """A server that answers several at once."""
    with HTTPServer(host=HOME, port=0, threaded=True) as server:
        yield server


def test_a_chat_that_keeps_us_waiting_keeps_nobody_else(
    opened: Open, many: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.5)
    let_go, said = threading.Event(), []

    def hang(request: Request) -> Response:
        let_go.wait(20)
        return Response("")

    def take(request: Request) -> Response:
        said.append(json.loads(request.data)["title"])
        return Response("")

    many.expect_request("/hanging").respond_with_handler(hang)
    many.expect_request("/room").respond_with_handler(take)
    for name, path in (("HANGING", "hanging"), ("ROOM", "room")):
        monkeypatch.setenv(name, f"json://{HOME}:{many.port}/{path}")
    scene = opened('[alerts]\nurls = ["env:HANGING", "env:ROOM"]')
    for _ in range(3):
        scene.says(severe=True)
        assert alert_once(scene.desk)
    let_go.set()
    assert len(said) == 3
