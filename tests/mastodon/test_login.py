"""Logging in: asked once, behind the address guard, without the library ever seeing the token."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from pydantic import SecretStr

from tests.fakes.mastodon import TOKEN, FakeMastodon
from twoway.channels import mastodon
from twoway.errors import AuthFailed, ChannelError, RateLimited, Temporary
from twoway.http import Guard, client
from twoway.ports import Access

Connect = Callable[..., mastodon.Mastodon]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Logs in with some token, where some addresses inside the house are allowed."""
    with ExitStack() as closing:

        def made(url: str, *, token: str = TOKEN, allowed: tuple[str, ...] = ("127.0.0.1",)) -> mastodon.Mastodon:
            def http(**how: object) -> object:
                return closing.enter_context(client(**how, guard=Guard(allowed)))

            settings = mastodon.Settings(url=url, token=SecretStr(token), timeout_seconds=2)
            return mastodon.connect(settings, Access("brand", "desk", None, http))  # type: ignore[arg-type]

        yield made


def test_a_good_token_passes(platform: FakeMastodon, connect: Connect) -> None:
    mastodon.check(connect(platform.url))


def test_a_wrong_token_is_refused(platform: FakeMastodon, connect: Connect) -> None:
    with pytest.raises(AuthFailed, match="access token is invalid"):
        mastodon.check(connect(platform.url, token="another"))


@pytest.mark.parametrize(
    ("scopes", "said"),
    [({"read"}, "lacks the scope write:statuses"), ({"write"}, "authorized scopes"), ({"read", "write:statuses"}, "")],
)
def test_a_token_needs_both_scopes(platform: FakeMastodon, scopes: set[str], said: str, connect: Connect) -> None:
    platform.server.scopes = frozenset(scopes)
    if not said:
        return mastodon.check(connect(platform.url))
    with pytest.raises(AuthFailed, match=said):
        mastodon.check(connect(platform.url))
    return None


@pytest.mark.parametrize("fault", ["error-before", "malformed", "nonsense", "drop-before", "limit", "slow"])
def test_an_instance_that_is_down_is_asked_once(platform: FakeMastodon, fault: str, connect: Connect) -> None:
    how = {"seconds": 3} if fault == "slow" else {}
    platform.faults.order(fault, path="/api", times=9, **how)
    with pytest.raises((Temporary, RateLimited)):
        mastodon.check(connect(platform.url))
    assert fault == "slow" or len(platform.requests()) == 1


def test_an_address_inside_the_house_is_asked_only_where_the_owner_allows_it(
    platform: FakeMastodon, connect: Connect
) -> None:
    with pytest.raises(Temporary, match="allow_private"):
        mastodon.check(connect(platform.url, allowed=()))
    assert platform.requests() == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(httpserver, status: int, connect: Connect) -> None:
    headers = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request("/api/v1/accounts/verify_credentials").respond_with_data("", status, headers)
    with pytest.raises(Temporary, match=str(status)):
        mastodon.check(connect(httpserver.url_for("")))
    assert [request.path for request, _ in httpserver.log] == ["/api/v1/accounts/verify_credentials"]


@pytest.mark.parametrize("broken", ["not a time", "99999999999999999999"])
def test_an_odd_header_is_no_limit(httpserver, broken: str, connect: Connect) -> None:
    headers = {"X-RateLimit-Reset": broken, "Date": "yesterday"}
    httpserver.expect_request("/api/v1/accounts/verify_credentials").respond_with_json({"id": "1"}, 200, headers)
    with pytest.raises(ChannelError) as raised:
        connect(httpserver.url_for("")).ask_me()
    assert type(raised.value) is Temporary


def test_an_older_instance_says_on_an_older_path_what_it_takes(platform: FakeMastodon, connect: Connect) -> None:
    platform.town.characters, platform.server.version = 1_234, (3, 5)
    assert connect(platform.url).instance.counting.max_characters == 1_234


def test_the_library_never_sees_the_token_and_never_waits(platform: FakeMastodon, connect: Connect) -> None:
    library = connect(platform.url).library
    assert TOKEN not in repr(vars(library))
    assert (library.ratelimit_method, library.version_check_mode) == ("throw", "none")
    assert library.request_timeout == 2
    assert not library.session.trust_env


def test_our_own_name_is_shown_and_nothing_packed_is_asked_for(platform: FakeMastodon, connect: Connect) -> None:
    mastodon.check(connect(platform.url))
    assert {entry["agent"].partition("/")[0] for entry in platform.requests()} == {"twoway"}


def test_neither_the_library_nor_requests_is_imported_before_a_channel_needs_them() -> None:
    code = (
        "import sys; from twoway.channels import channel; channel('mastodon');"
        " print('mastodon' in sys.modules, 'requests' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == ["False", "False"]


def test_settings_hold_the_token_as_a_secret() -> None:
    with pytest.raises(ValueError, match="may not stand in this file"):
        mastodon.Settings.model_validate({"url": "https://social.test", "token": TOKEN})
    assert TOKEN not in repr(mastodon.Settings(url="https://social.test", token=SecretStr(TOKEN)))
