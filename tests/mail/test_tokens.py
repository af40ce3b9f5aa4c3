"""Signing in by a code and keeping tokens: every answer of a provider, every state of the file, many at once."""

import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from pydantic import SecretStr
from werkzeug import Response

from tests.fakes.oauth import CLIENT, SCOPE, Provider, fake_provider
from twoway import clock
from twoway.errors import AuthFailed, ChannelError, RateLimited, Temporary
from twoway.http import Guard, client
from twoway.mail.oauth import Endpoint
from twoway.mail.providers import PROVIDERS
from twoway.mail.tokens import Tokens

SECRET = "the-secret-of-the-application"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with fake_provider() as running:
        yield running


def tokens(provider: Provider, folder: Path, **changes: Any) -> Tokens:
    guard = Guard(("127.0.0.1",))
    section = {
        "channel": "support",
        "device_url": f"{provider.url}/device",
        "token_url": f"{provider.url}/token",
        "scope": SCOPE,
        "client_id": CLIENT,
        "client_secret": SecretStr(provider.secret) if provider.secret else None,
        "open_http": lambda **how: client(**how, guard=guard),
    }
    return Tokens(Endpoint(**{**section, **changes}), folder / "support.tokens")


def sign_in(made: Tokens) -> list[Any]:
    """Signs in; what a person was told, and how long each wait was."""
    told: list[Any] = []
    made.sign_in(lambda where, code: told.append((where, code)), told.append)
    return told


@pytest.fixture
def signed_in(provider: Provider, tmp_path: Path) -> Tokens:
    made = tokens(provider, tmp_path)
    sign_in(made)
    return made


def test_a_person_is_told_where_to_type_which_code_and_waited_for(provider: Provider, tmp_path: Path) -> None:
    provider.waits, provider.interval = 3, 5
    made = tokens(provider, tmp_path)
    assert sign_in(made) == [(f"{provider.url}/activate", "WDJB-MJHT"), 5, 5, 5, 5]
    assert made.access("send") in provider.access


def test_an_application_with_a_secret_shows_it_to_the_provider_only(provider: Provider, tmp_path: Path) -> None:
    provider.secret = SECRET
    made = tokens(provider, tmp_path)
    sign_in(made)
    assert made.access("send") in provider.access
    assert SECRET not in f"{made!r}{made.file.read_text()}"


def test_whoever_asks_too_often_asks_more_slowly(provider: Provider, tmp_path: Path) -> None:
    provider.interval = 2
    slow = Response('{"error": "slow_down"}', 400, content_type="application/json")
    provider.answers = [slow, Response("", 503)]
    assert sign_in(tokens(provider, tmp_path))[1:] == [2, 7, 12, 12]


def test_a_code_that_nobody_types_ends(provider: Provider, tmp_path: Path) -> None:
    provider.waits = 10_000
    with time_machine.travel(clock.now(), tick=False) as now, pytest.raises(AuthFailed, match="in time"):
        tokens(provider, tmp_path).sign_in(lambda where, code: None, lambda seconds: now.shift(60))
    assert 10 < len(provider.asked) <= 16


@pytest.mark.parametrize("word", ["access_denied", "authorization_declined"])
def test_a_sign_in_that_is_refused_leaves_nothing(provider: Provider, tmp_path: Path, word: str) -> None:
    provider.declines = word
    made = tokens(provider, tmp_path)

    def refuse(where: str, code: str) -> None:
        provider.codes.update(dict.fromkeys(provider.codes, "denied"))

    with pytest.raises(AuthFailed, match="refused"):
        made.sign_in(refuse, lambda seconds: None)
    assert not made.file.exists()


def test_without_a_refresh_token_nobody_is_signed_in(provider: Provider, tmp_path: Path) -> None:
    provider.offline = False
    with pytest.raises(AuthFailed, match="offline_access"):
        sign_in(tokens(provider, tmp_path))


@pytest.mark.parametrize(("changes", "told"), [({"client_id": "x"}, "client_id"), ({"scope": "x"}, "scope")])
def test_a_wrong_configuration_is_told(provider: Provider, tmp_path: Path, changes: Any, told: str) -> None:
    with pytest.raises(AuthFailed, match=told):
        sign_in(tokens(provider, tmp_path, **changes))


@pytest.mark.parametrize("path", ["/nowhere", "/token"])
def test_a_wrong_address_is_told(provider: Provider, tmp_path: Path, path: str) -> None:
    with pytest.raises(ChannelError):
        sign_in(tokens(provider, tmp_path, device_url=f"{provider.url}{path}"))


def test_an_address_inside_the_house_is_not_asked(provider: Provider, tmp_path: Path) -> None:
    with pytest.raises(Temporary, match="allow_private"):
        sign_in(tokens(provider, tmp_path, device_url="http://10.0.0.1/device"))


def test_the_file_is_private_and_whole(signed_in: Tokens) -> None:
    assert signed_in.file.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(signed_in.file.read_text())) == {"refresh_token", "access_token", "renew_at", "ends_at"}
    assert [path.name for path in signed_in.file.parent.iterdir() if path.suffix == ".new"] == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622])
def test_a_file_that_others_can_read_or_change_is_refused(signed_in: Tokens, mode: int) -> None:
    signed_in.file.chmod(mode)
    with pytest.raises(AuthFailed, match="chmod 600"):
        signed_in.access("send")
    signed_in.file.chmod(0o600)
    assert signed_in.access("send")


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"refresh_token": "geheim-123"}', b"[" * 9_000])
def test_a_file_of_something_else_is_told_and_not_shown(signed_in: Tokens, content: bytes) -> None:
    signed_in.file.write_bytes(content)
    with pytest.raises(AuthFailed, match="twoway channel login support") as refused:
        signed_in.access("send")
    assert "geheim" not in f"{refused.value!r}{refused.value.__cause__!r}{refused.value.__context__!r}"


def test_a_folder_in_its_place_is_told(signed_in: Tokens) -> None:
    signed_in.file.unlink()
    signed_in.file.mkdir()
    with pytest.raises(AuthFailed):
        signed_in.access("send")


def test_a_rotated_refresh_token_takes_the_place_of_the_old(provider: Provider, signed_in: Tokens) -> None:
    first = json.loads(signed_in.file.read_text())["refresh_token"]
    for _ in range(3):
        signed_in.access("send", refused=signed_in.access("send"))
    last = json.loads(signed_in.file.read_text())["refresh_token"]
    assert last != first
    assert provider.refresh == {last}


def test_a_provider_that_keeps_the_refresh_token_is_served_too(provider: Provider, tmp_path: Path) -> None:
    provider.rotates = False
    made = tokens(provider, tmp_path)
    sign_in(made)
    first = json.loads(made.file.read_text())["refresh_token"]
    made.access("send", refused=made.access("send"))
    assert json.loads(made.file.read_text())["refresh_token"] == first


def test_what_cannot_be_written_is_not_renewed_over_the_old(provider: Provider, signed_in: Tokens, monkeypatch) -> None:
    before = signed_in.file.read_bytes()

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("twoway.store.durable.make_private", full)
    with pytest.raises(Temporary, match="No space left"):
        signed_in.access("send", refused=signed_in.access("send"))
    assert signed_in.file.read_bytes() == before


def test_a_token_is_renewed_some_minutes_early_and_a_short_one_at_half_its_life(
    provider: Provider, tmp_path: Path
) -> None:
    for life, still, no_more in ((3600, 3600 - 301, 3600 - 299), (60, 29, 31)):
        provider.life, provider.waits = life, 0
        made = tokens(provider, tmp_path)
        now = clock.now()
        with time_machine.travel(now, tick=False):
            sign_in(made)
            first = made.access("send")
        with time_machine.travel(now + timedelta(seconds=still), tick=False):
            assert made.access("send") == first
        with time_machine.travel(now + timedelta(seconds=no_more), tick=False):
            assert made.access("send") != first


def test_many_at_once_renew_once(provider: Provider, signed_in: Tokens) -> None:
    old = signed_in.access("send")
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(signed_in.access("send", refused=old))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(got) == 8
    assert len(set(got)) == 1
    assert sum(asked["grant_type"] == "refresh_token" for asked in provider.asked) == 1


def _says(status: int, body: str, **headers: str) -> Response:
    return Response(body, status, headers=headers, content_type="application/json")


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (_says(400, '{"error": "invalid_grant"}'), AuthFailed, "sign in again: twoway channel login support"),
        (_says(400, '{"error": "interaction_required"}'), AuthFailed, "sign in again"),
        (_says(401, '{"error": "invalid_client"}'), AuthFailed, "client_id"),
        (_says(400, '{"error": "temporarily_unavailable"}'), Temporary, "temporarily_unavailable"),
        (_says(400, '{"error": "of_our_own_making"}'), AuthFailed, "of_our_own_making"),
        (_says(404, "<html>"), AuthFailed, "token_url"),
        (_says(302, "", Location="http://127.0.0.1:1/"), AuthFailed, "token_url"),
        (_says(429, "slower", **{"Retry-After": "120"}), RateLimited, "429"),
        (_says(503, "down"), Temporary, "503"),
        (_says(200, "{"), Temporary, "no word"),
        (_says(200, '{"access_token": "with a space"}'), Temporary, "no word"),
        (_says(200, '{"access_token": "with\\u0001control"}'), Temporary, "no word"),
    ],
)
def test_every_answer_says_what_to_do_next(
    provider: Provider, signed_in: Tokens, answer: Response, error: type[ChannelError], told: str
) -> None:
    provider.answers = [answer]
    before = signed_in.file.read_bytes()
    with pytest.raises(error, match=told) as raised:
        signed_in.access("send", refused=signed_in.access("send"))
    assert type(raised.value) is error
    assert signed_in.file.read_bytes() == before


def test_no_token_is_in_an_error_a_log_or_a_repr(
    provider: Provider, signed_in: Tokens, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        access = signed_in.access("send")
        refresh = json.loads(signed_in.file.read_text())["refresh_token"]
        provider.withdraw()  # whose words repeat the refresh token
        with pytest.raises(AuthFailed) as raised:
            signed_in.access("send", refused=access)
    said = f"{raised.value!r} {raised.value.__cause__!r} {raised.value.__context__!r} {signed_in!r} {caplog.text}"
    assert access not in said
    assert refresh not in said


def test_the_end_of_a_sign_in_is_known_where_the_provider_says_it(provider: Provider, tmp_path: Path) -> None:
    made = tokens(provider, tmp_path)
    assert made.ends_at is None
    provider.lasting = {"refresh_expires_in": 86_400}
    now = clock.now()
    sign_in(made)
    assert made.ends_at is not None
    assert timedelta(hours=23) < made.ends_at - now < timedelta(hours=25)


def test_the_named_providers_are_asked_in_safety_and_for_a_refresh_token() -> None:
    for provider in PROVIDERS.values():
        assert provider.device_url.startswith("https://")
        assert provider.token_url.startswith("https://")
        assert "offline_access" in provider.scope.split()
