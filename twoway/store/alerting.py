"""Claiming alerts: what is no longer so is left out, what comes too often waits, what waits is told together."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from twoway import clock
from twoway.alerting import LeaveOut, Past, Tell, Terms, Wait, decide
from twoway.store import alerts
from twoway.store.alerts import AlertRow
from twoway.store.database import Store

ROUNDS = 100
"""Decisions in one transaction."""
NAMED = 5
"""Conversations that a message which counts still names."""

TermsOf = Callable[[str, int, datetime], Terms]
"""What holds for a rule at a step of its escalation, at a moment."""


@dataclass(frozen=True, slots=True)
class Others:
    """What else an alert's message counts."""

    channels: tuple[tuple[str, int], ...] = ()
    """How many of each channel, the alert itself among them; the most first."""
    conversations: tuple[int, ...] = ()
    """The newest of them, the alert's own among them; at most NAMED."""

    @property
    def count(self) -> int:
        """How many alerts the message tells of where there are several; else 0."""
        return sum(number for _, number in self.channels)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An alert that this worker is to send now, and what its message counts."""

    row: AlertRow
    others: Others


def claim(store: Store, lease: timedelta, terms: TermsOf) -> Claimed | None:
    """The oldest alert that is to be told of now; None when there is none.

    It is put off by ``lease``, so that a crash while sending repeats it, never loses it.
    """
    now = clock.now()
    if store.read().execute(f"SELECT 1 {_DUE} LIMIT 1", (clock.stamp(now),)).fetchone() is None:
        return None
    with store.write() as db:
        _leave_out_what_is_no_longer_so(db, now)
        for _ in range(ROUNDS):
            found = db.execute(f"SELECT {_FIELDS} {_DUE} ORDER BY not_before, id LIMIT 1", (clock.stamp(now),))
            row = found.fetchone()
            if row is None:
                return None
            if row["begun_at"] or _begins(db, row, terms, now):
                return _take(db, row["id"], now + lease)
    return None


_FIELDS = "id, rule, level, cause, channel_id, conversation_id, created_at, not_before, begun_at"
_DUE = "FROM alerts WHERE sent_at IS NULL AND told_with IS NULL AND not_before <= ?"
_UNTOLD = "sent_at IS NULL AND begun_at IS NULL AND not_before <= :now AND rule = :rule AND level = :level"
# What lies ahead was begun before the clock was set back; it silences nothing.
_BEGUN = "FROM alerts WHERE rule = :rule AND level = :level AND begun_at > :since AND begun_at <= :now"
_SUBJECT = "conversation_id IS :conversation AND channel_id IS :channel"


def _take(db: sqlite3.Connection, alert: int, until: datetime) -> Claimed | None:
    db.execute("UPDATE alerts SET attempts = attempts + 1, not_before = ? WHERE id = ?", (clock.stamp(until), alert))
    row = alerts.get(db, alert)
    return Claimed(row, _others(db, alert)) if row else None


_COUNTED = "FROM alerts a LEFT JOIN channels h ON h.id = a.channel_id WHERE (a.told_with = :alert OR a.id = :alert)"


def _others(db: sqlite3.Connection, alert: int) -> Others:
    values = {"alert": alert, "most": NAMED}
    if db.execute("SELECT 1 FROM alerts WHERE told_with = :alert LIMIT 1", values).fetchone() is None:
        return Others()
    channels = db.execute(f"SELECT coalesce(h.name, ''), count(*) {_COUNTED} GROUP BY 1 ORDER BY 2 DESC, 1", values)
    newest = db.execute(
        f"SELECT a.conversation_id {_COUNTED} AND a.conversation_id IS NOT NULL GROUP BY a.conversation_id"
        " ORDER BY max(a.id) DESC LIMIT :most",
        values,
    )
    return Others(
        tuple((name, number) for name, number in channels.fetchall()), tuple(row[0] for row in newest.fetchall())
    )


def _begins(db: sqlite3.Connection, row: sqlite3.Row, terms_of: TermsOf, now: datetime) -> bool:
    """Whether this alert is told of now; if so it is begun, else it waits or is left out."""
    terms = terms_of(row["rule"], row["level"], now)
    values = {
        "now": clock.stamp(now),
        "rule": row["rule"],
        "level": row["level"],
        "alert": row["id"],
        "conversation": row["conversation_id"],
        "channel": row["channel_id"],
    }
    match decide(terms, _past(db, row, terms, values, now)):
        case LeaveOut(why):
            db.execute(f"UPDATE alerts SET sent_at = :now, left_out = :why WHERE {_UNTOLD}", {**values, "why": why})
            return False
        case Wait(until, everybody):
            only = "" if everybody else f" AND {_SUBJECT}"
            later = {**values, "until": clock.stamp(until)}
            db.execute(f"UPDATE alerts SET not_before = :until WHERE {_UNTOLD}{only}", later)
            return False
        case Tell(together):
            db.execute("UPDATE alerts SET begun_at = :now WHERE id = :alert", values)
            if together:
                db.execute(f"UPDATE alerts SET begun_at = :now, told_with = :alert WHERE {_UNTOLD}", values)
            if terms.escalate_after is not None:
                _escalate(db, row, now, terms.escalate_after)
            return True


def _past(db: sqlite3.Connection, row: sqlite3.Row, terms: Terms, values: dict[str, object], now: datetime) -> Past:
    window = {**values, "since": clock.stamp(now - terms.cooldown), "most": terms.flood}
    same = db.execute(
        f"SELECT max(begun_at) {_BEGUN} AND {_SUBJECT}",
        window,
    ).fetchone()[0]
    begun = db.execute(
        f"SELECT begun_at {_BEGUN} AND told_with IS NULL ORDER BY begun_at DESC LIMIT :most",
        window,
    ).fetchall()
    return Past(
        same=clock.parse(same) if same else None,
        begun=[clock.parse(one["begun_at"]) for one in begun],
        due=int(db.execute(f"SELECT count(*) FROM alerts WHERE {_UNTOLD}", values).fetchone()[0]),
        put_off=row["not_before"] > row["created_at"],
    )


def _escalate(db: sqlite3.Connection, row: sqlite3.Row, now: datetime, after: timedelta) -> None:
    """The next step, for this alert and those that its message counts; left out if somebody has taken it by then."""
    db.execute(
        "INSERT OR IGNORE INTO alerts (rule, cause, channel_id, conversation_id, mention_id, delivery_id, facts, level,"
        " created_at, not_before) SELECT rule, cause || '#', channel_id, conversation_id, mention_id, delivery_id,"
        " facts, level + 1, :now, :then FROM alerts WHERE id = :alert OR told_with = :alert",
        {"now": clock.stamp(now), "then": clock.stamp(now + after), "alert": row["id"]},
    )


# What nobody has to be told of any more. A rule that is missing here holds whatever has happened since.
_NO_LONGER = """
UPDATE alerts SET sent_at = :now, left_out = 'no longer so'
WHERE sent_at IS NULL AND begun_at IS NULL AND not_before <= :now AND (
  -- somebody has answered, or the words are gone
  (rule IN ('severe_complaint', 'reach', 'clock.warning', 'clock.breach') AND EXISTS (
    SELECT 1 FROM conversations c WHERE c.id = conversation_id AND c.awaiting_since IS NULL))
  OR (rule = 'clock.warning' AND EXISTS (
    SELECT 1 FROM conversations c WHERE c.id = conversation_id AND c.due_at <= :now))
  OR (rule IN ('lane', 'delivery_failed') AND EXISTS (
    SELECT 1 FROM conversations c WHERE c.id = conversation_id AND c.state IN ('waiting', 'resolved')))
  OR (rule = 'delivery_unknown' AND NOT EXISTS (
    SELECT 1 FROM deliveries d WHERE d.id = delivery_id AND d.state = 'unknown'))
  OR (rule = 'delivery_failed' AND EXISTS (
    SELECT 1 FROM deliveries d WHERE d.conversation_id = alerts.conversation_id AND d.id > alerts.delivery_id))
  OR (rule = 'follow_up' AND NOT EXISTS (
    SELECT 1 FROM follow_ups f WHERE f.conversation_id = alerts.conversation_id AND f.done_at IS NULL
      AND f.due_at <= :now))
  OR (rule = 'channel_silent' AND EXISTS (
    SELECT 1 FROM channels h WHERE h.id = channel_id AND h.last_heard_at > created_at))
  -- somebody has taken it: a further step is for nobody
  OR (level > 0 AND (
    EXISTS (SELECT 1 FROM events e WHERE e.conversation_id = alerts.conversation_id AND e.user_id IS NOT NULL
      AND e.at >= alerts.created_at)
    OR EXISTS (SELECT 1 FROM presence p WHERE p.conversation_id = alerts.conversation_id AND p.what = 'writing'
      AND p.until >= :now)
    OR (rule = 'channel_paused' AND EXISTS (
      SELECT 1 FROM channels h WHERE h.id = channel_id AND h.paused_at IS NULL)))))
"""


def _leave_out_what_is_no_longer_so(db: sqlite3.Connection, now: datetime) -> None:
    db.execute(_NO_LONGER, {"now": clock.stamp(now)})
