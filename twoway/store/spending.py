"""What asking and answering on a channel costs: set aside before each request, corrected by its answer."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from twoway import clock
from twoway.ports import Hold
from twoway.store import alerts
from twoway.store.database import Store

_MILLION = Decimal(1_000_000)
_SPENT = (
    "SELECT coalesce(sum(millionths), 0) FROM spending"
    " WHERE channel_id = ? AND month = ? AND (purpose = ? OR ? = '')"
)  # fmt: skip
_ADD = (
    "INSERT INTO spending (channel_id, month, purpose, millionths) VALUES (:channel, :month, :purpose, max(0, :by))"
    " ON CONFLICT DO UPDATE SET millionths = max(0, millionths + :by)"
)


@dataclass(frozen=True, slots=True)
class ChannelLedger:
    """The money of one channel, over all processes of the desk (a `twoway.ports.Ledger`)."""

    store: Store
    channel: int

    def take(self, purpose: str, amount: Decimal, *, most: Decimal, share: Decimal | None = None) -> Hold | None:
        """Set money of this month aside; None, and nothing is, where that would be more than there is."""
        month = _month()
        with self.store.write() as db:
            spent, of_it = (
                _amount(db.execute(_SPENT, (self.channel, month, name, name)).fetchone()[0]) for name in ("", purpose)
            )
            if spent + amount > most or (share is not None and of_it + amount > share):
                return None
            db.execute(_ADD, self._values(month, purpose, amount))
        return Hold(month, purpose, amount)

    def settle(self, hold: Hold, used: Decimal) -> None:
        """What was set aside cost this much in truth."""
        if used != hold.amount:
            with self.store.write() as db:
                db.execute(_ADD, self._values(hold.month, hold.purpose, used - hold.amount))

    def spent(self, purpose: str = "") -> Decimal:
        """This month, on a purpose or on everything; with what is set aside."""
        row = self.store.read().execute(_SPENT, (self.channel, _month(), purpose, purpose)).fetchone()
        return _amount(row[0])

    def exhausted(self) -> None:
        """This month's money is used up; alerts once a month."""
        now = clock.now()
        with self.store.write() as db:
            alerts.raise_alert(db, "budget", f"budget:{self.channel}:{_month()}", self.channel, None, now)

    def _values(self, month: str, purpose: str, amount: Decimal) -> dict[str, object]:
        by = int((amount * _MILLION).to_integral_value(ROUND_CEILING))
        return {"channel": self.channel, "month": month, "purpose": purpose, "by": by}


def _month() -> str:
    """In UTC, as platforms count."""
    return clock.stamp(clock.now())[:7]


def _amount(millionths: int) -> Decimal:
    return Decimal(millionths) / _MILLION
