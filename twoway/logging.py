"""One log for our words and the libraries': coloured lines for a terminal, else one JSON object a line.

Write to it with ``structlog.get_logger()`` or with ``logging``; secrets are taken out on the way, and nothing that a
stranger wrote can move the cursor or forge a line.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

from twoway import clock
from twoway.text import harmless

HIDDEN = "[hidden]"

QUIET = (
    "apprise", "apscheduler", "asyncio", "httpcore2", "httpx2", "imaplib", "markdown_it", "multipart", "oauthlib",
    "mail.log", "praw", "prawcore", "requests", "requests_oauthlib", "tweepy", "tzlocal", "urllib3", "uvicorn",
)  # fmt: skip
"""Loggers that may warn but not chatter: at DEBUG some of them print headers with their credentials."""

_SECRET_KEY = re.compile(
    r"passw|passphrase|secret|token|authori[sz]ation|cookie|credential|api[-_]?key|session", re.IGNORECASE
)
_SECRET_VALUES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(authorization\b[\"']?\s*[:=]\s*[\"']?(?:(?:basic|bearer|digest|oauth|token)\s+)?)[^\s\"',;]+",
        r"(\b(?:basic|bearer)\s+)[\w.~+/=-]{8,}",
        r"((?:passw(?:or)?d|secret|token|api[-_]?key)[\"']?\s*[:=]\s*[\"']?)[^\s\"'&,;}\])]+",
        r"([a-z][\w+.-]*://)[^\s/@]+(?=@)",
    )
)
"""What comes before a credential, and the credential."""

Event = MutableMapping[str, Any]


def hide(text: str) -> str:
    """The text without what looks like a credential in it."""
    for pattern in _SECRET_VALUES:
        text = pattern.sub(rf"\1{HIDDEN}", text)
    return text


def _clean(key: str, value: Any) -> Any:
    if _SECRET_KEY.search(key) and value not in (None, "", True, False):
        return HIDDEN
    if isinstance(value, dict):
        return {str(inner): _clean(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(key, item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    text = harmless(hide(str(value)))
    return text if key == "exception" else text.replace("\n", "\\n")


def _redact(logger: Any, method: str, event: Event) -> Event:
    return {key: value if key.startswith("_") else _clean(key, value) for key, value in event.items()}


def _stamp(logger: Any, method: str, event: Event) -> Event:
    event["at"] = clock.stamp(clock.now())
    return event


def _before() -> list[Any]:
    """What happens to every line, ours or a library's, before it is rendered."""
    from structlog import contextvars, stdlib

    return [contextvars.merge_contextvars, stdlib.add_log_level, stdlib.add_logger_name, stdlib.ExtraAdder(), _stamp]


def _formatter(terminal: bool) -> logging.Formatter:
    from structlog import dev, processors, stdlib

    console = dev.ConsoleRenderer(timestamp_key="at", exception_formatter=dev.plain_traceback)
    render: Any = console if terminal else processors.JSONRenderer(ensure_ascii=False)
    # Tracebacks become plain text first: prettier ones print local variables, and those hold secrets.
    last: list[Any] = [stdlib.ProcessorFormatter.remove_processors_meta, processors.format_exc_info, _redact, render]
    return stdlib.ProcessorFormatter(processors=last, foreign_pre_chain=_before())


def set_up(stream: TextIO | None = None, level: str = "INFO") -> None:
    """Sends everything that is logged to ``stream`` (None: standard error) from ``level`` on. May be called again."""
    import structlog
    from structlog import stdlib

    stream = stream or sys.stderr
    wrap = stdlib.ProcessorFormatter.wrap_for_formatter
    structlog.configure(
        processors=[stdlib.filter_by_level, *_before(), stdlib.PositionalArgumentsFormatter(), wrap],
        logger_factory=stdlib.LoggerFactory(),
        wrapper_class=stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(stream.isatty()))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
