"""What a digest tells, as values: no words, no markup. Counts are exact; lists hold the most pressing few."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.digest.health import Trouble, troubles
from desk.digest.times import Period
from desk.quoting import may_quote
from twoway import clock
from twoway.store import Store, alerts, events, figures, inbox, voices
from twoway.store.events import Seal
from twoway.store.figures import ChannelFigures, Volume
from twoway.store.inbox import Line
from twoway.store.voices import Voice

SHOWN = 10
"""Conversations that a list names; the rest is counted."""
QUOTED = 5
"""Customers who are quoted, of those who complain and of those who praise."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One list of the inbox: how many stand in it, and the first of them."""

    total: int
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Sums:
    """Figures over all channels."""

    heard: int
    wanted: int
    answered: int
    given: int
    disappointing: int
    fine: int
    delighting: int
    awaiting: int
    overdue: int
    noise: int

    @property
    def volume(self) -> Volume:
        """What is compared with the period before."""
        return Volume(self.heard, self.given, self.disappointing, self.fine, self.delighting)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one digest tells."""

    period: Period
    at: datetime
    overdue: Listed
    approve: Listed
    hand: Listed
    failed: Listed
    promised: Listed
    """What people promised to do before the reader's day ends, and have not done."""
    today: Listed
    """Clocks that run out before the reader's day ends, without those that have."""
    troubles: list[Trouble]
    channels: list[ChannelFigures]
    first_answers: dict[str, list[int]]
    """Seconds to each first answer of the period, by channel."""
    sums: Sums
    before: Volume
    complaints: list[Voice]
    praise: list[Voice]
    untold: int
    """Alerts that did not reach everybody."""
    seal: Seal | None

    @property
    def empty(self) -> bool:
        """Nothing happened, nobody owes anything, nothing is broken."""
        lists = (self.overdue, self.approve, self.hand, self.failed, self.promised)
        owed = sum(listed.total for listed in lists)
        sums = self.sums
        stirred = sums.heard + sums.given + sums.awaiting + sums.noise
        return not (owed or stirred or self.troubles or self.untold)


def collect(store: Store, names: list[str], period: Period, zone: ZoneInfo, *, quote: bool = True) -> Report:
    """The report of a period. ``names``: the channels that are switched on; others are told only while they matter.

    ``zone`` is the brand's.

    Without ``quote``, and of channels whose rules forbid it, it says who complained or praised, not in which words.
    """
    since, until = period.since, period.until
    counted = figures.by_channel(store, since, until)
    quotable = [row.channel for row in counted if may_quote(row.kind)]
    return Report(
        period=period,
        at=clock.now(),
        overdue=_listed(store, "overdue"),
        approve=_listed(store, "approve"),
        hand=_listed(store, "hand"),
        failed=_listed(store, "trouble"),
        promised=Listed(*inbox.promised_until(store, period.midnight, SHOWN)),
        today=Listed(*inbox.due_until(store, period.midnight, SHOWN)),
        troubles=troubles(store, names, period, zone),
        channels=[row for row in counted if row.channel in names or _matters(row)],
        first_answers=figures.first_answers(store, since, until),
        sums=Sums(*(sum(getattr(row, field.name) for row in counted) for field in fields(Sums))),
        before=figures.volume(store, period.before, since),
        complaints=[_said(voice, quote) for voice in voices.complaints(store, since, until, QUOTED)],
        praise=[_said(voice, quote) for voice in voices.praise(store, since, until, QUOTED, quotable)],
        untold=alerts.untold(store, since),
        seal=events.newest_seal(store),
    )


def _said(voice: Voice, quote: bool) -> Voice:
    return voice if quote and may_quote(voice.kind) else replace(voice, title="", text="")


def _listed(store: Store, name: str) -> Listed:
    return Listed(inbox.total(store, name), inbox.lines(store, name, SHOWN))


def _matters(row: ChannelFigures) -> bool:
    return any(getattr(row, field.name) for field in fields(Sums))
