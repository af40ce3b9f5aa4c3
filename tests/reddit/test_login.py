"""Logging in: by either way, for one account, once, behind the address guard, by nobody else's settings."""

import subprocess
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from tests.conftest import Freeze
from tests.contract.reddit import BY_PASSWORD, RedditRig, settings
from tests.contract.rig import Desk
from tests.fakes.reddit import FakeReddit
from tests.fakes.reddit_api import PASSWORD, REFRESH, SCOPES, SECRET
from tests.fakes.reddit_town import BRAND
from tests.reddit.conftest import Open
from twoway import clock
from twoway.channels import reddit
from twoway.domain import Draft, Part
from twoway.errors import AuthFailed, RateLimited, Temporary
from twoway.http import client
from twoway.ports import Access, Metered

TOKEN = "/api/v1/access_token"


def test_both_ways_lead_in(opened: Open) -> None:
    for how in ({}, BY_PASSWORD):
        reddit.check(opened(**how).connection)


@pytest.mark.parametrize("wrong", [{"refresh_token": SecretStr("x")}, {"password": SecretStr("x")}])
def test_a_wrong_login_is_refused(opened: Open, wrong: dict[str, SecretStr]) -> None:
    with pytest.raises(AuthFailed):
        reddit.check(opened(login=wrong).connection)


def test_a_wrong_application_is_refused(opened: Open) -> None:
    with pytest.raises(AuthFailed, match="401"):
        reddit.check(opened(client_id="another").connection)


def test_a_login_for_somebody_else_is_refused(platform: FakeReddit, rig: RedditRig) -> None:
    platform.town.brand.name = "somebody_else"
    with pytest.raises(AuthFailed, match="of u/somebody_else, not of u/wanderlust"):
        reddit.check(rig.connection)


@pytest.mark.parametrize("lacking", SCOPES)
def test_a_login_needs_every_scope(platform: FakeReddit, rig: RedditRig, lacking: str) -> None:
    platform.server.scopes = tuple(scope for scope in SCOPES if scope != lacking)
    with pytest.raises(AuthFailed, match=f"lacks the scopes {lacking}"):
        reddit.check(rig.connection)


def test_the_scopes_that_are_asked_for_are_enough(platform: FakeReddit, rig: RedditRig) -> None:
    platform.server.scopes = SCOPES
    reddit.check(rig.connection)
    Desk(rig).poll()


@pytest.mark.parametrize("fault", ["error-before", "malformed", "nonsense", "drop-before", "limit", "slow"])
def test_a_platform_that_is_down_is_asked_once(platform: FakeReddit, rig: RedditRig, fault: str) -> None:
    platform.faults.order(fault, path=TOKEN, times=9, **({"seconds": 3} if fault == "slow" else {}))
    with pytest.raises((Temporary, RateLimited)):
        reddit.check(rig.connection)
    assert fault == "slow" or len(platform.requests()) == 1


def test_a_login_that_fails_while_answering_has_sent_nothing(platform: FakeReddit, rig: RedditRig) -> None:
    said = platform.say("Petra", "hello")
    desk = Desk(rig, since=clock.now() - timedelta(hours=1)).poll()
    sent = Part(rig.sender().preview(Draft("hi"), desk.mentions[said].address), 0, "key")
    rig.connection.library._core.authorizer._clear_access_token()
    platform.faults.order("drop-after", path=TOKEN)
    with pytest.raises(Temporary):
        rig.sender().send(sent)
    assert platform.requests("/api/comment") == []


def test_an_access_token_that_ran_out_is_renewed_and_nothing_is_written_twice(
    platform: FakeReddit, desk: Desk, freeze: Freeze
) -> None:
    said = platform.say("Petra", "hello")
    sent = Part(desk.rig.sender().preview(Draft("hi"), desk.poll().mentions[said].address), 0, "key")
    platform.server.tokens.clear()
    with pytest.raises(Temporary, match="renewed"):
        desk.rig.sender().send(sent)
    desk.rig.sender().send(sent)
    assert platform.in_name_of_brand() == ["hi"]
    platform.server.tokens.clear()
    desk.poll()  # what is only read is read again at once


def test_an_address_inside_the_house_is_asked_only_where_the_owner_allows_it(platform: FakeReddit) -> None:
    access = Access("brand", "desk", None, client)  # type: ignore[arg-type]
    with pytest.raises(Temporary, match="allow_private"):
        reddit.check(reddit.connect(settings(platform.url), access))
    assert platform.requests() == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(httpserver, opened: Open, status: int) -> None:
    url = httpserver.url_for("").rstrip("/")
    httpserver.expect_request(TOKEN).respond_with_data("", status, {"Location": f"{url}/elsewhere"})
    rig = opened(api_url=url, login_url=url)
    with pytest.raises(Temporary, match=str(status)):
        reddit.check(rig.connection)
    assert [request.path for request, _ in httpserver.log] == [TOKEN]


def test_who_asks_is_said_by_reddits_rules(platform: FakeReddit, opened: Open) -> None:
    reddit.check(opened().connection)
    reddit.check(opened(user_agent="server:de.kaffee-nord:1.0 (by /u/kaffeenord)").connection)
    agents = {entry["agent"].partition(" PRAW")[0] for entry in platform.requests()}
    assert {agent.partition(":")[2].partition(":")[0] for agent in agents} == {"twoway", "de.kaffee-nord"}


@pytest.mark.parametrize("wrong", ["twoway", "server:twoway:1.0", "a:b:c (by /u/x)\r\nCookie: x"])
def test_a_name_that_breaks_those_rules_is_a_mistake_in_the_configuration(wrong: str) -> None:
    with pytest.raises(ValidationError):
        settings("http://127.0.0.1", user_agent=wrong)


def test_some_login_must_be_set() -> None:
    with pytest.raises(ValidationError, match="refresh_token"):
        settings("http://127.0.0.1", login={})


def test_no_ini_file_and_no_environment_leads_a_password_elsewhere(
    platform: FakeReddit, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "praw.ini").write_text("[DEFAULT]\noauth_url=http://127.0.0.1:1\ncomment_kind=t9\nwindow_size=zero\n")
    monkeypatch.chdir(tmp_path)
    for name in ("praw_oauth_url", "praw_reddit_url", "praw_site", "praw_password"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    reddit.check(opened().connection)
    assert platform.requests(TOKEN)


@pytest.mark.parametrize("how", [{}, BY_PASSWORD])
@pytest.mark.parametrize("path", [TOKEN, "/message"])
def test_no_error_repeats_a_secret(platform: FakeReddit, opened: Open, how: dict, path: str) -> None:
    desk = Desk(opened(**how))
    platform.faults.order("echo", path=path)
    with pytest.raises(Exception, match="what is this") as raised:
        desk.poll()
    basic = b64encode(f"aClientId12345:{SECRET}".encode()).decode()
    shown = f"{raised.value!r} {raised.value.__cause__!r} {desk.rig.connection.settings!r}"
    assert not [word for word in (SECRET, PASSWORD, REFRESH, basic[:20], *platform.server.tokens) if word in shown]


def test_how_the_account_stands_is_told_by_the_last_answer(platform: FakeReddit, desk: Desk, freeze: Freeze) -> None:
    time = freeze(clock.now())
    desk.poll()
    assert isinstance(desk.rig.connection, Metered)
    found = desk.rig.connection.standing()
    assert (found.limit, found.remaining) == (1_000, 1_000 - platform.server.used)
    assert found.resets_at
    assert found.resets_at <= clock.now() + timedelta(minutes=10)
    time.shift(601)
    assert desk.rig.connection.standing().remaining is None


def test_neither_the_library_nor_requests_is_imported_before_a_channel_needs_them() -> None:
    code = (
        "import sys; from twoway.channels import channel; channel('reddit');"
        " print('praw' in sys.modules, 'prawcore' in sys.modules, 'requests' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == ["False", "False", "False"]


def test_settings_hold_what_is_secret_as_secrets() -> None:
    with pytest.raises(ValueError, match="may not stand in this file"):
        reddit.Settings.model_validate(
            {"client_id": "x", "client_secret": SECRET, "username": BRAND, "refresh_token": "env:X"}
        )
    assert not {SECRET, REFRESH} & set(repr(settings("http://127.0.0.1")).split("'"))


def test_several_threads_take_turns_and_nobody_reads_anothers_answer(platform: FakeReddit, rig: RedditRig) -> None:
    said = [platform.say("Petra", f"number {number}") for number in range(24)]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda name: set(rig.connection.things("test", [name])), said))
    assert found == [{name} for name in said]
    assert len(platform.requests(TOKEN)) == 1
