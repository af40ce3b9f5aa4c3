"""Promise 4: what wants an answer is answered, awaited, or closed by somebody with a reason."""

from twoway.store.audit.asking import rows
from twoway.store.conversations import AWAITING

# The definition that the desk itself uses, asked of every conversation.
_DERIVED = AWAITING.replace(":id", "v.id")


# Whole seconds are added; the fraction stays.
_PROMISED = (
    "strftime('%Y-%m-%dT%H:%M:%S', substr(c.awaiting_since, 1, 19), '+' || h.answer_seconds || ' seconds')"
    " || substr(c.awaiting_since, 20)"
)

HANGING = (
    rows(
        "awaiting",
        "A conversation awaits an answer since when the facts say that it does.",
        "conversation",
        "conversations",
        f"SELECT v.id FROM conversations v WHERE v.awaiting_since IS NOT ({_DERIVED})",
    ),
    rows(
        "due",
        "A conversation is due when its channel promised an answer, and only where its lane runs against time.",
        "conversation",
        "conversations",
        "SELECT c.id FROM conversations c JOIN channels h ON h.id = c.channel_id JOIN lanes l ON l.name = c.lane"
        " WHERE (c.awaiting_since IS NOT NULL OR c.due_at IS NOT NULL) AND c.due_at IS NOT"
        f" CASE WHEN c.awaiting_since IS NOT NULL AND l.clock = 1 THEN {_PROMISED} END",
    ),
    rows(
        "closed",
        "What is closed was closed by a named person with a reason, or by a rule; nothing awaits an answer there.",
        "conversation",
        "conversations",
        "SELECT id FROM conversations WHERE state = 'resolved' AND (resolved_at IS NULL"
        " OR (coalesce(resolved_rule, '') = '' AND (resolved_by IS NULL OR coalesce(resolved_reason, '') = '')))",
    ),
    rows(
        "put_away",
        "Nothing that awaits an answer waits for the customer or is closed; what is snoozed wakes at a time.",
        "conversation",
        "conversations",
        "SELECT id FROM conversations WHERE (state IN ('waiting', 'resolved') AND awaiting_since IS NOT NULL)"
        " OR (state = 'snoozed' AND snoozed_until IS NULL)",
    ),
    rows(
        "queued",
        "A mention on which the queue has acted stands in a conversation and has a judgement of its present words.",
        "mention",
        "mentions",
        "SELECT m.id FROM mentions m LEFT JOIN judgements j ON j.id = m.judgement_id WHERE (m.queued = 1"
        " AND (m.conversation_id IS NULL OR j.id IS NULL)) OR (j.id IS NOT NULL AND j.mention_version <> m.version)",
    ),
)
