"""What went wrong with Reddit, in our words: what to do next. And how many requests it still takes."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from twoway import clock, waiting
from twoway.domain import Standing
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary
from twoway.text import one_line

if TYPE_CHECKING:
    import httpx2

TOO_FAST = frozenset({"RATELIMIT", "QUOTA_FILLED"})
NOT_THERE = frozenset({"DELETED_COMMENT", "DELETED_LINK", "DELETED_THING"})
NOT_US = frozenset({"USER_REQUIRED", "NOT_LOGGED_IN", "ACCOUNT_SUSPENDED", "USER_SUSPENDED"})
"""Codes of refusals in a body; all others are about these words, this thread or this subreddit."""
LONGEST_WAIT = timedelta(days=1)
_WAIT = re.compile(r"(\d{1,4}) (millisecond|second|minute|hour)")
_ACCOUNT = ("/api/v1/me", "/message/", "/user/")
"""What only a login that is no good is kept from."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that failed: who asked, what for, and what must not be repeated in an error."""

    channel: str
    operation: str
    secrets: tuple[str, ...]
    writing: bool = False
    logging_in: bool = False


def refusal(asked: Asked, error: Exception, answer: "httpx2.Response | None") -> ChannelError:
    """Which of our errors one of praw's or prawcore's is; ``answer`` is what Reddit said, if anything."""
    kind, said, wait = _unanswered(asked, error) if answer is None else _answered(asked, error, answer)
    said = one_line(hide(said, asked.secrets), 300)
    if kind is RateLimited:
        return RateLimited(asked.channel, asked.operation, said, wait or clock.now() + waiting.WAIT)
    shut = kind is Temporary and answer is not None and _is_shut(answer)
    return kind(asked.channel, asked.operation, said, alone=shut)


def hide(text: str, secrets: Iterable[str]) -> str:
    """The text without any secret that somebody put back into it."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "[hidden]")
    return text


Verdict = tuple[type[ChannelError], str, datetime | None]


def _answered(asked: Asked, error: Exception, answer: "httpx2.Response") -> Verdict:
    code, body = answer.status_code, _json(answer)
    said = f"{code} {_words(body) or answer.text[:300]} {answer.headers.get('www-authenticate', '')}"
    if code == 429:
        return RateLimited, said, retry_at(answer)
    if code >= 500 or code == 408:
        return _doubt(asked), said, None
    if asked.logging_in:
        return _login(code, body), f"the login is refused: {said}", None
    if code != 404 and (items := _refusals(body)):
        return _refused(asked, items, said)
    if code < 300:
        return _doubt(asked), f"the answer cannot be read: {error}", None
    return _no(asked, answer, own=isinstance(body, dict)), said, None


def _doubt(asked: Asked) -> type[ChannelError]:
    return DeliveryUnknown if asked.writing else Temporary


def _login(code: int, body: Any) -> type[ChannelError]:
    """A wrong password is answered with 200 and an error; a page of somebody else's is no refusal."""
    refused = isinstance(body, dict) and (code in (400, 401, 403) or "error" in body)
    return AuthFailed if refused else Temporary


def _refused(asked: Asked, items: list[tuple[str, str]], said: str) -> Verdict:
    """A refusal with a code; a platform that names one has certainly accepted nothing."""
    codes = {code for code, _ in items}
    if codes & TOO_FAST:
        return RateLimited, said, _named_wait(said)
    if codes & NOT_US:
        return AuthFailed, said, None
    if codes & NOT_THERE:
        return Gone, said, None
    return Rejected if asked.writing else Temporary, said, None


def _no(asked: Asked, answer: "httpx2.Response", *, own: bool) -> type[ChannelError]:
    """What a 4xx without a code means; ``own``: it is Reddit's, not the page of some proxy or of its network guard."""
    code, about = answer.status_code, answer.headers.get("www-authenticate", "")
    if code == 401 or "insufficient_scope" in about:
        return AuthFailed
    if not own and code != 451:
        return Temporary
    if asked.writing:
        return Gone if code in (404, 410) else Rejected
    path = answer.request.url.path
    if code == 403:
        # Elsewhere one subreddit or thread is private, quarantined or banned; the login is good.
        return AuthFailed if path.startswith(_ACCOUNT) else Temporary
    return Gone if code in (404, 410) and not path.startswith("/r/") else Temporary


def _is_shut(answer: "httpx2.Response") -> bool:
    """Is it one subreddit that Reddit itself says is private, quarantined or banned? The others are heard."""
    own = isinstance(_json(answer), dict)
    return own and answer.status_code in (403, 404) and answer.request.url.path.startswith("/r/")


def _unanswered(asked: Asked, error: Exception) -> Verdict:
    from prawcore.exceptions import RequestException

    from twoway.http import NEVER_LEFT

    cause = error.original_exception if isinstance(error, RequestException) else error
    certain = isinstance(cause, NEVER_LEFT) or not isinstance(error, RequestException)
    return Temporary if certain or asked.logging_in else _doubt(asked), str(cause) or type(cause).__name__, None


def _refusals(body: Any) -> list[tuple[str, str]]:
    """Codes with their words, in both forms that Reddit has for them."""
    if not isinstance(body, dict):
        return []
    inner = body.get("json")
    listed = inner.get("errors") if isinstance(inner, dict) else None
    found = [one for one in listed or () if isinstance(one, list) and one and isinstance(one[0], str)]
    items = [(one[0], str(one[1] or "") if len(one) > 1 else "") for one in found]
    if isinstance(body.get("reason"), str):
        items.append((body["reason"], str(body.get("explanation") or body.get("message") or "")))
    return items


def _words(body: Any) -> str:
    """What Reddit says, for a person."""
    if items := _refusals(body):
        return "; ".join(f"{code}: {words}" if words else code for code, words in items)
    if not isinstance(body, dict):
        return ""
    found = (body.get(name) for name in ("error", "error_description", "message"))
    return " ".join(words for words in found if words and isinstance(words, str))


def _json(answer: "httpx2.Response") -> Any:
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None


def _named_wait(said: str) -> datetime:
    """“Take a break for 9 minutes before trying again.”"""
    found = _WAIT.search(said)
    if not found:
        return clock.now() + timedelta(minutes=10)
    unit = {"millisecond": "milliseconds", "second": "seconds", "minute": "minutes", "hour": "hours"}[found[2]]
    # Reddit rounds down what it names.
    return clock.now() + min(timedelta(**{unit: int(found[1]) + 1}), LONGEST_WAIT)


def retry_at(answer: "httpx2.Response") -> datetime:
    """The moment that Retry-After or X-Ratelimit-Reset (seconds from now) names; a minute from now where none does."""
    if "retry-after" in answer.headers:
        return waiting.retry_at(answer.headers["retry-after"])
    return rate(answer).resets_at or clock.now() + waiting.WAIT


def rate(answer: "httpx2.Response") -> Standing:
    """What an answer says of the requests that are still taken."""
    remaining, used, reset = (_number(answer.headers.get(f"x-ratelimit-{name}", "")) for name in _RATE)
    if remaining is None or reset is None:
        return Standing()
    limit = None if used is None else remaining + used
    return Standing(remaining, limit, clock.now() + min(timedelta(seconds=max(reset, 1)), LONGEST_WAIT))


_RATE = ("remaining", "used", "reset")


def _number(written: str) -> int | None:
    """Reddit writes some of them as 599.0."""
    whole = written.partition(".")[0]
    return int(whole) if whole.isascii() and whole.isdecimal() and len(whole) < 10 else None
