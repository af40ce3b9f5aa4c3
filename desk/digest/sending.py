"""Sending each recipient one digest of a kind a local date, over restarts, processes and clock changes."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import structlog

from desk.digest import leaving, letter, times
from desk.digest.reader import Reader
from desk.digest.render import Rendered, render
from desk.digest.report import Report, collect
from desk.digest.times import Period
from desk.wiring import Desk
from responders.deliver import backoff
from twoway import clock
from twoway.config import Recipient
from twoway.errors import ChannelError
from twoway.mail.smtp import deliver
from twoway.store import desk as stamps
from twoway.store import digests
from twoway.store.digests import Edition, Kind
from twoway.text import canonical, sha256

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)


def digest_once(desk: Desk) -> bool:
    """Send one digest whose hour has come; whether there was any. Raises StoreError only.

    A try that fails, or of which nobody knows, is repeated with the same Message-ID until its time is over.
    """
    for recipient, period in _due(desk):
        edition = Edition(leaving.key(recipient), period.kind, period.on.isoformat())
        tried = digests.claim(desk.store, edition, LEASE)
        if tried:
            _send(desk, recipient, period, edition, tried)
            return True
    return False


def _due(desk: Desk) -> Iterator[tuple[Recipient, Period]]:
    """Whose hour has come, sent or not, without those who left the list."""
    now = clock.now()
    for recipient in desk.config.digest.recipients:
        at, zone = recipient.at, zone_of(desk, recipient)
        for kind in leaving.kinds(recipient):
            week = kind == "weekly"
            period = times.weekly(recipient.weekly, at, zone, now) if week else times.daily(at, zone, now)
            if period and not digests.has_left(desk.store, leaving.key(recipient), kind):
                yield recipient, period


def preview(desk: Desk, recipient: Recipient, on: date, kind: Kind = "daily") -> Rendered:
    """The digest of a date as that recipient would get it if it were written now; nothing is sent."""
    report = told(desk, recipient, on, kind)
    return render(report, _reader(desk, recipient, kind))


def told(desk: Desk, recipient: Recipient, on: date, kind: Kind = "daily") -> Report:
    """What the digest of a date tells, as values."""
    return _collected(desk, times.of_date(kind, on, recipient.at, zone_of(desk, recipient), clock.now()))


def _send(desk: Desk, recipient: Recipient, period: Period, edition: Edition, tried: int) -> None:
    try:
        report = _collected(desk, period)
        if desk.config.digest.send_when_empty or not report.empty:
            _mail(desk, recipient, report, edition)
    except (ChannelError, ValueError) as error:  # ValueError: no mail can be written to such an address
        log.warning("digest failed", date=edition.local_date, kind=edition.kind, said=str(error))
        digests.failed(desk.store, edition, str(error), clock.now() + backoff(tried))
    else:
        digests.sent(desk.store, edition)


def _mail(desk: Desk, recipient: Recipient, report: Report, edition: Edition) -> None:
    smtp = desk.config.digest.smtp
    if smtp is None:  # the configuration refuses recipients without a server
        return
    reader = _reader(desk, recipient, edition.kind)
    name = [stamps.stamp(desk.store).instance, edition.recipient, edition.kind, edition.local_date]
    head = letter.Head(reader.brand, smtp.sender, recipient.address, sha256(canonical(name))[:32], reader.leave)
    deliver(letter.server(smtp), letter.letter(render(report, reader), head, clock.now()))


def _collected(desk: Desk, period: Period) -> Report:
    quote = desk.config.digest.quote == "short"
    return collect(desk.store, desk.names, period, desk.config.desk.timezone, quote=quote)


def _reader(desk: Desk, recipient: Recipient, kind: Kind) -> Reader:
    return Reader(
        brand=desk.config.desk.brand,
        url=desk.config.web.url,
        spoken=recipient.language,
        zone=zone_of(desk, recipient),
        kind=kind,
        leave=leaving.link(desk, recipient, kind),
    )


def zone_of(desk: Desk, recipient: Recipient) -> ZoneInfo:
    """By whose clocks a reader lives."""
    return recipient.timezone or desk.config.desk.timezone
