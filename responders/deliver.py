"""Delivering: claim -> look -> send -> record; on doubt read back from the platform, never send again blindly."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog

from responders.outlet import Outlet
from twoway import clock
from twoway.domain import Absent, Finding, Found
from twoway.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Rejected,
    StoreError,
    Temporary,
    TwowayError,
)
from twoway.store import Store, channels, deliveries, doubts, hearing, mentions, outages, outcomes, receipts
from twoway.store.deliveries import Claim

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=3)
TRIES = 8
"""Before a person is asked; while the channel cannot be heard either, the platform is down, and the answer waits for it
as long as its approval lasts."""
LOOK_AGAIN = timedelta(minutes=2)


def deliver_once(store: Store, outlets: Mapping[str, Outlet], worker: str, lease: timedelta = LEASE) -> bool:
    """Settle one delivery in doubt and send one that is due; whether there was any.

    ``worker`` names this process for ever: no other may use the same name. Raises StoreError only.
    """
    doubts.expire(store)
    settled = _settle_one(store, outlets)
    held = deliveries.claim(store, worker, {name: outlet.pace for name, outlet in outlets.items()}, lease)
    if held is None:
        return settled
    with heartbeat(store, held, lease):
        _attempt(store, outlets[held.channel], held, lease)
    return True


@contextmanager
def heartbeat(store: Store, held: Claim, lease: timedelta) -> Iterator[None]:
    """Keep a claim while a slow platform is asked, three times a lease; a worker that dies beats no more."""
    done = Event()

    def beat() -> None:
        while not done.wait(lease.total_seconds() / 3):
            try:
                if not outcomes.hold_on(store, held, lease):
                    return
            except TwowayError:
                log.exception("heartbeat missed", delivery=held.delivery.id)

    beats = Thread(target=beat, daemon=True, name=f"heartbeat {held.delivery.id}")
    beats.start()
    try:
        yield
    finally:
        done.set()
        beats.join()


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many tries: 10 s doubling up to 15 min, with jitter so that tries do not meet."""
    seconds = min(10 * 2 ** (attempts - 1), 900)
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311 - spreads load, guards nothing


def _attempt(store: Store, outlet: Outlet, held: Claim, lease: timedelta) -> None:
    """One try; however it ends is written down. An unexpected error while sending means that nobody knows."""
    sending = False
    try:
        if not _still_right(store, outlet, held):
            return
        while part := deliveries.next_part(store.read(), held.delivery.id, held.preview):
            if not outcomes.begin_part(store, held, part, lease):
                return
            sending = True
            receipt = outlet.sender().send(part)
            receipts.part_sent(store, held.delivery.id, part.number, receipt, "sent")
            sending = False
    except (StoreError, Refused):
        # The claim was lost, or the file cannot be written: what is on the record stays true, the lease runs out.
        log.exception("delivery stopped", delivery=held.delivery.id)
    except Exception as error:
        _record_failure(store, outlet, held, error, sending)


def _still_right(store: Store, outlet: Outlet, held: Claim) -> bool:
    """Look once more before anything is sent; what has changed on the platform is written down."""
    target = outlet.sender().look(held.preview)
    if target.answer:
        hearing.keep_changes(store, outlet.channel_id, [target.answer])
    if not target.there:
        outcomes.withdraw(store, held, "the customer's words are gone from the platform")
        return False
    unheard = mentions.unheard(store, outlet.channel_id, target.newer)
    if target.edited or unheard:
        outcomes.withdraw(store, held, "the customer has written again meanwhile")
        return False
    return True


def _record_failure(store: Store, outlet: Outlet, held: Claim, error: Exception, sending: bool) -> None:
    now = clock.now()
    match error:
        case RateLimited() if error.alone:  # messages, say, while posts may go on
            outcomes.retry(store, held, str(error), max(error.retry_at, now))
        case RateLimited():
            outcomes.slow_down(store, held, str(error), max(error.retry_at, now))
        case AuthFailed():
            outcomes.retry(store, held, str(error), now)
            channels.pause(store, outlet.channel_id, str(error))
        case Gone():
            outcomes.withdraw(store, held, str(error))
        case Rejected():
            outcomes.fail(store, held, str(error))
        case Temporary() if held.delivery.attempts >= TRIES and not outages.lasts(store, outlet.channel_id):
            outcomes.fail(store, held, f"{error} (tried {held.delivery.attempts} times)")
        case Temporary():
            outcomes.retry(store, held, str(error), now + backoff(held.delivery.attempts))
        case ChannelError() if sending:
            outcomes.doubt(store, held, str(error), now)
        case _:
            _record_unexpected(store, held, error, sending, now)


def _record_unexpected(store: Store, held: Claim, error: Exception, sending: bool, now: datetime) -> None:
    log.error("delivery failed", delivery=held.delivery.id, exc_info=error)
    said = f"unexpected {type(error).__name__}: {error}"
    if sending:
        outcomes.doubt(store, held, said, now)
    elif held.delivery.attempts >= TRIES:
        outcomes.fail(store, held, said)
    else:
        outcomes.retry(store, held, said, now + backoff(held.delivery.attempts))


def _settle_one(store: Store, outlets: Mapping[str, Outlet]) -> bool:
    """Read one delivery in doubt back from the platform."""
    doubt = doubts.take(store, list(outlets), LOOK_AGAIN)
    if doubt is None:
        return False
    try:
        _settle(store, doubt, _find(outlets[doubt.channel], doubt))
    except StoreError:
        raise
    except Exception as error:
        log.warning("reading back failed", delivery=doubt.delivery.id, error=str(error))
        doubts.unclear(store, doubt.delivery.id, f"reading back failed: {error}")
    return True


def _find(outlet: Outlet, doubt: doubts.Doubt) -> Finding:
    """Absent only if it is so whenever it was sent, from the first moment to the last that are possible."""
    finding = outlet.sender().find(doubt.part, doubt.since)
    if isinstance(finding, Absent) and doubt.until > doubt.since:
        return outlet.sender().find(doubt.part, doubt.until)
    return finding


def _settle(store: Store, doubt: doubts.Doubt, finding: Finding) -> None:
    delivery = doubt.delivery
    match finding:
        case Found(receipt):
            doubts.found(store, delivery.id, doubt.part.number, receipt)
        case Absent() if not doubts.missed(store, delivery.id, doubt.part.number):
            doubts.unclear(store, delivery.id, f"{finding.reason}; it is looked for once more")
        case Absent() if delivery.attempts >= TRIES:
            doubts.give_up(store, delivery.id, f"not sent: {delivery.reason} (tried {delivery.attempts} times)")
        case Absent():
            doubts.absent(store, delivery.id, retry_at=clock.now() + backoff(delivery.attempts))
        case _:
            doubts.unclear(store, delivery.id, finding.reason)
