"""What was heard, answered and left open, counted for reports."""

from dataclasses import dataclass
from datetime import datetime

from twoway import clock
from twoway.store.database import Store
from twoway.store.rows import many


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """One channel over a period: mentions heard, those that wanted an answer, answers given, and what is owed now."""

    channel: str
    kind: str
    heard: int
    wanted: int
    answered: int
    awaiting: int
    overdue: int
    noise: int
    paused_reason: str | None
    last_error: str | None


_CHANNELS = """
SELECT h.name, h.kind,
  (SELECT count(*) FROM mentions m WHERE m.channel_id = h.id AND m.heard_at >= :since AND m.heard_at < :until
     AND m.history = 0 AND m.kind = 'message'),
  (SELECT count(*) FROM wanting w WHERE w.channel_id = h.id AND w.heard_at >= :since AND w.heard_at < :until),
  (SELECT count(*) FROM deliveries d WHERE d.channel_id = h.id AND d.state = 'sent' AND d.sent_at >= :since
     AND d.sent_at < :until)
  + (SELECT count(*) FROM outside_answers o WHERE o.channel_id = h.id AND o.conversation_id IS NOT NULL
     AND o.heard_at >= :since AND o.heard_at < :until),
  (SELECT count(*) FROM conversations c WHERE c.channel_id = h.id AND c.awaiting_since IS NOT NULL
     AND c.lane <> 'noise'),
  (SELECT count(*) FROM conversations c WHERE c.channel_id = h.id AND c.due_at <= :now),
  (SELECT count(*) FROM conversations c WHERE c.channel_id = h.id AND c.lane = 'noise' AND c.state = 'open'),
  h.paused_reason, h.last_error
FROM channels h ORDER BY h.name
"""


def by_channel(store: Store, since: datetime, until: datetime) -> list[ChannelFigures]:
    """Every channel's figures for what happened from ``since`` until before ``until``."""
    values = {"since": clock.stamp(since), "until": clock.stamp(until), "now": clock.stamp(clock.now())}
    return many(ChannelFigures, store.read().execute(_CHANNELS, values))


_JOURNEY = {
    "heard": "SELECT count(*) FROM mentions",
    "judged": "SELECT count(DISTINCT mention_id) FROM judgements",
    "noise": "SELECT count(*) FROM conversations WHERE lane = 'noise'",
    "queued": "SELECT count(*) FROM conversations",
    "drafted": "SELECT count(*) FROM drafts",
    "approved": "SELECT count(*) FROM approvals",
    "sent": "SELECT count(*) FROM deliveries WHERE state = 'sent'",
    "answered": "SELECT count(DISTINCT conversation_id) FROM deliveries WHERE state = 'sent'",
    "reopened": "SELECT count(*) FROM events WHERE kind = 'conversation.reopened'",
    "closed": "SELECT count(*) FROM conversations WHERE state = 'resolved'",
}


def journey(store: Store) -> dict[str, int]:
    """How far everything has come, over the whole database."""
    return {name: int(store.read().execute(sql).fetchone()[0]) for name, sql in _JOURNEY.items()}
