"""Receivers of alerts, through apprise: the schemes that the configuration allows, nothing loaded from elsewhere."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import structlog
from pydantic import SecretStr

from desk.alerts.message import Message
from twoway import __version__
from twoway.text import sha256

log = structlog.get_logger(__name__)


def name(url: SecretStr, salt: str) -> str:
    """What a receiver is called in the database and in errors: its kind and a hash, since its URL is a secret."""
    written = url.get_secret_value()
    return f"{written.partition('://')[0].lower()}-{sha256(salt + written)[:12]}"


def load() -> None:
    """Load the library, which takes half a second, before somebody has to be told at once."""
    import apprise  # noqa: F401


def took(url: SecretStr, message: Message, name: str) -> bool:
    """As `post`; whatever a plugin raises is a receiver that did not take it."""
    try:
        return post(url, message)
    except Exception as error:  # any of 180 plugins; the error's words may hold the URL
        log.warning("receiver failed", receiver=name, error=type(error).__name__)
        return False


def post(url: SecretStr, message: Message) -> bool:
    """Whether the receiver took it; waits some seconds at most. Why one did not, apprise logs, if it says."""
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(
        app_id="twoway",
        app_desc=f"twoway {__version__}",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        storage_mode="memory",
    )
    receiver = Apprise(asset=asset)
    with _silence():
        known = receiver.add(url.get_secret_value())
    if url.get_secret_value().lower().startswith("irc"):
        _hurry()
    return known and bool(receiver.notify(message.body, message.title, notify_type=message.level, body_format="text"))


def _hurry() -> None:
    """Apprise looks for the answers of an IRC server so rarely that a message takes three seconds."""
    from apprise.plugins.irc.client import IRCClient

    IRCClient.pump_interval = 0.05


_READING = Lock()


@contextmanager
def _silence() -> Iterator[None]:
    """Apprise logs the URL, or the token in it, of a receiver that it cannot read."""
    logger = logging.getLogger("apprise")
    with _READING:  # several receivers are told at once, and there is one logger
        logger.disabled = True
        try:
            yield
        finally:
            logger.disabled = False
