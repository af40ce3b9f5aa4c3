"""Whatever X or the library says becomes one of our errors: what to do next; a doubtful post is never a no."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from tests.conftest import Freeze
from tests.contract.x import XRig
from tests.fakes.x import FakeX
from tests.fakes.x_asked import Refusal
from twoway import clock
from twoway.channels.x_errors import refusal, retry_at
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary
from twoway.http import AddressRefused, AnswerRefused

SECRETS = ("a-consumer-secret", "a-token")
PROBLEM = "https://api.twitter.com/2/problems/"


def answer(status: int, said: object = None, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json=said, headers=named) if said else httpx2.Response(status, headers=named)


def problem(status: int, detail: str, type_: str = "about:blank", **headers: str) -> httpx2.Response:
    return answer(status, {"title": "No", "detail": detail, "type": type_, "status": status}, **headers)


def of(error: Exception, found: httpx2.Response | None, *, writing: bool) -> ChannelError:
    return refusal("brand", "send", error, found, writing=writing, secrets=SECRETS)


@pytest.mark.parametrize(
    ("status", "detail", "type_", "reading", "writing"),
    [
        (400, "Your Tweet text is too long.", "invalid-request", Temporary, Rejected),
        (400, "You attempted to reply to a Tweet that is deleted or not visible to you.", "", Temporary, Gone),
        (401, "Unauthorized", "about:blank", AuthFailed, AuthFailed),
        (402, "CreditsDepleted", "about:blank", RateLimited, RateLimited),
        (403, "You are not allowed to create a Tweet with duplicate content.", "about:blank", Temporary, Rejected),
        (403, "You are not permitted to perform this action.", "about:blank", Temporary, Rejected),
        (403, "have not been mentioned or otherwise engaged by the author", "about:blank", Temporary, Rejected),
        (403, "You attempted to reply to a Tweet that is deleted or not visible to you.", "", Temporary, Gone),
        (
            403,
            "Your client app is not configured with the appropriate oauth1 app permissions",
            "",
            AuthFailed,
            AuthFailed,
        ),
        (403, "When authenticating requests, you must use keys", "client-forbidden", AuthFailed, AuthFailed),
        (403, "Unsupported Authentication", "unsupported-authentication", AuthFailed, AuthFailed),
        (403, "Your account is temporarily locked.", "about:blank", AuthFailed, AuthFailed),
        (403, "Your account has been suspended.", "about:blank", AuthFailed, AuthFailed),
        (403, "To protect our users, this account is temporarily locked.", "about:blank", AuthFailed, AuthFailed),
        (403, "You have been blocked from sending messages to this user.", "about:blank", Temporary, Rejected),
        (403, "User has been suspended.", "about:blank", Temporary, Rejected),
        (404, "Could not find tweet with id: [1].", "resource-not-found", Gone, Gone),
        (410, "This is gone for good", "about:blank", Gone, Gone),
        (409, "Conflict", "about:blank", Temporary, Rejected),
        (429, "Too Many Requests", "about:blank", RateLimited, RateLimited),
        (500, "Internal Server Error", "about:blank", Temporary, DeliveryUnknown),
        (503, "Service Unavailable", "about:blank", Temporary, DeliveryUnknown),
    ],
)
def test_every_documented_refusal_says_what_to_do(
    status: int, detail: str, type_: str, reading: type[ChannelError], writing: type[ChannelError]
) -> None:
    found = problem(status, detail, f"{PROBLEM}{type_}")
    for expected, is_writing in ((reading, False), (writing, True)):
        error = of(Exception("tweepy's"), found, writing=is_writing)
        assert type(error) is expected
        assert detail[:20] in error.said


@pytest.mark.parametrize("status", [301, 400, 403, 404, 410, 418])
def test_the_page_of_a_proxy_decides_nothing(status: int) -> None:
    page = httpx2.Response(status, text="<html>go away")
    for writing in (True, False):
        assert type(of(Exception("?"), page, writing=writing)) is Temporary


@pytest.mark.parametrize(
    ("error", "writing"),
    [
        (httpx2.ConnectError("no"), Temporary),
        (httpx2.ConnectTimeout("no"), Temporary),
        (AddressRefused("inside the house"), Temporary),
        (httpx2.ReadTimeout("slow"), DeliveryUnknown),
        (httpx2.RemoteProtocolError("hung up"), DeliveryUnknown),
        (AnswerRefused("too large"), DeliveryUnknown),
        (ValueError("odd"), DeliveryUnknown),
    ],
)
def test_without_an_answer_only_what_never_left_is_certain(error: Exception, writing: type[ChannelError]) -> None:
    assert type(of(error, None, writing=True)) is writing
    assert type(of(error, None, writing=False)) is Temporary


def test_no_error_shows_a_secret() -> None:
    echoed = problem(422, "what is this: Bearer a-token, a-consumer-secret")
    assert not any(secret in str(of(Exception("a-token"), echoed, writing=True)) for secret in SECRETS)
    assert not any(secret in str(of(Exception("a-token"), None, writing=True)) for secret in SECRETS)


def at(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def test_the_end_of_whatever_is_used_up_is_waited_for(freeze: Freeze) -> None:
    freeze(datetime(2026, 11, 22, 12, tzinfo=UTC))
    now = clock.now()
    soon, tonight = now + timedelta(minutes=9), now + timedelta(hours=11)
    quarter = {"x_rate_limit_reset": at(soon)}
    day = {"x_user_limit_24hour_remaining": "0", "x_user_limit_24hour_reset": at(tonight)}
    left = {"x_user_limit_24hour_remaining": "5", "x_user_limit_24hour_reset": at(tonight)}
    app = {"x_app_limit_24hour_remaining": "0", "x_app_limit_24hour_reset": at(tonight)}
    assert retry_at(problem(429, "slow", **quarter)) == soon
    assert retry_at(problem(429, "slow", **quarter, **day)) == tonight
    assert retry_at(problem(429, "slow", **quarter, **app)) == tonight
    assert retry_at(problem(429, "slow", **quarter, **left)) == soon
    assert retry_at(problem(429, "slow")) == now + timedelta(minutes=1)
    assert retry_at(problem(429, "slow", retry_after="30")) == now + timedelta(seconds=30)
    assert retry_at(problem(429, "slow", x_rate_limit_reset="soon")) == now + timedelta(minutes=1)
    assert retry_at(problem(429, "slow", x_rate_limit_reset="9" * 30)) == now + timedelta(minutes=1)
    assert retry_at(problem(429, "cap", f"{PROBLEM}usage-capped")) == now + timedelta(days=1)
    assert retry_at(problem(402, "CreditsDepleted")) == now + timedelta(hours=1)


@pytest.mark.parametrize("header", ["soon", "1e9", ""])
def test_an_odd_limit_that_the_library_trips_over_is_still_a_limit(rig: XRig, platform: FakeX, header: str) -> None:
    platform.server.headers["x-rate-limit-reset"] = header
    platform.server.says_no["/2/users/1000000/mentions"] = Refusal(429, "Too Many Requests")
    with pytest.raises(RateLimited) as raised:
        list(rig.collector().collect("mentions", None))
    assert raised.value.retry_at <= clock.now() + timedelta(minutes=1)


@pytest.mark.parametrize("login", ["token", "keys"])
def test_an_answer_that_repeats_our_request_shows_no_secret(platform: FakeX, login: str) -> None:
    rig = XRig(platform, login)
    with rig.closing:
        platform.faults.order("echo", path="/2/users")
        with pytest.raises(ChannelError) as raised:
            list(rig.collector().collect("mentions", None))
        assert rig.secret not in f"{raised.value!r} {raised.value.__cause__!r}"
