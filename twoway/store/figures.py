"""What was heard, answered and left open, counted for reports."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from twoway import clock
from twoway.store.database import Store
from twoway.store.rows import many


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """One channel over a period: what came, what of it was answered, its mood; and what is owed now."""

    channel: str
    kind: str
    heard: int
    """Mentions, noise among them; neither history nor what a machine sent."""
    wanted: int
    """Of those, such as want an answer."""
    answered: int
    """Of those, such as have one by now, by the desk or made elsewhere."""
    given: int
    """Answers given in the period, whenever it was asked."""
    disappointing: int
    """Mentions in that mood. The three moods leave out noise and what nobody has judged yet."""
    fine: int
    delighting: int
    awaiting: int
    overdue: int
    noise: int
    paused_reason: str | None
    last_error: str | None


# From a channel to its mentions of the period by their index; the moods come with them.
_HEARD = """
WITH heard AS (
  SELECT h.id, count(m.id) AS heard, sum(j.sentiment = 'negative') AS disappointing,
    sum(j.sentiment = 'neutral') AS fine, sum(j.sentiment = 'positive') AS delighting
  FROM channels h CROSS JOIN mentions m ON m.channel_id = h.id AND m.heard_at >= :since AND m.heard_at < :until
    AND m.history = 0 AND m.kind = 'message'
  LEFT JOIN judgements j ON j.id = m.judgement_id AND j.noise = 0
  GROUP BY h.id)
"""
_GIVEN = """
(SELECT count(*) FROM deliveries d WHERE d.channel_id = h.id AND d.state = 'sent' AND d.sent_at >= :since
   AND d.sent_at < :until)
+ (SELECT count(*) FROM outside_answers o WHERE o.channel_id = h.id AND o.conversation_id IS NOT NULL
   AND o.heard_at >= :since AND o.heard_at < :until)
"""
_CHANNELS = f"""
{_HEARD},
wanting_one AS (
  SELECT h.id, count(*) AS wanted, sum(
    EXISTS (SELECT 1 FROM deliveries d JOIN approvals a ON a.id = d.approval_id
            WHERE d.conversation_id = w.conversation_id AND d.state = 'sent' AND a.version >= w.said_version)
    OR EXISTS (SELECT 1 FROM outside_answers o WHERE o.conversation_id = w.conversation_id
               AND o.created_at >= w.said_there AND o.version >= w.said_version)) AS answered
  FROM channels h CROSS JOIN wanting w ON w.channel_id = h.id AND w.heard_at >= :since AND w.heard_at < :until
  GROUP BY h.id)
SELECT h.name, h.kind, coalesce(r.heard, 0), coalesce(w.wanted, 0), coalesce(w.answered, 0), {_GIVEN},
  coalesce(r.disappointing, 0), coalesce(r.fine, 0), coalesce(r.delighting, 0),
  (SELECT count(*) FROM conversations c WHERE c.channel_id = h.id AND c.awaiting_since IS NOT NULL
     AND c.lane <> 'noise'),
  (SELECT count(*) FROM conversations c WHERE c.channel_id = h.id AND c.due_at <= :now),
  (SELECT count(*) FROM conversations c WHERE c.channel_id = h.id AND c.lane = 'noise' AND c.state = 'open'),
  h.paused_reason, h.last_error
FROM channels h LEFT JOIN heard r ON r.id = h.id LEFT JOIN wanting_one w ON w.id = h.id ORDER BY h.name
"""


def by_channel(store: Store, since: datetime, until: datetime) -> list[ChannelFigures]:
    """Every channel's figures for what happened from ``since`` until before ``until``."""
    values = {"since": clock.stamp(since), "until": clock.stamp(until), "now": clock.stamp(clock.now())}
    return many(ChannelFigures, store.read().execute(_CHANNELS, values))


@dataclass(frozen=True, slots=True)
class Volume:
    """All channels over a period: mentions, their moods, answers given."""

    heard: int
    given: int
    disappointing: int
    fine: int
    delighting: int


_VOLUME = f"""
{_HEARD}
SELECT coalesce(sum(r.heard), 0), coalesce(sum({_GIVEN}), 0), coalesce(sum(r.disappointing), 0),
  coalesce(sum(r.fine), 0), coalesce(sum(r.delighting), 0)
FROM channels h LEFT JOIN heard r ON r.id = h.id
"""


def volume(store: Store, since: datetime, until: datetime) -> Volume:
    """What `by_channel` counts of a period, over all channels, without what is owed now."""
    values = {"since": clock.stamp(since), "until": clock.stamp(until)}
    return many(Volume, store.read().execute(_VOLUME, values))[0]


# Whatever a conversation got in the period, its first answer is the earliest one after words that want one; it counts
# in the period in which the desk came to know it.
_FIRST_ANSWERS = """
WITH given AS (
  SELECT d.conversation_id FROM channels h CROSS JOIN deliveries d ON d.channel_id = h.id AND d.state = 'sent'
    AND d.sent_at >= :since AND d.sent_at < :until
  UNION SELECT o.conversation_id FROM channels h CROSS JOIN outside_answers o ON o.channel_id = h.id
    AND o.conversation_id IS NOT NULL AND o.heard_at >= :since AND o.heard_at < :until),
asked AS (
  SELECT given.conversation_id, w.channel_id, min(w.said_at) AS at
  FROM given CROSS JOIN wanting w ON w.conversation_id = given.conversation_id GROUP BY given.conversation_id),
answers AS (
  SELECT asked.conversation_id, asked.channel_id, asked.at AS since, d.sent_at AS at, d.sent_at AS known
    FROM asked CROSS JOIN deliveries d ON d.conversation_id = asked.conversation_id AND d.state = 'sent'
    WHERE d.sent_at >= asked.at
  UNION ALL SELECT asked.conversation_id, asked.channel_id, asked.at, o.created_at, o.heard_at
    FROM asked CROSS JOIN outside_answers o ON o.conversation_id = asked.conversation_id
    WHERE o.created_at >= asked.at),
earliest AS (SELECT channel_id, since, min(at) AS at, known FROM answers GROUP BY conversation_id)
SELECT h.name, strftime('%s', earliest.at) - strftime('%s', earliest.since) AS seconds
FROM earliest JOIN channels h ON h.id = earliest.channel_id
WHERE earliest.known >= :since AND earliest.known < :until
"""


def first_answers(store: Store, since: datetime, until: datetime) -> dict[str, list[int]]:
    """How long customers waited for the first answers given in a period: seconds, by channel, the shortest first.

    Time as it passes, nights and Sundays too: a customer's patience knows no business hours.
    """
    values = {"since": clock.stamp(since), "until": clock.stamp(until)}
    found: dict[str, list[int]] = defaultdict(list)
    for name, seconds in store.read().execute(_FIRST_ANSWERS, values):
        found[name].append(seconds)
    return {name: sorted(seconds) for name, seconds in found.items()}


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
