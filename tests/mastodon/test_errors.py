"""Whatever the library raises becomes one of our errors, which says what to do next; a doubtful post is never a no."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from mastodon import errors

from tests.conftest import Freeze
from twoway import clock
from twoway.channels.mastodon_errors import refusal, retry_at
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary
from twoway.http import AddressRefused, AnswerRefused

TOKEN = "the-token"
NO = errors.MastodonAPIError("Mastodon API returned error")


def answer(status: int, said: object = None, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json=said, headers=named) if said else httpx2.Response(status, headers=named)


def of(error: Exception, found: httpx2.Response | None, *, writing: bool) -> ChannelError:
    return refusal("brand", "send", error, found, writing=writing, secret=TOKEN)


def network(cause: Exception) -> Exception:
    """As the library wraps it."""
    try:
        try:
            raise cause
        except Exception as error:
            raise errors.MastodonNetworkError(f"Could not complete request: {error}")  # noqa: B904
    except errors.MastodonNetworkError as wrapped:
        return wrapped


@pytest.mark.parametrize(
    ("status", "said", "reading", "writing"),
    [
        (400, "Bad Request", Temporary, Rejected),
        (401, "The access token is invalid", AuthFailed, AuthFailed),
        (403, "This action is outside the authorized scopes", AuthFailed, AuthFailed),
        (403, "Your login is currently disabled", AuthFailed, AuthFailed),
        (403, "This action is not allowed", Temporary, Rejected),
        (404, "Record not found", Gone, Gone),
        (410, "Gone", Gone, Gone),
        (413, "Payload Too Large", Temporary, Rejected),
        (422, "Validation failed: Text can't be blank", Temporary, Rejected),
        (429, "Too many requests", RateLimited, RateLimited),
        (500, "Internal", Temporary, DeliveryUnknown),
        (502, "Bad Gateway", Temporary, DeliveryUnknown),
        (503, "Service Unavailable", Temporary, DeliveryUnknown),
        (504, "Timeout", Temporary, DeliveryUnknown),
        (520, "Cloudflare", Temporary, DeliveryUnknown),
    ],
)
def test_what_each_status_means(status: int, said: str, reading: type, writing: type) -> None:
    found = answer(status, {"error": said})
    assert type(of(NO, found, writing=False)) is reading
    assert type(of(NO, found, writing=True)) is writing
    assert said in str(of(NO, found, writing=True))


@pytest.mark.parametrize("status", [301, 403, 404, 405, 410])
@pytest.mark.parametrize("writing", [True, False])
def test_a_proxys_page_says_nothing_about_a_post_or_a_login(status: int, writing: bool) -> None:
    page = httpx2.Response(status, html="<h1>nginx</h1>")
    assert type(of(NO, page, writing=writing)) is Temporary


@pytest.mark.parametrize(
    "error",
    [
        errors.MastodonAPIError("Could not parse response as JSON"),
        errors.MastodonRatelimitError("Rate limit time calculations failed: unknown string format"),
        AttributeError("the library tripped over a header"),
    ],
)
def test_a_post_that_was_taken_is_in_doubt_however_odd_the_answer(error: Exception) -> None:
    assert type(of(error, answer(200, {"id": "1"}), writing=True)) is DeliveryUnknown
    assert type(of(error, answer(200, {"id": "1"}), writing=False)) is Temporary


@pytest.mark.parametrize(
    "cause",
    [
        httpx2.ConnectError("refused"),
        httpx2.ConnectTimeout("slow"),
        httpx2.PoolTimeout("full"),
        AddressRefused("10.0.0.1 is not a public address"),
    ],
)
def test_what_never_left_may_be_sent_again(cause: Exception) -> None:
    assert type(of(network(cause), None, writing=True)) is Temporary


@pytest.mark.parametrize(
    "cause",
    [
        httpx2.ReadTimeout("slow"),
        httpx2.WriteError("broken"),
        httpx2.RemoteProtocolError("hung up"),
        AnswerRefused("too large"),
    ],
)
def test_what_left_without_an_answer_is_in_doubt(cause: Exception) -> None:
    assert type(of(network(cause), None, writing=True)) is DeliveryUnknown
    assert type(of(network(cause), None, writing=False)) is Temporary


DOCUMENTED = {
    errors.MastodonIllegalArgumentError: Rejected,
    errors.MastodonVersionError: Rejected,
    errors.MastodonFileNotFoundError: DeliveryUnknown,
    errors.MastodonReadTimeout: DeliveryUnknown,
    errors.MastodonNetworkError: DeliveryUnknown,
    errors.MastodonMalformedEventError: DeliveryUnknown,
    errors.MastodonRatelimitError: DeliveryUnknown,
    ValueError: Rejected,
}


@pytest.mark.parametrize(("kind", "expected"), DOCUMENTED.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_without_an_answer_only_a_no_of_the_librarys_own_is_certain(
    kind: type[Exception], expected: type[ChannelError]
) -> None:
    assert type(of(kind("no"), None, writing=True)) is expected


def test_every_error_of_the_library_has_an_answer() -> None:
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.MastodonError)
    ]
    assert len(kinds) > 10
    for kind in kinds:
        for found in (None, answer(404, {"error": "x"}), answer(500, {"error": "x"})):
            assert isinstance(of(kind("no"), found, writing=True), ChannelError)


def test_no_error_repeats_the_token() -> None:
    found = of(NO, answer(422, {"error": f"what is Bearer {TOKEN}"}), writing=True)
    assert TOKEN not in f"{found!r} {found.said}"


def test_words_of_the_platform_are_one_harmless_line() -> None:
    found = of(NO, answer(422, {"error": "a\n\x1b[31mb" + "c" * 900}), writing=True)
    assert "\n" not in found.said
    assert "\x1b" not in found.said
    assert len(found.said) <= 300


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"x_ratelimit_reset": "2026-11-22T12:03:00.123456Z"}, 3.002),
        ({"x_ratelimit_reset": str(int(NOW.timestamp()) + 120)}, 2),
        # Our clock is wrong by an hour; the wait is what the instance means.
        ({"x_ratelimit_reset": "2026-11-22T13:04:00Z", "date": "Sun, 22 Nov 2026 13:00:00 GMT"}, 4),
        ({"retry_after": "90"}, 1.5),
        ({}, 1),
        ({"x_ratelimit_reset": "whenever"}, 1),
        ({"x_ratelimit_reset": "2026-11-22T12:03:00"}, 1),
        ({"x_ratelimit_reset": "2031-01-01T00:00:00Z"}, 24 * 60),
        ({"x_ratelimit_reset": "2020-01-01T00:00:00Z"}, 1 / 60),
    ],
)
def test_when_to_come_back(headers: dict[str, str], minutes: float, freeze: Freeze) -> None:
    freeze(NOW)
    waited = retry_at(answer(429, {"error": "x"}, **headers)) - clock.now()
    assert abs(waited - timedelta(minutes=minutes)) < timedelta(seconds=0.2)
