"""Promises 2 and 7: a person with the right said yes to exactly this; what is private stays private."""

import json
import sqlite3
from collections.abc import Iterator

from twoway.states import RIGHTS
from twoway.store.audit.asking import Settings, found, rows
from twoway.store.audit.report import Check
from twoway.text import sha256


def _marks(values: tuple[str, ...]) -> str:
    return ", ".join("?" * len(values))


def _hashes(db: sqlite3.Connection, settings: Settings) -> Check:
    """Erased previews are legal; their hash still binds approval and delivery."""
    count = int(db.execute("SELECT count(*) FROM previews").fetchone()[0])
    bodies = db.execute("SELECT sha256, visibility, body FROM previews WHERE body IS NOT NULL")
    wrong = (f"preview {row['sha256']}" for row in bodies if sha256(row["body"]) != row["sha256"])
    return found("hashes", "What was approved still has the hash it was approved by.", count, wrong)


_PEOPLE = ("user.added", "user.role_set", "user.deactivated", "approval.given")


def _rights(db: sqlite3.Connection, settings: Settings) -> Check:
    count = int(db.execute("SELECT count(*) FROM approvals").fetchone()[0])
    asked = "Whoever approved had the right to, at that moment, by the record."
    return found("rights", asked, count, _without_right(db))


def _without_right(db: sqlite3.Connection) -> Iterator[str]:
    """The record played again: who had which role when an approval was given."""
    roles: dict[int, str] = {}
    sql = (
        "SELECT kind, user_id, json_extract(data, '$.of'), json_extract(data, '$.role'),"
        f" json_extract(data, '$.approval') FROM events WHERE kind IN ({_marks(_PEOPLE)}) ORDER BY id"
    )
    for kind, user, of, role, approval in db.execute(sql, _PEOPLE):
        match kind:
            case "user.added":
                roles[user] = role
            case "user.role_set":
                roles[of] = role
            case "user.deactivated":
                roles.pop(of, None)
            case _ if "approve" not in RIGHTS.get(roles.get(user, ""), frozenset()):
                yield f"approval {approval}"


_RULES = ("channel.started", "channel.rules_set", "approval.given")


def _rules(db: sqlite3.Connection, settings: Settings) -> Check:
    count = int(db.execute("SELECT count(*) FROM approvals").fetchone()[0])
    asked = "An approval names the rules that its channel had at that moment, by the record."
    return found("rules", asked, count, _by_other_rules(db))


def _by_other_rules(db: sqlite3.Connection) -> Iterator[str]:
    """The record played again: what each channel asked when an approval was given."""
    asked: dict[int, tuple[int, int, int]] = {}
    sql = (
        "SELECT e.kind, e.channel_id, e.data, a.id, a.four_eyes, a.second_eyes,"
        " strftime('%s', a.expires_at) - strftime('%s', a.at) AS seconds FROM events e LEFT JOIN approvals a"
        " ON e.kind = 'approval.given' AND a.id = json_extract(e.data, '$.approval')"
        f" WHERE e.kind IN ({_marks(_RULES)}) ORDER BY e.id"
    )
    for event in db.execute(sql, _RULES):
        if event["kind"] == "approval.given":
            named = (event["four_eyes"], event["second_eyes"], event["seconds"])
            if event["id"] is not None and named != asked.get(event["channel_id"]):
                yield f"approval {event['id']}"
        else:
            data = json.loads(event["data"])
            asked[event["channel_id"]] = (data["four_eyes"], data["second_eyes_on_edits"], data["approval_seconds"])


_WORDS = "SELECT a.id FROM approvals a JOIN draft_versions v ON v.draft_id = a.draft_id AND v.version = a.draft_version"

UNREVIEWED = (
    rows(
        "approvals",
        "A delivery is of the very preview, conversation and channel that its approval names.",
        "delivery",
        "deliveries",
        "SELECT d.id FROM deliveries d LEFT JOIN approvals a ON a.id = d.approval_id AND a.sha256 = d.sha256"
        " AND a.conversation_id = d.conversation_id AND a.channel_id = d.channel_id WHERE a.id IS NULL",
    ),
    _rights,
    rows(
        "sessions",
        "An approval was given in a session of that person's own that lasted then.",
        "approval",
        "approvals",
        "SELECT a.id FROM approvals a LEFT JOIN sessions s ON s.id = a.session_id AND s.user_id = a.user_id"
        " WHERE s.id IS NULL OR a.at < s.created_at OR a.at >= s.expires_at OR a.at > coalesce(s.ended_at, a.at)",
    ),
    rows(
        "script",
        "The scripted reviewer approved only in a demo, on the square.",
        "approval",
        "approvals",
        "SELECT a.id FROM approvals a JOIN sessions s ON s.id = a.session_id JOIN channels c ON c.id = a.channel_id"
        " WHERE s.kind = 'script' AND (c.kind <> 'square' OR NOT EXISTS (SELECT 1 FROM desk WHERE demo = 1))",
    ),
    _hashes,
    _rules,
    rows(
        "four_eyes",
        "Where a channel asked for four eyes, somebody else approved than wrote or submitted the words.",
        "approval",
        "approvals",
        f"{_WORDS} WHERE a.four_eyes = 1 AND (a.user_id IN (v.user_id, v.submitted_by)"
        " OR coalesce(v.user_id, v.submitted_by) IS NULL)",
    ),
    rows(
        "second_eyes",
        "Where a channel asked for second eyes on edits, somebody else approved than changed submitted words.",
        "approval",
        "approvals",
        f"{_WORDS} WHERE a.second_eyes = 1 AND v.user_id = a.user_id AND EXISTS (SELECT 1 FROM draft_versions w"
        " WHERE w.draft_id = v.draft_id AND w.version < v.version AND w.submitted_by IS NOT NULL"
        " AND (w.submitted_by <> a.user_id OR w.user_id <> a.user_id))",
    ),
    rows(
        "approved_words",
        "The words that were approved are kept with their writer, unless they were erased.",
        "approval",
        "approvals",
        "SELECT a.id FROM approvals a LEFT JOIN draft_versions v ON v.draft_id = a.draft_id"
        " AND v.version = a.draft_version WHERE v.version IS NULL",
    ),
    rows(
        "expired",
        "No answer was taken up to be sent after its approval had expired.",
        "delivery",
        "deliveries",
        "SELECT d.id FROM deliveries d JOIN approvals a ON a.id = d.approval_id WHERE EXISTS (SELECT 1 FROM events e"
        " WHERE e.conversation_id = d.conversation_id AND e.kind = 'delivery.claimed'"
        " AND e.at >= a.expires_at AND json_extract(e.data, '$.delivery') = d.id)",
    ),
    rows(
        "versions_approved",
        "An approval is of a version that its conversation has reached, and the only one of it.",
        "approval",
        "approvals",
        "SELECT a.id FROM approvals a LEFT JOIN conversations c ON c.id = a.conversation_id"
        " WHERE c.id IS NULL OR a.version > c.version OR EXISTS (SELECT 1 FROM approvals b"
        " WHERE b.conversation_id = a.conversation_id AND b.version = a.version AND b.id < a.id)",
    ),
)

OUTSIDE = (
    rows(
        "private_answers",
        "A private conversation has no public answer.",
        "approval",
        "approvals",
        "SELECT a.id FROM approvals a JOIN conversations c ON c.id = a.conversation_id"
        " JOIN previews p ON p.sha256 = a.sha256 WHERE c.visibility = 'private' AND (p.visibility <> 'private'"
        " OR (p.body IS NOT NULL AND coalesce(json_extract(p.body, '$.visibility'), '') <> 'private'))",
    ),
    rows(
        "private_mentions",
        "A mention is as private or public as its conversation, and of the same channel.",
        "mention",
        "mentions",
        "SELECT m.id FROM mentions m LEFT JOIN conversations c ON c.id = m.conversation_id"
        " WHERE m.conversation_id IS NOT NULL"
        " AND (c.id IS NULL OR c.visibility <> m.visibility OR c.channel_id <> m.channel_id)",
    ),
    rows(
        "plain_text",
        "No text holds a NUL.",
        "mention",
        "mentions",
        "SELECT id FROM mentions WHERE instr(text, char(0)) OR instr(title, char(0)) OR instr(quoted, char(0))",
    ),
)
