"""What went wrong with X, in our words: what to do next.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors: an answer that is no success has ``title``, ``detail``
and ``type``; limits stand in headers, those of a whole day in headers of their own.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from twoway import clock, waiting
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary
from twoway.text import one_line

if TYPE_CHECKING:
    import httpx2

LONGEST_WAIT = timedelta(days=1)
_DAYS = ("x-user-limit-24hour", "x-app-limit-24hour")
"""Limits of a day, by the beginning of their headers; what is used up counts before that of the quarter hour."""
_OURS = r"your account (?:is|has been)\b.*(?:suspended|\blocked)|this account is temporarily locked"
_SHUT = re.compile(_OURS, re.IGNORECASE)
"""A 403 that is about our account as a whole, not about one that we wrote to or that blocked us."""
_LOGIN = re.compile(rf"{_OURS}|oauth|client-?forbidden|unsupported-authentication|enrolled|access level", re.IGNORECASE)
"""A 403 that is about the account or the app, not about one answer."""
_GONE = re.compile(r"deleted or not visible|does not exist|not-found", re.IGNORECASE)
_TAKEN = 402
"""The credits are used up."""


def refusal(
    channel: str,
    operation: str,
    error: Exception,
    answer: "httpx2.Response | None",
    *,
    writing: bool,
    secrets: tuple[str, ...],
) -> ChannelError:
    """Which of our errors it is; ``answer`` is what X said, if anything. No error shows one of the ``secrets``."""
    kind, said = _unanswered(error, writing) if answer is None else _answered(error, answer, writing)
    for secret in secrets:
        said = said.replace(secret, "[secret]")
    said = one_line(said, 300)
    if kind is RateLimited and answer is not None:
        # Each of X's listings has a limit of its own; money and the reads of a month belong to all of them.
        alone = answer.status_code != _TAKEN and not _capped(answer)
        return RateLimited(channel, operation, said, retry_at(answer), alone=alone)
    return kind(channel, operation, said)


def _answered(error: Exception, answer: "httpx2.Response", writing: bool) -> tuple[type[ChannelError], str]:
    code, words, problem = answer.status_code, _words(answer), str(_json(answer).get("type", ""))
    doubt = DeliveryUnknown if writing else Temporary
    if code < 300:
        return doubt, f"the answer cannot be read: {error}"
    if code >= 500:
        return doubt, f"{code} {words}"
    if code in (_TAKEN, 429):
        return RateLimited, f"{code} {words}{'; buy credits in the developer console' if code == _TAKEN else ''}"
    return _no(code, _is_its_own(answer), f"{problem} {words}", writing), f"{code} {words}"


def _no(code: int, own: bool, words: str, writing: bool) -> type[ChannelError]:
    """What a 4xx means; ``own``: it is X's own, not the page of some proxy."""
    if code == 401 or (code == 403 and own and _LOGIN.search(words)):
        return AuthFailed
    if own and (code in (404, 410) or (writing and code in (400, 403) and _GONE.search(words))):
        return Gone
    if writing and own and code in (400, 403, 409, 413, 422):
        return Rejected
    return Temporary


def _unanswered(error: Exception, writing: bool) -> tuple[type[ChannelError], str]:
    from twoway.http import NEVER_LEFT

    said = str(error) or type(error).__name__
    return DeliveryUnknown if writing and not isinstance(error, NEVER_LEFT) else Temporary, said


def _words(answer: "httpx2.Response") -> str:
    found = _json(answer)
    errors = found.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    said = found.get("detail") or first.get("detail") or first.get("message") or found.get("title")
    return str(said) if said else answer.text[:300]


def _is_its_own(answer: "httpx2.Response") -> bool:
    return not {"title", "detail", "errors"}.isdisjoint(_json(answer))


def forbidden(answer: "httpx2.Response | None") -> bool:
    """Is it X's own word that this, and not everything, is closed to this app, login or person?"""
    return answer is not None and answer.status_code == 403 and _is_its_own(answer) and not _SHUT.search(_words(answer))


def _json(answer: "httpx2.Response") -> dict[str, Any]:
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def retry_at(answer: "httpx2.Response") -> datetime:
    """When X wants to be asked again, by our own clock: the end of whatever is used up."""
    now, headers = clock.now(), answer.headers
    if answer.status_code == _TAKEN:
        return now + timedelta(hours=1)
    used_up = [f"{limit}-reset" for limit in _DAYS if headers.get(f"{limit}-remaining") == "0"]
    for name in (*used_up, "x-rate-limit-reset"):
        if (reset := moment(headers.get(name, ""))) is not None:
            return now + max(timedelta(seconds=1), min(reset - now, LONGEST_WAIT))
    if _capped(answer):
        return now + LONGEST_WAIT
    return waiting.retry_at(headers.get("retry-after", ""))


def _capped(answer: "httpx2.Response") -> bool:
    return str(_json(answer).get("type", "")).endswith("usage-capped")


def moment(seconds: str) -> datetime | None:
    """The moment that a header with seconds since 1970 names; None where it names none."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds.isascii() and seconds.isdecimal() else None
    except (ValueError, OverflowError, OSError):
        return None
