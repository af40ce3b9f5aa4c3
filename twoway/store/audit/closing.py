"""Promise 4: what wants an answer is answered, awaited, or closed by somebody with a reason."""

import sqlite3

from twoway import clock, hours
from twoway.store.audit.asking import Settings, answers, found, rows
from twoway.store.audit.report import Check
from twoway.store.clocks import TERMS, terms
from twoway.store.conversations import AWAITING, UNDRAFTED

# The definition that the desk itself uses, asked of every conversation.
_DERIVED = AWAITING.replace(":id", "v.id")


_CLOCKS = f"{TERMS} WHERE c.awaiting_since IS NOT NULL OR c.due_at IS NOT NULL OR c.stopped_at IS NOT NULL"


def _due(db: sqlite3.Connection, settings: Settings) -> Check:
    count = int(db.execute("SELECT count(*) FROM conversations").fetchone()[0])
    asked = "A clock runs out when its channel promised an answer, and stands still only where it does not run."
    channels = db.execute("SELECT name, hours, counted_by FROM channels ORDER BY name")
    otherwise = [row["name"] for row in channels if row["counted_by"] != _rules(row)]
    if otherwise:
        asked += (
            f" Not asked where other holidays or time zones than the present ones counted it ({', '.join(otherwise)});"
            " a desk with these channels counts anew when it starts."
        )
    return found("due", asked, count, filter(None, answers(db, _CLOCKS, _wrong)))


def _rules(row: sqlite3.Row) -> str:
    """What the calendar of a channel counts by here."""
    try:
        return hours.read(row["hours"]).rules
    except (ValueError, KeyError, TypeError):
        return str(row["counted_by"])  # what cannot be read is found with its conversations


def _wrong(row: sqlite3.Row) -> str:
    """The conversation, if its clock is not what its channel promised in working time; else nothing."""
    try:
        held, since = terms(row), row["awaiting_since"]
        running = since is not None and held.clocked
        due = clock.stamp(held.due(clock.parse(since), row["stopped_seconds"])) if running else None
    except (ValueError, KeyError, TypeError):
        return f"conversation {row['id']}"
    stands = row["stopped_at"] is not None
    fits = row["due_at"] == due or (running and row["counted_by"] != held.calendar.rules)
    right = fits and stands == (since is not None and not running)
    return "" if right else f"conversation {row['id']}"


# The newest event says until when somebody was at work on this file: a backup is not blamed for what came after it, nor
# for its restore, which holds the file. So long a desk at work may take to raise what it owes.
_AT_WORK = (
    "(SELECT strftime('%Y-%m-%dT%H:%M:%S', substr(at, 1, 19), '-10 minutes') || substr(at, 20)"
    " FROM events WHERE at < coalesce((SELECT held_at FROM desk), '9') ORDER BY id DESC LIMIT 1)"
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
        "undrafted",
        "A conversation wants a proposal when none is in work and none was begun since the customer last wrote.",
        "conversation",
        "conversations",
        f"SELECT c.id FROM conversations c WHERE c.undrafted <> {UNDRAFTED}",
    ),
    _due,
    rows(
        "raised",
        "What was owed for longer than promised was raised while the desk was at work.",
        "conversation",
        "conversations",
        f"SELECT id FROM conversations WHERE due_at < {_AT_WORK} AND breached_at IS NULL",
    ),
    rows(
        "promised",
        "What was promised for a time that has come was brought back while the desk was at work.",
        "follow-up",
        "follow_ups",
        f"SELECT id FROM follow_ups WHERE due_at < {_AT_WORK} AND raised_at IS NULL AND done_at IS NULL",
    ),
    rows(
        "ranked",
        "A conversation stands where its lane and the points of its score put it.",
        "conversation",
        "conversations",
        "SELECT c.id FROM conversations c JOIN lanes l ON l.name = c.lane"
        " WHERE c.rank <> l.rank + (SELECT coalesce(sum(value), 0) FROM json_each(c.score))",
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
