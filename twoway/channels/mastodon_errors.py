"""What went wrong with Mastodon, in our words: what to do next."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from twoway import clock, waiting
from twoway.domain import Standing
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary
from twoway.text import one_line

if TYPE_CHECKING:
    import httpx2

LONGEST_WAIT = timedelta(days=1)
WORDS_REFUSED = frozenset({400, 406, 409, 413, 422, 451})
"""Statuses of a POST that say something about its words; the same words would be refused again."""
NOT_THESE = "not allowed"
"""A 403 with it is about one post ("This action is not allowed"); any other is about the login."""


def refusal(
    channel: str, operation: str, error: Exception, answer: "httpx2.Response | None", *, writing: bool, secret: str
) -> ChannelError:
    """Which of our errors one of Mastodon.py's is; ``answer`` is what the instance said, if anything.

    ``secret`` is in no error, should the instance repeat it.
    """
    kind, said = _unanswered(error, writing) if answer is None else _answered(error, answer, writing)
    said = one_line(said.replace(secret, "[token]"), 300)
    if answer is not None and kind is RateLimited:
        return RateLimited(channel, operation, said, retry_at(answer))
    return kind(channel, operation, said)


def _answered(error: Exception, answer: "httpx2.Response", writing: bool) -> tuple[type[ChannelError], str]:
    code, words = answer.status_code, _words(answer)
    if code == 429:
        # Only this: the library raises the same error where it cannot read a header of an answer that took our post.
        return RateLimited, f"{code} {words}"
    if code < 300:
        return _doubt(writing), f"the answer cannot be read: {error}"
    if code >= 500:
        return _doubt(writing), f"{code} {words}"
    return _no(code, _is_its_own(answer), words, writing), f"{code} {words}"


def _doubt(writing: bool) -> type[ChannelError]:
    return DeliveryUnknown if writing else Temporary


def _no(code: int, own: bool, words: str, writing: bool) -> type[ChannelError]:
    """What a 4xx means; ``own``: it is Mastodon's own, not the page of some proxy."""
    if code == 401 or (code == 403 and own and NOT_THESE not in words.lower()):
        return AuthFailed
    if code in (404, 410) and own:
        return Gone
    if writing and (code in WORDS_REFUSED or (code == 403 and own)):
        return Rejected
    # A redirect, a proxy's page, a path that is no Mastodon's: nothing was accepted, and nothing is known to be gone.
    return Temporary


def _unanswered(error: Exception, writing: bool) -> tuple[type[ChannelError], str]:
    from mastodon.errors import MastodonIllegalArgumentError, MastodonVersionError

    from twoway.http import NEVER_LEFT

    said = str(error) or type(error).__name__
    if isinstance(error, MastodonIllegalArgumentError | MastodonVersionError) or type(error) is ValueError:
        # The library itself said no before anything was sent.
        return Rejected if writing else Temporary, said
    return Temporary if isinstance(error.__context__, NEVER_LEFT) else _doubt(writing), said


def _words(answer: "httpx2.Response") -> str:
    found = _json(answer)
    if isinstance(found, dict) and found.get("error"):
        return " ".join(str(found[name]) for name in ("error", "error_description") if found.get(name))
    return answer.text[:300]


def _is_its_own(answer: "httpx2.Response") -> bool:
    found = _json(answer)
    return isinstance(found, dict) and isinstance(found.get("error"), str)


def _json(answer: "httpx2.Response") -> object:
    try:
        found: object = json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
    return found


def retry_at(answer: "httpx2.Response") -> datetime:
    """The moment that X-RateLimit-Reset (a time or seconds since 1970) or Retry-After names, by our own clock."""
    return _resets_at(answer) or waiting.retry_at(answer.headers.get("retry-after", ""))


def rate(answer: "httpx2.Response") -> Standing:
    """What an answer says of the requests that are still taken."""
    remaining, limit = (_number(answer.headers.get(f"x-ratelimit-{name}", "")) for name in ("remaining", "limit"))
    return Standing(remaining, limit, None if remaining is None else _resets_at(answer))


def _number(written: str) -> int | None:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else None


def _resets_at(answer: "httpx2.Response") -> datetime | None:
    now = clock.now()
    reset = _until_reset(answer, now)
    return None if reset is None else now + max(timedelta(seconds=1), min(reset, LONGEST_WAIT))


def _until_reset(answer: "httpx2.Response", now: datetime) -> timedelta | None:
    """How long until then by the instance's own clock, which may differ from ours."""
    written = answer.headers.get("x-ratelimit-reset", "")
    try:
        reset = datetime.fromtimestamp(int(written), UTC) if written.isdecimal() else datetime.fromisoformat(written)
        there = parsedate_to_datetime(answer.headers["date"]) if "date" in answer.headers else now
        return reset - there
    except (ValueError, TypeError, OverflowError, OSError):
        return None
