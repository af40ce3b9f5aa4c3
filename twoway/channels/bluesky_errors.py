"""What went wrong with Bluesky, in our words: what to do next.

An answer's ``error`` is a name, its ``message`` is for people (https://atproto.com/specs/xrpc). A token that is over is
a 400, not a 401; a limit names its end in ``ratelimit-reset``.
"""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from twoway import clock, waiting
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary
from twoway.text import one_line

if TYPE_CHECKING:
    import httpx2

LONGEST_WAIT = timedelta(days=1)
OVER = frozenset({"ExpiredToken", "InvalidToken"})
"""A token is over: a new one helps."""
WORDS_REFUSED = frozenset({400, 403, 409, 422})
"""Statuses of a write that say something about its words; the same words would be refused again."""
TAKEN = "InvalidSwap"
"""There is a record of that name already."""
_LOGIN = OVER | {
    "AuthMissing", "AuthenticationRequired", "AuthFactorTokenRequired", "AccountTakedown", "AccountDeactivated",
    "AccountSuspended", "AccountNotFound", "InvalidCredentials",
}  # fmt: skip
_GONE = frozenset({"NotFound", "RecordNotFound"})
_LEFT = frozenset({"InvalidConvo", "Convo not found"})
"""Of the chat service: the conversation is none of ours, or no longer."""
_FORBIDDEN = ("Bad token method", "Bad token scope")
"""What the account's server says of an app password that may not read or write direct messages, under a name that it
also has for a token that is over (`pipethrough.ts` of the PDS; bluesky-social/social-app#8954)."""
_NO_SERVICE = "could not resolve proxy did"
_MAY_NOT = (
    "this app password may not read or write direct messages; make a new one that allows access to them,"
    " or set direct_messages = false"
)
_NO_HELP = (
    "nor did a new token help; if this app password may not read or write direct messages, make a new one that allows"
    " access to them, or set direct_messages = false"
)
_ADVICE = {
    "AuthenticationRequired": "make a new app password under Settings, Privacy and security, App passwords",
    "AuthFactorTokenRequired": "the desk needs an app password, not the account's own",
}


class Taken(Rejected):
    """There is a record under this key already."""


class Passed(Temporary):
    """The request was not understood: a cursor may be one that the network no longer knows."""


class NotAllowed(Temporary):
    """The app password may not do this, or seems so; the rest of the channel has nothing to do with it."""

    alone = True


def is_over(answer: "httpx2.Response", *, chat: bool) -> bool:
    """Does an answer say that a new token would help? ``chat``: the chat service was asked, through our server."""
    return not answer.is_success and error_name(answer) in OVER and not (chat and _is_forbidden(answer))


def _is_forbidden(answer: "httpx2.Response") -> bool:
    return error_name(answer) in OVER and _message(answer) in _FORBIDDEN


def error_name(answer: "httpx2.Response") -> str:
    """The name of the error in an answer; empty where it is not the network's own."""
    found = _json(answer).get("error")
    return found if isinstance(found, str) else ""


def refusal(
    channel: str,
    operation: str,
    answer: "httpx2.Response",
    *,
    writing: bool,
    secrets: tuple[str, ...],
    chat: bool = False,
) -> ChannelError:
    """Which of our errors an answer is that is no success. ``secrets`` are in none, should the server repeat them."""
    name, message, code = error_name(answer), _message(answer), answer.status_code
    words = f"{name} {message}".strip() if name else answer.text
    for secret in secrets:
        words = words.replace(secret, "[secret]")
    forbidden, over = chat and _is_forbidden(answer), chat and name in OVER
    advice = _MAY_NOT if forbidden else _NO_HELP if over else _ADVICE.get(name, "")
    said = f"{code} {one_line(words, 300)}{advice and f'; {advice}'}"
    if code == 429:
        return RateLimited(channel, operation, said, retry_at(answer), alone=chat)
    if forbidden or over:
        return (Rejected if forbidden and writing else NotAllowed)(channel, operation, said)
    kind = _chat_kind(code, name, message, writing) if chat else _kind(code, name, writing)
    return kind(channel, operation, said)


def _chat_kind(code: int, name: str, message: str, writing: bool) -> type[ChannelError]:
    """What the chat service says is nothing about our login: it never keeps posts from being heard."""
    if code in WORDS_REFUSED and (name in _LEFT or message in _LEFT):
        return Gone
    if code == 401 or message == _NO_SERVICE:
        return Temporary
    return _kind(code, "" if name in _LOGIN else name, writing)


def _kind(code: int, name: str, writing: bool) -> type[ChannelError]:
    if code >= 500 and code != 501:
        return DeliveryUnknown if writing else Temporary
    if name in _LOGIN or code == 401:
        return AuthFailed
    if name in _GONE:
        return Gone
    if writing and name == TAKEN:
        return Taken
    if writing and (code == 413 or (code in WORDS_REFUSED and name)):
        return Rejected
    # A redirect, a proxy's page, a path that is none: nothing was accepted, and nothing is known to be gone.
    return Passed if code == 400 and name else Temporary


def unanswered(channel: str, operation: str, error: Exception, *, writing: bool) -> ChannelError:
    """Which of our errors a request without an answer is."""
    from twoway.http import NEVER_LEFT

    kind = DeliveryUnknown if writing and not isinstance(error, NEVER_LEFT) else Temporary
    return kind(channel, operation, one_line(str(error) or type(error).__name__, 300))


def _message(answer: "httpx2.Response") -> str:
    """What an answer says for people; empty where it is not the network's own."""
    found = _json(answer).get("message")
    return found if isinstance(found, str) else ""


def _json(answer: "httpx2.Response") -> dict[str, Any]:
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def retry_at(answer: "httpx2.Response") -> datetime:
    """The moment that ``ratelimit-reset`` (seconds since 1970) or Retry-After names, by our own clock."""
    now, reset = clock.now(), resets_at(answer)
    if reset is None:
        return waiting.retry_at(answer.headers.get("retry-after", ""))
    return max(now + timedelta(seconds=1), min(reset, now + LONGEST_WAIT))


def resets_at(answer: "httpx2.Response") -> datetime | None:
    """When requests are counted anew, by our own clock, which may differ from the server's."""
    written = answer.headers.get("ratelimit-reset", "")
    try:
        there = parsedate_to_datetime(answer.headers["date"]) if "date" in answer.headers else clock.now()
        return clock.now() + (datetime.fromtimestamp(int(written), UTC) - there)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
