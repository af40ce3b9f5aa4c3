"""Why an alert was raised, in a few words."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from desk import wording
from desk.alerts.words import WORDS
from desk.inert import inert
from desk.wording import Spoken
from twoway import clock
from twoway.store.alerts import AlertRow

SAID = 300
"""Characters of a platform's words."""

Why = Callable[[AlertRow, ZoneInfo, Spoken], str]


def reason(row: AlertRow, zone: ZoneInfo, spoken: Spoken) -> str:
    """The words after *Reason*; '' where the title says it all."""
    return _WHYS.get(row.rule, _what_was_said)(row, zone, spoken)


def _what_was_said(row: AlertRow, zone: ZoneInfo, spoken: Spoken) -> str:
    words = WORDS[spoken]
    grave = (("urgent", row.urgency == "now"), ("upset", row.sentiment == "negative"))
    what = words["complaint" if row.complaint else "mention"]
    return ", ".join((what, *(words[name] for name, true in grave if true)))


def _paused(row: AlertRow, zone: ZoneInfo, spoken: Spoken) -> str:
    said = inert(row.channel_reason or "", SAID)
    return WORDS[spoken]["paused_why"].format(said=said) if said else WORDS[spoken]["running_again"]


def _held(row: AlertRow, zone: ZoneInfo, spoken: Spoken) -> str:
    return WORDS[spoken]["held_why" if row.held_reason else "running_again"]


def _silent(row: AlertRow, zone: ZoneInfo, spoken: Spoken) -> str:
    heard = row.last_heard_at
    since = wording.moment(clock.parse(heard), zone, spoken) if heard else "–"
    return WORDS[spoken]["silent_why"].format(since=since)


def _token(row: AlertRow, zone: ZoneInfo, spoken: Spoken) -> str:
    until = wording.moment(clock.parse(row.expires_at), zone, spoken) if row.expires_at else "–"
    return WORDS[spoken]["token_why"].format(until=until)


def _budget(row: AlertRow, zone: ZoneInfo, spoken: Spoken) -> str:
    spent, budget = (
        wording.money(Decimal(written), row.currency or "", spoken) if written else "–"
        for written in (row.spent, row.budget)
    )
    return WORDS[spoken]["budget_why"].format(spent=spent, budget=budget)


def _delivery(row: AlertRow, zone: ZoneInfo, spoken: Spoken) -> str:
    said = inert(row.delivery_reason or "", SAID)
    look = WORDS[spoken]["delivery_why"] if row.rule == "delivery_unknown" else ""
    return "; ".join(filter(None, (said, look)))


def _audit(row: AlertRow, zone: ZoneInfo, spoken: Spoken) -> str:
    return WORDS[spoken]["audit_why"].format(broken=json.loads(row.facts).get("broken", "?"))


def _follow_up(row: AlertRow, zone: ZoneInfo, spoken: Spoken) -> str:
    return WORDS[spoken]["follow_up_why"]


_WHYS: Mapping[str, Why] = {
    "channel_paused": _paused,
    "held": _held,
    "channel_silent": _silent,
    "token_expiring": _token,
    "budget": _budget,
    "delivery_failed": _delivery,
    "delivery_unknown": _delivery,
    "audit_broken": _audit,
    "follow_up": _follow_up,
}
