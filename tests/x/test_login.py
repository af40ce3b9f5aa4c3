"""Logging in: behind the address guard, without the library seeing a token, sleeping, or asking twice."""

import logging
import subprocess
import sys
from typing import Any

import pytest
from pydantic import SecretStr

from tests.contract.x import LOGINS, XRig
from tests.fakes.x import TOKEN, FakeX
from tests.fakes.x_signature import KEYS
from tests.fakes.x_town import BRAND
from twoway.channels import x
from twoway.errors import AuthFailed, RateLimited, Temporary
from twoway.http import Guard, client
from twoway.logging import QUIET


def settings(**more: Any) -> dict[str, Any]:
    return {"handle": BRAND, "monthly_budget": 50, **more}


@pytest.fixture(params=["token", "keys"])
def login(request: pytest.FixtureRequest, platform: FakeX) -> Any:
    rig = XRig(platform, request.param)
    with rig.closing:
        yield rig


def test_a_good_login_passes(login: XRig) -> None:
    x.check(login.connection)


def test_a_refused_login_says_so(login: XRig) -> None:
    login.refuse_login()
    with pytest.raises(AuthFailed, match="Unauthorized"):
        x.check(login.connection)


def test_the_login_of_another_account_is_refused(login: XRig, platform: FakeX) -> None:
    platform.town.brand.username = "somebody"
    with pytest.raises(AuthFailed, match="@somebody's, not @wanderlust's"):
        x.check(login.connection)


def test_the_login_of_another_account_is_refused_while_hearing_too(login: XRig, platform: FakeX) -> None:
    platform.town.brand.username = "somebody"
    login.connection = login.connect(user_id=None)
    with pytest.raises(AuthFailed, match="@somebody's, not @wanderlust's"):
        list(login.collector().collect("mentions", None))


def test_the_number_of_the_account_is_asked_for_once(login: XRig, platform: FakeX) -> None:
    login.connection = login.connect(user_id=None)
    for _ in range(2):
        list(login.collector().collect("mentions", None))
    assert len(platform.requests("/2/users/me")) == 1


@pytest.mark.parametrize("fault", ["error-before", "malformed", "nonsense", "drop-before", "limit", "slow"])
def test_a_platform_that_is_down_is_asked_once(rig: XRig, platform: FakeX, fault: str) -> None:
    how = {"seconds": 3} if fault == "slow" else {}
    platform.faults.order(fault, path="/2", times=9, **how)
    with pytest.raises((Temporary, RateLimited)):
        x.check(rig.connection)
    assert fault == "slow" or len(platform.requests()) == 1


@pytest.mark.parametrize("status", [301, 307])
def test_a_redirect_is_not_followed(rig: XRig, httpserver: Any, status: int) -> None:
    httpserver.expect_request("/2/users/me").respond_with_data("", status, {"Location": httpserver.url_for("/other")})
    rig.connection = rig.connect(url=httpserver.url_for("").rstrip("/"))
    with pytest.raises(Temporary, match=str(status)):
        x.check(rig.connection)
    assert [request.path for request, _ in httpserver.log] == ["/2/users/me"]


def test_an_address_inside_the_house_is_asked_only_where_the_owner_allows_it(rig: XRig, platform: FakeX) -> None:
    rig._http = lambda **how: rig.closing.enter_context(client(**how, guard=Guard(())))  # type: ignore[method-assign]
    with pytest.raises(Temporary, match="allow_private"):
        x.check(rig.connect())
    assert platform.requests() == []


def test_the_library_never_sees_the_token_and_never_waits(rig: XRig) -> None:
    library = rig.connection.library
    assert TOKEN not in repr(vars(library))
    assert library.wait_on_rate_limit is False
    assert not library.session.trust_env


def test_even_at_its_most_talkative_no_log_line_shows_a_secret(login: XRig, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("", *QUIET):  # a test before this one may have set the log up, which keeps these quiet
        caplog.set_level(logging.DEBUG, logger=name)
    x.check(login.connection)
    shown = caplog.text + "".join(str(record.args) for record in caplog.records)
    assert "users/me" in shown
    assert not any(secret in shown for secret in (TOKEN, KEYS["consumer_secret"], KEYS["access_token_secret"]))


def test_our_own_name_is_shown(login: XRig, platform: FakeX) -> None:
    x.check(login.connection)
    assert {entry["agent"].partition("/")[0] for entry in platform.requests()} == {"twoway"}


@pytest.mark.parametrize("missing", list(KEYS))
def test_the_four_keys_belong_together(missing: str) -> None:
    keys = {name: key for name, key in LOGINS["keys"].items() if name != missing}
    with pytest.raises(ValueError, match="belong together"):
        x.Settings(**settings(**keys))


def test_a_login_is_needed() -> None:
    with pytest.raises(ValueError, match="a login is missing"):
        x.Settings(**settings())


def test_what_the_tier_says_can_be_overruled() -> None:
    plain = x.Settings(**settings(token=SecretStr("t")))
    rich = x.Settings(**settings(token=SecretStr("t"), tier="enterprise"))
    own = x.Settings(**settings(token=SecretStr("t"), parts=2, longest_search=100))
    assert [(found.most_parts, found.search_length) for found in (plain, rich, own)] == [(1, 512), (4, 4096), (2, 100)]


def test_settings_hold_keys_as_secrets() -> None:
    with pytest.raises(ValueError, match="may not stand in this file"):
        x.Settings.model_validate(settings(token=TOKEN))
    assert TOKEN not in repr(x.Settings(**settings(token=SecretStr(TOKEN))))


def test_the_library_is_imported_only_where_a_channel_needs_it() -> None:
    code = (
        "import sys, listener.x, responders.x; from twoway.channels import channel; channel('x');"
        " print('tweepy' in sys.modules, 'requests' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == ["False", "False"]
