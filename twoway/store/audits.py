"""The audits that the desk makes of itself: one a local date, over restarts and two processes."""

from datetime import timedelta

from twoway import clock
from twoway.store import alerts
from twoway.store.audit import Report
from twoway.store.database import Store


def claim(store: Store, local_date: str, lease: timedelta) -> bool:
    """Whether this process is to make the audit of that date; one that died at it is followed after ``lease``."""
    now = clock.now()
    begun = (
        store.read().execute("SELECT claimed_at, ended_at FROM audits WHERE local_date = ?", (local_date,)).fetchone()
    )
    if begun and (begun["ended_at"] or clock.parse(begun["claimed_at"]) > now - lease):
        return False
    with store.write() as db:
        taken = db.execute(
            "INSERT INTO audits (local_date, claimed_at) VALUES (:on, :now) ON CONFLICT (local_date) DO UPDATE"
            " SET claimed_at = :now WHERE ended_at IS NULL AND claimed_at <= :gone",
            {"on": local_date, "now": clock.stamp(now), "gone": clock.stamp(now - lease)},
        )
        return taken.rowcount == 1


def ended(store: Store, local_date: str, report: Report) -> None:
    """Keep what it found; a promise that does not hold calls somebody."""
    now, broken = clock.now(), len(report.broken())
    with store.write() as db:
        db.execute(
            "UPDATE audits SET ended_at = ?, broken = ? WHERE local_date = ?", (clock.stamp(now), broken, local_date)
        )
        if broken:
            alerts.raise_alert(db, "audit_broken", f"audit_broken:{local_date}", None, None, now, broken=broken)
