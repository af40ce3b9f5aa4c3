"""Sending each recipient one digest a local date, over restarts, processes and clock changes."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import structlog

from desk.digest import letter, times
from desk.digest.page import Reader, page
from desk.digest.render import Rendered, render
from desk.digest.report import Report, collect
from desk.digest.times import Day
from desk.wiring import Desk
from desk.wording import Spoken
from responders.deliver import backoff
from twoway import clock
from twoway.config import Recipient
from twoway.errors import ChannelError
from twoway.mail.smtp import deliver
from twoway.store import desk as stamps
from twoway.store import digests
from twoway.text import canonical, sha256

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)


def digest_once(desk: Desk) -> bool:
    """Send one digest whose hour has come; whether there was any. Raises StoreError only.

    A try that fails, or of which nobody knows, is repeated with the same Message-ID until the local day ends.
    """
    for recipient in desk.config.digest.recipients:
        day = times.today(recipient.at, _zone(desk, recipient), clock.now())
        tried = day and digests.claim(desk.store, _key(recipient), day.on.isoformat(), LEASE)
        if day and tried:
            _send(desk, recipient, day, tried)
            return True
    return False


def preview(desk: Desk, language: Spoken, on: date) -> tuple[str, str, str]:
    """Subject, HTML and plain text of the digest of a date, as it would be written now; nothing is sent."""
    at, zone = Recipient.model_fields["at"].default, desk.config.desk.timezone
    report = collect(desk.store, desk.names, times.of_date(on, at, zone, clock.now()))
    rendered = _rendered(desk, report, language, zone)
    return rendered.subject, rendered.html, rendered.text


def _send(desk: Desk, recipient: Recipient, day: Day, tried: int) -> None:
    key, on = _key(recipient), day.on.isoformat()
    try:
        report = collect(desk.store, desk.names, day)
        if desk.config.digest.send_when_empty or not report.empty:
            _mail(desk, recipient, report)
    except (ChannelError, ValueError) as error:  # ValueError: no mail can be written to such an address
        log.warning("digest failed", date=on, said=str(error))
        digests.failed(desk.store, key, on, str(error), clock.now() + backoff(tried))
    else:
        digests.sent(desk.store, key, on)


def _mail(desk: Desk, recipient: Recipient, report: Report) -> None:
    smtp, brand = desk.config.digest.smtp, desk.config.desk.brand
    if smtp is None:  # the configuration refuses recipients without a server
        return
    rendered = _rendered(desk, report, recipient.language, _zone(desk, recipient))
    name = [stamps.stamp(desk.store).instance, _key(recipient), report.day.on.isoformat()]
    key = sha256(canonical(name))[:32]
    deliver(letter.server(smtp), letter.letter(rendered, brand, smtp.sender, recipient.address, key, clock.now()))


def _rendered(desk: Desk, report: Report, language: Spoken, zone: ZoneInfo) -> Rendered:
    reader = Reader(desk.config.desk.brand, desk.config.web.url, language, zone)
    return render(page(report, reader), reader)


def _zone(desk: Desk, recipient: Recipient) -> ZoneInfo:
    return recipient.timezone or desk.config.desk.timezone


def _key(recipient: Recipient) -> str:
    """A mailbox gets one digest a day, however its address is written."""
    return recipient.address.lower()
