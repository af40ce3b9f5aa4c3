"""What customers said in a period that is worth passing on: the worst complaints, and praise."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from twoway import clock
from twoway.store.database import Store
from twoway.store.rows import many

SHORTEST = 30
"""Characters of praise that is worth sharing; a bare "thanks" is not."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What one customer said. ``alike``: how many others said the same in the period."""

    conversation: int
    channel: str
    kind: str
    author: str
    followers: int | None
    title: str
    text: str
    severe: int
    awaiting: int
    """Whether an answer is still owed."""
    alike: int


# Each speaks once, with what weighs most; then those who say the same speak with one voice. Only numbers go through
# the sorting, the words are fetched for the few that are left.
_VOICES = """
WITH said AS (
  SELECT m.id, coalesce(l.first_id, m.id) AS matter, {weight} AS weight, coalesce(a.followers, 0) AS reach,
    row_number() OVER (PARTITION BY {speaker} ORDER BY {weight} DESC, m.id DESC) AS place
  FROM channels h CROSS JOIN mentions m ON m.channel_id = h.id AND m.heard_at >= :since AND m.heard_at < :until
    AND m.history = 0 AND m.kind = 'message' AND m.conversation_id IS NOT NULL AND m.deleted_at IS NULL
    AND m.erased_at IS NULL
  CROSS JOIN judgements j ON j.id = m.judgement_id AND {which}
  CROSS JOIN authors a ON a.id = m.author_id
  LEFT JOIN likenesses l ON l.mention_id = m.id),
voices AS (
  SELECT id, weight, reach, count(*) OVER (PARTITION BY matter) - 1 AS alike,
    row_number() OVER (PARTITION BY matter ORDER BY weight DESC, reach DESC, id DESC) AS place
  FROM said WHERE place = 1),
chosen AS (SELECT * FROM voices WHERE place = 1 ORDER BY {order}, id DESC LIMIT :limit)
SELECT m.conversation_id, h.name, h.kind, CASE WHEN a.name <> '' THEN a.name ELSE a.handle END, a.followers, m.title,
  m.text, j.severe, c.awaiting_since IS NOT NULL, chosen.alike
FROM chosen JOIN mentions m ON m.id = chosen.id JOIN judgements j ON j.id = m.judgement_id
JOIN channels h ON h.id = m.channel_id JOIN authors a ON a.id = m.author_id
JOIN conversations c ON c.id = m.conversation_id ORDER BY {order}, chosen.id DESC
"""
_COMPLAINTS = _VOICES.format(
    which="j.complaint = 1",
    speaker="m.conversation_id",
    weight="2 * j.severe + (j.urgency = 'now')",
    order="weight / 2 DESC, alike DESC, weight DESC, reach DESC",
)
_PRAISE = _VOICES.format(
    which="j.sentiment = 'positive' AND j.complaint = 0 AND j.noise = 0 AND j.abstained = 0"
    f" AND m.visibility = 'public' AND length(m.text) >= {SHORTEST}"
    " AND h.name IN (SELECT value FROM json_each(:channels))",
    speaker="m.author_id",
    weight="json_extract(j.details, '$.sentiment.positive')",
    order="reach DESC, weight DESC",
)


def complaints(store: Store, since: datetime, until: datetime, limit: int) -> list[Voice]:
    """The worst: what cannot wait, then what most people say, then what is urgent, then who is heard by most."""
    return _voices(store, _COMPLAINTS, since, until, limit)


def praise(store: Store, since: datetime, until: datetime, limit: int, names: Sequence[str]) -> list[Voice]:
    """Said in public on the channels of these names, by whoever is heard by most first, then the warmest."""
    return _voices(store, _PRAISE, since, until, limit, names)


def _voices(
    store: Store, sql: str, since: datetime, until: datetime, limit: int, names: Sequence[str] = ()
) -> list[Voice]:
    moments = {"since": clock.stamp(since), "until": clock.stamp(until)}
    values = {**moments, "limit": limit, "channels": json.dumps(names)}
    return many(Voice, store.read().execute(sql, values))
