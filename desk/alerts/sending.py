"""Claiming alerts and telling every receiver; a chat that fails is tried again later and holds nothing up."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, as_completed
from contextlib import suppress
from datetime import timedelta
from threading import Thread

import structlog

from desk.alerts import chat
from desk.alerts.message import Message, Setting, write
from desk.alerts.rules import Receiver, every_receiver, people, receivers, terms
from desk.quoting import may_quote
from desk.wiring import Desk
from desk.wording import Spoken
from responders.deliver import backoff
from twoway import clock
from twoway.store import alerting, alerts
from twoway.store import desk as stamps
from twoway.store.alerting import Claimed
from twoway.store.alerts import AlertRow

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
GIVE_UP = timedelta(days=1)
"""After this the digest has told what an alert would."""
PATIENCE = 30.0
"""Seconds that all receivers, told beside each other, have for taking a message."""


def alert_once(desk: Desk) -> bool:
    """Send one alert that is due to everybody who is to have it; whether there was any. Raises StoreError only."""
    if any(every_receiver(desk)):
        chat.load()
    claimed = alerting.claim(desk.store, LEASE, terms(desk))
    if claimed is None:
        return False
    row = claimed.row
    failed = _tell(desk, claimed)
    if not failed:
        alerts.sent(desk.store, row.id)
        return True
    said = f"not taken by {', '.join(failed)}"
    log.warning("alert failed", alert=row.id, attempts=row.attempts, said=said)
    if clock.now() - clock.parse(row.created_at) >= GIVE_UP and row.attempts > 1:
        alerts.give_up(desk.store, row.id, f"given up: {said}")
    else:
        alerts.failed(desk.store, row.id, said, clock.now() + backoff(row.attempts))
    return True


def _tell(desk: Desk, claimed: Claimed) -> list[str]:
    """Tell those who do not have it yet; the names of those who did not take it."""
    row = claimed.row
    salt = stamps.stamp(desk.store).instance
    named = ((chat.name(receiver.url, salt), receiver) for receiver in receivers(desk, row))
    waiting = {name: receiver for name, receiver in named if name not in row.receivers}
    failed, now = [], clock.now()
    messages = {
        name: (receiver, write(row, claimed.others, setting(desk, row, receiver.spoken), now))
        for name, receiver in waiting.items()
    }
    for name, took in told(messages):
        if took:
            alerts.reached(desk.store, row.id, name)
        else:
            failed.append(name)
    return sorted(failed)


def told(messages: Mapping[str, tuple[Receiver, Message]]) -> Iterator[tuple[str, bool]]:
    """Name of each receiver and whether it took its message, as soon as that is known; all within PATIENCE.

    One that keeps us waiting is left to itself, and told once more later: a chat may ask for an hour's patience, and
    plugins sleep as long as they are asked to.
    """
    posted = {_posted(receiver, message, name): name for name, (receiver, message) in messages.items()}
    with suppress(TimeoutError):
        for answer in as_completed(tuple(posted), PATIENCE):
            yield posted.pop(answer), answer.result()
    for name in posted.values():
        yield name, False


def _posted(receiver: Receiver, message: Message, name: str) -> Future[bool]:
    """Whether the receiver takes it, once that is known; a thread that waits for it ends with the process."""
    answer = Future[bool]()
    Thread(
        target=lambda: answer.set_result(chat.took(receiver.url, message, name)), daemon=True, name=f"alert {name}"
    ).start()
    return answer


def setting(desk: Desk, row: AlertRow, spoken: Spoken) -> Setting:
    """How this desk tells of an alert, in a language."""
    config = desk.config
    return Setting(
        brand=config.desk.brand,
        url=config.web.url,
        zone=config.desk.timezone,
        spoken=spoken,
        quote=config.alerts.quote == "short" and may_quote(row.channel_kind),
        people=people(config.alerts, row),
    )
