"""Every documented no of the network becomes one of our errors, which says what to do next."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from tests.conftest import Freeze
from twoway import clock
from twoway.channels.bluesky_errors import NotAllowed, Passed, Taken, is_over, refusal, retry_at, unanswered
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary
from twoway.http import AddressRefused, AnswerRefused

SECRET = "the-token"


def answer(status: int, said: object = None, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json=said, headers=named) if said else httpx2.Response(status, headers=named)


def of(found: httpx2.Response, *, writing: bool) -> ChannelError:
    return refusal("brand", "send", found, writing=writing, secrets=(SECRET,))


@pytest.mark.parametrize(
    ("status", "name", "reading", "writing"),
    [
        (400, "InvalidRequest", Passed, Rejected),
        (400, "ExpiredToken", AuthFailed, AuthFailed),
        (400, "InvalidToken", AuthFailed, AuthFailed),
        (400, "InvalidSwap", Passed, Taken),
        (400, "RecordNotFound", Gone, Gone),
        (400, "NotFound", Gone, Gone),
        (401, "AuthMissing", AuthFailed, AuthFailed),
        (401, "AuthenticationRequired", AuthFailed, AuthFailed),
        (401, "AuthFactorTokenRequired", AuthFailed, AuthFailed),
        (401, "AccountTakedown", AuthFailed, AuthFailed),
        (400, "AccountTakedown", AuthFailed, AuthFailed),
        (401, "AccountDeactivated", AuthFailed, AuthFailed),
        (403, "AccountNotFound", AuthFailed, AuthFailed),
        (403, "Forbidden", Temporary, Rejected),
        (404, "XRPCNotSupported", Temporary, Temporary),
        (405, "InvalidRequest", Temporary, Temporary),
        (413, "PayloadTooLarge", Temporary, Rejected),
        (422, "InvalidRequest", Temporary, Rejected),
        (429, "RateLimitExceeded", RateLimited, RateLimited),
        (500, "InternalServerError", Temporary, DeliveryUnknown),
        (501, "MethodNotImplemented", Temporary, Temporary),
        (502, "UpstreamFailure", Temporary, DeliveryUnknown),
        (503, "NotEnoughResources", Temporary, DeliveryUnknown),
        (504, "UpstreamTimeout", Temporary, DeliveryUnknown),
    ],
)
def test_what_each_no_means(status: int, name: str, reading: type, writing: type) -> None:
    found = answer(status, {"error": name, "message": "in words"})
    assert type(of(found, writing=False)) is reading
    assert type(of(found, writing=True)) is writing
    assert f"{status} {name} in words" in str(of(found, writing=True))


@pytest.mark.parametrize(
    ("status", "name", "message", "reading", "writing"),
    [
        (400, "InvalidToken", "Bad token method", NotAllowed, Rejected),
        (400, "InvalidToken", "Bad token scope", NotAllowed, Rejected),
        (400, "InvalidToken", "Token could not be verified", NotAllowed, NotAllowed),
        (400, "ExpiredToken", "Token has expired", NotAllowed, NotAllowed),
        (400, "InvalidConvo", "in words", Gone, Gone),
        (400, "InvalidRequest", "Convo not found", Gone, Gone),
        (400, "InvalidRequest", "block between recipient and sender", Passed, Rejected),
        (400, "InvalidRequest", "could not resolve proxy did", Temporary, Temporary),
        (400, "AccountSuspended", "in words", Temporary, Temporary),
        (401, "BadJwtSignature", "in words", Temporary, Temporary),
        (401, "AuthMissing", "in words", Temporary, Temporary),
        (429, "RateLimitExceeded", "in words", RateLimited, RateLimited),
        (501, "MethodNotImplemented", "in words", Temporary, Temporary),
        (502, "UpstreamFailure", "Upstream service unreachable", Temporary, DeliveryUnknown),
    ],
)
def test_what_the_chat_service_says_is_no_fault_of_the_login(
    status: int, name: str, message: str, reading: type, writing: type
) -> None:
    found = answer(status, {"error": name, "message": message})
    for does, kind in ((False, reading), (True, writing)):
        refused = refusal("brand", "send", found, writing=does, secrets=(), chat=True)
        assert type(refused) is kind
        assert not isinstance(refused, RateLimited) or refused.alone


@pytest.mark.parametrize(("message", "helps"), [("Bad token method", False), ("Token could not be verified", True)])
def test_a_new_token_helps_only_where_this_one_is_over(message: str, helps: bool) -> None:
    found = answer(400, {"error": "InvalidToken", "message": message})
    assert is_over(found, chat=True) is helps
    assert is_over(found, chat=False)


@pytest.mark.parametrize("status", [301, 400, 403, 404, 405, 410, 422])
@pytest.mark.parametrize("writing", [True, False])
def test_a_proxys_page_says_nothing_about_a_post_or_a_login(status: int, writing: bool) -> None:
    page = httpx2.Response(status, html="<h1>nginx</h1>")
    assert type(of(page, writing=writing)) is Temporary


@pytest.mark.parametrize("body", [b"[]", b"7", b"{", b'{"error": 7}', b"[" * 100_000])
def test_an_odd_answer_is_an_answer(body: bytes) -> None:
    assert type(of(httpx2.Response(500, content=body), writing=True)) is DeliveryUnknown


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (httpx2.ConnectError("refused"), False),
        (httpx2.ConnectTimeout("slow"), False),
        (httpx2.PoolTimeout("full"), False),
        (AddressRefused("10.0.0.1 is not a public address"), False),
        (httpx2.ReadTimeout("slow"), True),
        (httpx2.WriteError("broken"), True),
        (httpx2.RemoteProtocolError("hung up"), True),
        (AnswerRefused("too large"), True),
    ],
)
def test_only_what_never_left_may_be_sent_again(error: Exception, left: bool) -> None:
    assert type(unanswered("brand", "send", error, writing=True)) is (DeliveryUnknown if left else Temporary)
    assert type(unanswered("brand", "send", error, writing=False)) is Temporary


def test_no_error_repeats_a_secret_or_more_than_a_line() -> None:
    found = of(answer(422, {"error": "Odd", "message": f"Bearer {SECRET}\n\x1b[31m" + "c" * 900}), writing=True)
    assert SECRET not in f"{found!r} {found.said}"
    assert not {"\n", "\x1b"} & set(found.said)
    assert len(found.said) <= 310


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"ratelimit_reset": str(int(NOW.timestamp()) + 120)}, 2),
        # Our clock is wrong by an hour; the wait is what the server means.
        ({"ratelimit_reset": str(int(NOW.timestamp()) + 3_840), "date": "Sun, 22 Nov 2026 13:00:00 GMT"}, 4),
        ({"retry_after": "90"}, 1.5),
        ({}, 1),
        ({"ratelimit_reset": "whenever"}, 1),
        ({"ratelimit_reset": "9" * 30}, 1),
        ({"ratelimit_reset": "1924992000"}, 24 * 60),
        ({"ratelimit_reset": "1700000000"}, 1 / 60),
    ],
)
def test_when_to_come_back(headers: dict[str, str], minutes: float, freeze: Freeze) -> None:
    freeze(NOW)
    waited = retry_at(answer(429, {"error": "x"}, **headers)) - clock.now()
    assert abs(waited - timedelta(minutes=minutes)) < timedelta(seconds=0.2)
