"""What the configuration says of a rule: whether it holds now, how often it may call, and whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Literal

from pydantic import SecretStr

from desk.wiring import Desk
from desk.wording import Spoken
from twoway.alerting import Terms
from twoway.config import Alerts
from twoway.config.hours import shifts
from twoway.hours import Calendar
from twoway.store.alerting import TermsOf
from twoway.store.alerts import AlertRow

Severity = Literal["info", "warning", "failure"]

RULES: Mapping[str, Severity] = {
    "severe_complaint": "failure",
    "lane": "warning",
    "reach": "warning",
    "clock.warning": "info",
    "clock.breach": "warning",
    "channel_paused": "failure",
    "channel_silent": "warning",
    "token_expiring": "info",
    "budget": "warning",
    "delivery_failed": "warning",
    "delivery_unknown": "warning",
    "audit_broken": "failure",
    "follow_up": "info",
    "held": "failure",
}
"""Each rule and how grave it is."""
ALWAYS = frozenset({"held"})
"""No configuration switches these off or delays them: a desk that sends nothing is nothing to keep quiet about."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a message goes, and in which language."""

    url: SecretStr
    spoken: Spoken


def terms(desk: Desk) -> TermsOf:
    """What holds for each rule on this desk."""
    return partial(_terms, desk.config.alerts, str(desk.config.desk.timezone))


def _terms(alerts: Alerts, zone: str, name: str, level: int, now: datetime) -> Terms:
    if name in ALWAYS:
        return Terms(on=True, quiet_until=None, cooldown=timedelta(0), flood=1, escalate_after=None)
    rule = alerts.rule(name)
    return Terms(
        on=name in RULES and rule.enabled,
        quiet_until=quiet_until(_quiet(zone, rule.quiet), now),
        cooldown=rule.cooldown,
        flood=rule.flood,
        escalate_after=rule.escalate_after if level < len(rule.escalate_to) else None,
    )


@cache
def _quiet(zone: str, written: tuple[str, ...]) -> Calendar:
    return Calendar(zone, tuple(shift for hours in written for shift in shifts(hours)))


def quiet_until(quiet: Calendar, now: datetime) -> datetime | None:
    """When the quiet hours end that it is now; None outside of them. Hours that touch are one."""
    if not quiet.shifts:
        return None
    end: datetime | None = None
    for begins, ends in quiet.spans(now):
        if begins > (end or now):
            break
        end = ends
    return end


def receivers(desk: Desk, row: AlertRow) -> list[Receiver]:
    """Who is told of an alert, each once; nobody by a rule that this version does not know."""
    if row.rule not in RULES:
        return []
    spoken = desk.config.desk.languages[0]
    alerts, found = desk.config.alerts, {}
    for name in _names(alerts, row):
        if name is None:
            found.update({url.get_secret_value(): Receiver(url, spoken) for url in alerts.urls})
        elif one := alerts.receiver(name):
            found.update({url.get_secret_value(): Receiver(url, one.language or spoken) for url in one.urls})
    return list(found.values())


def every_receiver(desk: Desk) -> Iterator[tuple[str, Receiver]]:
    """All there are, with the names that the configuration has for them."""
    spoken = desk.config.desk.languages[0]
    for url in desk.config.alerts.urls:
        yield "alerts.urls", Receiver(url, spoken)
    for one in desk.config.alerts.receivers:
        for url in one.urls:
            yield one.name, Receiver(url, one.language or spoken)


def people(alerts: Alerts, row: AlertRow) -> tuple[str, ...]:
    """Whom a message names: those whom its rule calls, or the next of its escalation."""
    rule = alerts.rule(row.rule)
    return rule.escalate_to[row.level - 1 : row.level] if row.level else rule.people


def _names(alerts: Alerts, row: AlertRow) -> Iterator[str | None]:
    """The receivers' names; None for all that have none."""
    if not row.level:
        yield from alerts.rule(row.rule).chat or (None,)
    yield from people(alerts, row)
