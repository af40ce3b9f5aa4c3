"""Whatever the library raises becomes one of our errors; what may have been taken is never called refused."""

import inspect

import httpx2
import pytest
import requests
from praw import exceptions as praw_errors
from prawcore import exceptions as core_errors

from tests.conftest import Freeze
from twoway import clock
from twoway.channels.reddit_errors import Asked, rate, refusal, retry_at
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary
from twoway.http import AddressRefused, AnswerRefused

NO = core_errors.PrawcoreException("no")


def answer(status: int, said: object = None, path: str = "/message/inbox/", **headers: str) -> httpx2.Response:
    request = httpx2.Request("GET", f"https://oauth.reddit.com{path}")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json=said, headers=named, request=request)


def of(
    error: Exception, found: httpx2.Response | None, *, writing: bool = False, logging_in: bool = False
) -> ChannelError:
    return refusal(Asked("brand", "send", ("the-secret",), writing, logging_in), error, found)


def own(status: int, **more: str) -> dict[str, object]:
    return {"message": "so it says", "error": status, **more}


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (400, Temporary, Rejected), (401, AuthFailed, AuthFailed), (403, AuthFailed, Rejected), (404, Gone, Gone),
        (409, Temporary, Rejected), (413, Temporary, Rejected), (415, Temporary, Rejected),
        (429, RateLimited, RateLimited),
        (451, Temporary, Rejected), (408, Temporary, DeliveryUnknown), (500, Temporary, DeliveryUnknown),
        (502, Temporary, DeliveryUnknown), (503, Temporary, DeliveryUnknown), (504, Temporary, DeliveryUnknown),
        (520, Temporary, DeliveryUnknown), (522, Temporary, DeliveryUnknown),
    ],
)  # fmt: skip
def test_what_each_status_means(status: int, reading: type, writing: type) -> None:
    assert type(of(NO, answer(status, own(status)))) is reading
    assert type(of(NO, answer(status, own(status)), writing=True)) is writing
    assert "so it says" in str(of(NO, answer(status, own(status))))


@pytest.mark.parametrize(("status", "reason"), [(403, "private"), (403, "quarantined"), (404, "banned")])
def test_a_subreddit_that_is_shut_is_no_wrong_login(status: int, reason: str) -> None:
    found = of(NO, answer(status, own(status, reason=reason), "/r/kaffee/new/"))
    assert (type(found), found.alone) == (Temporary, True)
    assert type(of(NO, answer(403, own(403), "/comments/abc/"))) is Temporary


@pytest.mark.parametrize("status", [301, 403, 404, 405, 410])
@pytest.mark.parametrize("writing", [True, False])
def test_somebody_elses_page_says_nothing_about_an_answer_or_a_login(status: int, writing: bool) -> None:
    page = httpx2.Response(
        status, html="<h1>whoa there, pardner!</h1>", request=httpx2.Request("GET", "https://a/r/x/new")
    )
    found = of(NO, page, writing=writing)
    assert (type(found), found.alone) == (Temporary, False)
    assert type(of(NO, page, logging_in=True)) is Temporary


def test_a_lacking_scope_is_about_the_login() -> None:
    about = 'Bearer realm="reddit", error="insufficient_scope"'
    assert type(of(KeyError("insufficient"), answer(403, own(403), www_authenticate=about), writing=True)) is AuthFailed


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (200, {"error": "invalid_grant"}, AuthFailed), (400, {"error": 400, "message": "Bad Request"}, AuthFailed),
        (401, {"error": 401}, AuthFailed), (200, {"odd": 1}, Temporary), (503, {"error": 503}, Temporary),
        (429, {"error": 429}, RateLimited),
    ],
)  # fmt: skip
def test_what_the_login_is_refused_with(status: int, said: object, kind: type) -> None:
    assert type(of(NO, answer(status, said), logging_in=True)) is kind


@pytest.mark.parametrize("error", [KeyError("x-ratelimit-used"), ValueError("not a number"), AssertionError()])
def test_an_answer_that_was_taken_is_in_doubt_however_odd_what_came_back(error: Exception) -> None:
    assert type(of(error, answer(200, {"json": {"errors": []}}), writing=True)) is DeliveryUnknown
    assert type(of(error, answer(200, {"json": {"errors": []}}))) is Temporary


def failed(cause: Exception) -> Exception:
    return core_errors.RequestException(cause, (), {})


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (httpx2.ConnectError("refused"), Temporary), (httpx2.ConnectTimeout("slow"), Temporary),
        (httpx2.PoolTimeout("full"), Temporary), (AddressRefused("10.0.0.1"), Temporary),
        (httpx2.ReadTimeout("slow"), DeliveryUnknown), (httpx2.RemoteProtocolError("hung up"), DeliveryUnknown),
        (AnswerRefused("too large"), DeliveryUnknown), (requests.ConnectionError("?"), DeliveryUnknown),
    ],
)  # fmt: skip
def test_what_never_left_may_be_sent_again_and_all_else_is_in_doubt(cause: Exception, kind: type) -> None:
    assert type(of(failed(cause), None, writing=True)) is kind
    assert type(of(failed(cause), None)) is Temporary
    assert type(of(failed(cause), None, writing=True, logging_in=True)) is Temporary


def kinds() -> list[type[Exception]]:
    listed = [
        found for module in (praw_errors, core_errors) for _, found in inspect.getmembers(module, inspect.isclass)
    ]
    return [kind for kind in listed if issubclass(kind, Exception)]


def test_every_error_of_the_library_has_an_answer() -> None:
    assert len(kinds()) > 25
    for kind in kinds():
        error = kind.__new__(kind)
        error.original_exception = ValueError("x")  # type: ignore[attr-defined]
        for found in (None, answer(404, own(404)), answer(500, own(500))):
            assert isinstance(of(error, found, writing=True), ChannelError)


def test_no_error_repeats_a_secret_and_words_are_one_harmless_line() -> None:
    found = of(NO, answer(400, own(400, explanation="a\n\x1b[31mthe-secret" + "c" * 900, reason="X")), writing=True)
    assert "the-secret" not in found.said
    assert "\n" not in found.said
    assert "\x1b" not in found.said
    assert len(found.said) <= 300


RATE = {"x_ratelimit_remaining": "595.0", "x_ratelimit_used": "5", "x_ratelimit_reset": "240"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "90"}, 90), (RATE, 240), ({}, 60), ({"x_ratelimit_reset": "soon"}, 60),
        ({**RATE, "x_ratelimit_reset": "99999999"}, 86_400), ({**RATE, "x_ratelimit_reset": "-5"}, 60),
    ],
)  # fmt: skip
def test_when_to_come_back(headers: dict[str, str], seconds: int, freeze: Freeze) -> None:
    freeze(clock.now())
    assert round((retry_at(answer(429, own(429), **headers)) - clock.now()).total_seconds()) == seconds


def test_what_is_left_is_read_as_reddit_writes_it(freeze: Freeze) -> None:
    freeze(clock.now())
    found = rate(answer(200, {}, **RATE))
    assert (found.remaining, found.limit) == (595, 600)
    assert rate(answer(200, {}, x_ratelimit_remaining="many", x_ratelimit_reset="3")).remaining is None
