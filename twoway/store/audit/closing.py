"""Promise 4: what wants an answer is answered, awaited, or closed by somebody with a reason."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

from twoway import clock
from twoway.store.audit.asking import Settings, found, rows
from twoway.store.audit.report import Check
from twoway.store.conversations import AWAITING

# The definition that the desk itself uses, asked of every conversation.
_DERIVED = AWAITING.replace(":id", "v.id")


def _due(db: sqlite3.Connection, settings: Settings) -> Check:
    count = int(db.execute("SELECT count(*) FROM conversations").fetchone()[0])
    asked = "A conversation is due when its channel promised an answer, and only where its lane runs against time."
    return found("due", asked, count, _wrongly_due(db))


def _wrongly_due(db: sqlite3.Connection) -> Iterator[str]:
    sql = (
        "SELECT c.id, c.awaiting_since, c.due_at, h.answer_seconds, l.clock FROM conversations c"
        " JOIN channels h ON h.id = c.channel_id JOIN lanes l ON l.name = c.lane"
        " WHERE c.awaiting_since IS NOT NULL OR c.due_at IS NOT NULL"
    )
    for row in db.execute(sql):
        since = row["awaiting_since"]
        promised = timedelta(seconds=row["answer_seconds"])
        if row["due_at"] != (clock.stamp(clock.parse(since) + promised) if since and row["clock"] else None):
            yield f"conversation {row['id']}"


HANGING = (
    rows(
        "awaiting",
        "A conversation awaits an answer since when the facts say that it does.",
        "conversation",
        "conversations",
        f"SELECT v.id FROM conversations v WHERE v.awaiting_since IS NOT ({_DERIVED})",
    ),
    _due,
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
