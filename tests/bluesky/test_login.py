"""Logging in: once, with an app password, renewed without a word, behind the address guard."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from pydantic import SecretStr

from tests.conftest import Freeze
from tests.contract.bluesky import BlueskyRig
from tests.fakes.bluesky import PASSWORD, FakeBluesky
from tests.fakes.bluesky_town import BRAND
from twoway import clock
from twoway.channels import bluesky
from twoway.errors import AuthFailed, RateLimited, Temporary
from twoway.http import Guard, client
from twoway.ports import Access

CREATE, REFRESH = "com.atproto.server.createSession", "com.atproto.server.refreshSession"
Connect = Callable[..., bluesky.Bluesky]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Logs in with some password, where some addresses inside the house are allowed."""
    with ExitStack() as closing:

        def made(url: str, *, password: str = PASSWORD, allowed: tuple[str, ...] = ("127.0.0.1",)) -> bluesky.Bluesky:
            def http(**how: object) -> object:
                return closing.enter_context(client(**how, guard=Guard(allowed)))

            settings = bluesky.Settings(url=url, handle=BRAND, password=SecretStr(password), timeout_seconds=2)
            return bluesky.connect(settings, Access("brand", "desk", None, http))  # type: ignore[arg-type]

        yield made


def test_a_good_password_passes_and_logs_in_once(platform: FakeBluesky, connect: Connect) -> None:
    connection = connect(platform.url)
    for _ in range(3):
        bluesky.check(connection)
    assert len(platform.requests(CREATE)) == 1


def test_a_wrong_password_is_refused_with_what_to_do(platform: FakeBluesky, connect: Connect) -> None:
    with pytest.raises(AuthFailed, match="Invalid identifier or password; make a new app password"):
        bluesky.check(connect(platform.url, password="another"))


def test_a_token_that_is_over_is_renewed_and_the_request_made_again(
    platform: FakeBluesky, connect: Connect, freeze: Freeze
) -> None:
    time, connection = freeze(clock.now()), connect(platform.url)
    bluesky.check(connection)
    time.shift(timedelta(hours=3))
    bluesky.check(connection)
    assert (len(platform.requests(CREATE)), len(platform.requests(REFRESH))) == (1, 1)


def test_a_login_that_cannot_be_renewed_is_made_anew(platform: FakeBluesky, connect: Connect, freeze: Freeze) -> None:
    time, connection = freeze(clock.now()), connect(platform.url)
    bluesky.check(connection)
    time.shift(timedelta(days=100))
    bluesky.check(connection)
    assert (len(platform.requests(CREATE)), len(platform.requests(REFRESH))) == (2, 1)


def test_several_threads_renew_a_token_once(platform: FakeBluesky, connect: Connect) -> None:
    connection = connect(platform.url)
    bluesky.check(connection)
    for token, (kind, _) in platform.server.tokens.items():
        platform.server.tokens[token] = (kind, clock.now() if kind == "access" else clock.now() + timedelta(days=1))
    gate, failed = threading.Barrier(4), []

    def check() -> None:
        gate.wait(timeout=10)
        try:
            bluesky.check(connection)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert failed == []
    assert len(platform.requests(REFRESH)) == 1


def test_an_account_that_was_taken_down_pauses_the_channel(platform: FakeBluesky, connect: Connect) -> None:
    connection = connect(platform.url)
    bluesky.check(connection)
    platform.server.takendown = True
    with pytest.raises(AuthFailed, match="AccountTakedown"):
        bluesky.check(connection)


@pytest.mark.parametrize("fault", ["error-before", "malformed", "nonsense", "drop-before", "limit", "slow"])
def test_a_server_that_is_down_is_asked_once(platform: FakeBluesky, fault: str, connect: Connect) -> None:
    how = {"seconds": 3} if fault == "slow" else {}
    platform.faults.order(fault, path="/xrpc", times=9, **how)
    with pytest.raises((Temporary, RateLimited)) as raised:
        bluesky.check(connect(platform.url))
    assert fault == "slow" or len(platform.requests()) == 1
    assert PASSWORD not in f"{raised.value!r} {raised.value.__cause__!r}"


def test_a_server_that_repeats_our_words_puts_no_secret_into_an_error(platform: FakeBluesky, connect: Connect) -> None:
    connection = connect(platform.url)
    bluesky.check(connection)
    platform.faults.order("echo", path="/xrpc/app.bsky")
    with pytest.raises(Temporary, match=r"\[secret\]") as raised:
        bluesky.check(connection)
    assert "-secret'" not in f"{raised.value!r} {raised.value.__cause__!r}"
    assert PASSWORD not in repr(connection)
    assert "-secret" not in repr(connection)


def test_a_renewal_that_fails_shows_no_token_and_is_tried_again(
    platform: FakeBluesky, connect: Connect, freeze: Freeze
) -> None:
    time, connection = freeze(clock.now()), connect(platform.url)
    bluesky.check(connection)
    time.shift(timedelta(hours=3))
    platform.faults.order("echo", path=f"/xrpc/{REFRESH}")
    with pytest.raises(Temporary, match=r"\[secret\]") as raised:
        bluesky.check(connection)
    assert "-secret" not in f"{raised.value!r} {raised.value.__cause__!r}"
    bluesky.check(connection)
    assert len(platform.requests(CREATE)) == 1


def test_too_many_logins_are_not_tried_again_before_their_time(
    platform: FakeBluesky, connect: Connect, freeze: Freeze
) -> None:
    time, connection = freeze(clock.now()), connect(platform.url)
    platform.faults.order("limit", path=f"/xrpc/{CREATE}", seconds=200)
    for _ in range(3):
        with pytest.raises(RateLimited):
            bluesky.check(connection)
    assert len(platform.requests()) == 1
    time.shift(210)
    bluesky.check(connection)


def test_an_address_inside_the_house_is_asked_only_where_the_owner_allows_it(
    platform: FakeBluesky, connect: Connect
) -> None:
    with pytest.raises(Temporary, match="allow_private"):
        bluesky.check(connect(platform.url, allowed=()))
    assert platform.requests() == []


def test_the_accounts_own_server_is_asked_where_the_login_names_it(
    platform: FakeBluesky, connect: Connect, tmp_path
) -> None:
    from tests.fakes.bluesky import fake_bluesky

    (tmp_path / "other").mkdir()
    with fake_bluesky(tmp_path / "other", town=platform.town, tokens=platform.server.tokens) as home:
        platform.server.elsewhere = home.url
        bluesky.check(connect(platform.url))
        assert [entry["path"] for entry in platform.requests()] == [f"/xrpc/{CREATE}"]
        assert len(home.requests()) == 2


def test_a_login_over_tls_never_sends_its_tokens_over_an_open_line(connect: Connect) -> None:
    session = bluesky.Session.model_validate({
        "accessJwt": "a", "refreshJwt": "b", "did": "did:plc:x",
        "didDoc": {"service": [{"id": "#atproto_pds", "serviceEndpoint": "http://elsewhere.test"}]},
    })  # fmt: skip
    assert connect("https://bsky.test")._server(session) == "https://bsky.test"
    assert connect("http://bsky.test")._server(session) == "http://elsewhere.test"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(httpserver, status: int, connect: Connect) -> None:
    headers = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request(f"/xrpc/{CREATE}").respond_with_data("", status, headers)
    with pytest.raises(Temporary, match=str(status)):
        bluesky.check(connect(httpserver.url_for("")))
    assert [request.path for request, _ in httpserver.log] == [f"/xrpc/{CREATE}"]


def test_an_account_that_is_not_active_is_told(httpserver, connect: Connect) -> None:
    said = {"accessJwt": "a", "refreshJwt": "b", "did": "did:plc:x", "active": False, "status": "deactivated"}
    httpserver.expect_request(f"/xrpc/{CREATE}").respond_with_json(said)
    with pytest.raises(AuthFailed, match="not active \\(deactivated\\)"):
        bluesky.check(connect(httpserver.url_for("")))


def test_no_client_library_is_needed(rig: BlueskyRig) -> None:
    code = "import sys; from twoway.channels import channel; channel('bluesky'); print('httpx2' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == ["False"]


def test_settings_hold_the_password_as_a_secret() -> None:
    with pytest.raises(ValueError, match="may not stand in this file"):
        bluesky.Settings.model_validate({"handle": BRAND, "password": PASSWORD})
    assert PASSWORD not in repr(bluesky.Settings(handle=BRAND, password=SecretStr(PASSWORD)))
