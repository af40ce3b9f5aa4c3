"""Claiming alerts and telling every receiver; a chat that fails is tried again later and holds nothing up."""

from datetime import timedelta

import structlog
from pydantic import SecretStr

from desk.alerts import chat
from desk.alerts.message import Message, Setting, write
from desk.alerts.words import ALWAYS, RULES
from desk.wiring import Desk
from responders.deliver import backoff
from twoway import channels, clock
from twoway.errors import NotFound
from twoway.store import alerts
from twoway.store import desk as stamps
from twoway.store.alerts import AlertRow

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
GIVE_UP = timedelta(days=1)
"""After this the digest has told what an alert would."""


def alert_once(desk: Desk) -> bool:
    """Send one alert that is due to everybody who is to have it; whether there was any. Raises StoreError only."""
    row = alerts.claim(desk.store, LEASE)
    if row is None:
        return False
    urls = _receivers(desk, row)
    failed = _tell(desk, row, urls, write(row, _setting(desk, row), clock.now())) if urls else []
    if not failed:
        alerts.sent(desk.store, row.id)
        return True
    said = f"not taken by {', '.join(failed)}"
    log.warning("alert failed", alert=row.id, attempts=row.attempts, said=said)
    if clock.now() - clock.parse(row.created_at) >= GIVE_UP:
        alerts.give_up(desk.store, row.id, f"given up: {said}")
    else:
        alerts.failed(desk.store, row.id, said, clock.now() + backoff(row.attempts))
    return True


def _receivers(desk: Desk, row: AlertRow) -> tuple[SecretStr, ...]:
    """Nobody where the rule is switched off, or is one that this version does not know."""
    wanted = row.rule in RULES and (row.rule in ALWAYS or getattr(desk.config.alerts, row.rule))
    return desk.config.alerts.urls if wanted else ()


def _tell(desk: Desk, row: AlertRow, urls: tuple[SecretStr, ...], message: Message) -> list[str]:
    """Tell those who do not have it yet; the names of those who did not take it."""
    salt = stamps.stamp(desk.store).instance
    failed = []
    for url in urls:
        name = chat.name(url, salt)
        if name in row.receivers:
            continue
        if _took(url, message, name):
            alerts.reached(desk.store, row.id, name)
        else:
            failed.append(name)
    return failed


def _took(url: SecretStr, message: Message, name: str) -> bool:
    try:
        return chat.post(url, message)
    except Exception as error:  # any of 180 plugins; the error's words may hold the URL
        log.warning("receiver failed", receiver=name, error=type(error).__name__)
        return False


def _setting(desk: Desk, row: AlertRow) -> Setting:
    config = desk.config
    return Setting(
        brand=config.desk.brand,
        url=config.web.url,
        zone=config.desk.timezone,
        spoken=config.desk.languages[0],
        quote=config.alerts.quote == "short" and _may_quote(row.channel_kind),
    )


def _may_quote(kind: str | None) -> bool:
    try:
        return kind is not None and channels.channel(kind).policy.quote_in_alerts
    except NotFound:  # a kind that is no longer installed says nothing of its rules
        return False
