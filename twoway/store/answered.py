"""What was answered before: a mention, and the words that went out for it."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from twoway.store.database import Store
from twoway.store.rows import many


@dataclass(frozen=True, slots=True)
class Answered:
    """A mention with the answer that was sent first after it was said."""

    delivery_id: int
    mention_id: int
    conversation_id: int
    channel_id: int
    channel: str
    author: str
    handle: str
    asked: str
    text: str
    """The answer as its writer had it, before the platform's rules."""
    initials: str | None
    """The writer's."""
    sent_at: str


# Of what went out in private nothing is ever offered in public: neither a private conversation's answer nor a private
# answer to public words.
_ANSWERED = """
SELECT d.id, m.id, m.conversation_id, h.id, h.name, a.name, a.handle, m.text, w.text, u.initials, d.sent_at
FROM mentions m JOIN deliveries d ON d.id = (
  SELECT s.id FROM deliveries s JOIN approvals y ON y.id = s.approval_id
  WHERE s.conversation_id = m.conversation_id AND s.state = 'sent' AND y.version >= m.said_version
  ORDER BY s.id LIMIT 1)
JOIN approvals p ON p.id = d.approval_id
JOIN draft_versions w ON w.draft_id = p.draft_id AND w.version = p.draft_version
JOIN channels h ON h.id = m.channel_id JOIN authors a ON a.id = m.author_id LEFT JOIN users u ON u.id = w.user_id
JOIN conversations c ON c.id = :conversation
LEFT JOIN judgements k ON k.id = m.judgement_id
WHERE {which} AND m.conversation_id <> c.id AND m.deleted_at IS NULL AND m.erased_at IS NULL
  AND w.erased_at IS NULL AND w.text <> ''
  AND (c.visibility = 'private' OR (m.visibility = 'public' AND p.preview_visibility = 'public'))
"""
_NEAR = "m.id IN (SELECT value FROM json_each(:mentions)) AND (:language IN ('', 'und') OR k.language = :language)"
_ONE = "m.conversation_id = (SELECT conversation_id FROM deliveries WHERE id = :delivery) AND d.id = :delivery"


def of_mentions(store: Store, mentions: Collection[int], conversation: int, language: str) -> list[Answered]:
    """What was answered to these mentions, where it was said in that language and may be offered in a conversation."""
    values = {"mentions": json.dumps(list(mentions)), "conversation": conversation, "language": language}
    return many(Answered, store.read().execute(_ANSWERED.format(which=_NEAR), values))


def by_delivery(store: Store, delivery: int, conversation: int) -> Answered | None:
    """That answer, where it may be offered in a conversation."""
    values = {"delivery": delivery, "conversation": conversation}
    return next(iter(many(Answered, store.read().execute(_ANSWERED.format(which=_ONE), values))), None)
