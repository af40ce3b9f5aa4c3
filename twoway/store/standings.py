"""How a channel's account stands with its platform, as the last poll left it."""

import sqlite3
from datetime import datetime
from decimal import Decimal

from twoway import clock
from twoway.domain import Standing
from twoway.store.database import Store


def keep(db: sqlite3.Connection, channel: int, standing: Standing | None, now: datetime) -> None:
    """In place of the one before, also where it says less; None (no answer came) leaves that."""
    if standing is None:
        return
    db.execute(
        "INSERT OR REPLACE INTO standings"
        " (channel_id, at, remaining, allowed, resets_at, expires_at, spent, budget, currency)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            channel,
            clock.stamp(now),
            standing.remaining,
            standing.limit,
            _stamped(standing.resets_at),
            _stamped(standing.expires_at),
            _written(standing.spent),
            _written(standing.budget),
            standing.currency,
        ),
    )


def learned(store: Store, channel: int, standing: Standing) -> None:
    """What was learned outside a poll."""
    with store.write() as db:
        keep(db, channel, standing, clock.now())


def of(store: Store, channel: int) -> Standing:
    """The one that was kept; Standing() where there is none."""
    sql = (
        "SELECT remaining, allowed, resets_at, expires_at, spent, budget, currency FROM standings WHERE channel_id = ?"
    )
    row = store.read().execute(sql, (channel,)).fetchone()
    if row is None:
        return Standing()
    return Standing(
        row["remaining"],
        row["allowed"],
        _moment(row["resets_at"]),
        _moment(row["expires_at"]),
        _amount(row["spent"]),
        _amount(row["budget"]),
        row["currency"],
    )


def _stamped(moment: datetime | None) -> str | None:
    return clock.stamp(moment) if moment else None


def _moment(stamped: str | None) -> datetime | None:
    return clock.parse(stamped) if stamped else None


def _written(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _amount(written: str | None) -> Decimal | None:
    return None if written is None else Decimal(written)
