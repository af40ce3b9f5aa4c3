"""Ways to damage a desk behind its back, and which check has to find each."""

from dataclasses import dataclass

LATER = "'2031-01-01T00:00:00.000000Z'"
ADA = "(SELECT id FROM users WHERE login = 'ada@square')"
OPEN = "(SELECT min(id) FROM conversations WHERE state = 'open' AND awaiting_since IS NOT NULL)"


def without_rules(table: str, sql: str) -> str:
    """The same table without any constraint, as a careless import leaves it, then ``sql``."""
    return (
        f"CREATE TABLE copied AS SELECT * FROM {table}; DROP TABLE {table}; ALTER TABLE copied RENAME TO {table}; {sql}"
    )


@dataclass(frozen=True)
class Damage:
    """What was done, the check that finds it, and a row that it names ('' where SQLite names it)."""

    name: str
    check: str
    sql: str
    row: str = ""


DAMAGES = [
    Damage("cursor forgotten", "cursors", "UPDATE streams SET cursor = NULL, cursor_at = NULL", "stream 1"),
    Damage("version of a mention lost", "versions", "DELETE FROM mention_versions WHERE mention_id = 1", "mention 1"),
    Damage("words of a mention changed", "versions", "UPDATE mentions SET text = 'other' WHERE id = 2", "mention 2"),
    Damage("raw thrown away", "raw", "UPDATE mentions SET raw = NULL WHERE id = 3", "mention 3"),
    Damage(
        "delivery of other words",
        "approvals",
        "UPDATE deliveries SET sha256 = (SELECT sha256 FROM deliveries WHERE id = 3) WHERE id = 1",
        "delivery 1",
    ),
    Damage("delivery of no approval", "approvals", "DELETE FROM approvals WHERE id = 1", "delivery 1"),
    Damage(
        "approval by an agent",
        "rights",
        "UPDATE events SET user_id = (SELECT id FROM users WHERE role = 'agent') WHERE kind = 'approval.given'"
        " AND json_extract(data, '$.approval') = 1",
        "approval 1",
    ),
    Damage("approval after the session", "sessions", f"UPDATE approvals SET at = {LATER} WHERE id = 1", "approval 1"),
    Damage(
        "approval in a session ended before",
        "sessions",
        "UPDATE sessions SET ended_at = created_at WHERE id = (SELECT session_id FROM approvals WHERE id = 1)",
        "approval 1",
    ),
    Damage(
        "approval in a stranger's session", "sessions", "UPDATE approvals SET session_id = 2 WHERE id = 1", "approval 1"
    ),
    Damage("approval by the script", "script", "UPDATE sessions SET kind = 'script'", "approval 1"),
    Damage("rules of an approval changed", "rules", "UPDATE approvals SET second_eyes = 1 WHERE id = 1", "approval 1"),
    Damage(
        "own words approved with four eyes",
        "four_eyes",
        f"UPDATE approvals SET four_eyes = 1 WHERE id = 1; UPDATE draft_versions SET user_id = {ADA}",
        "approval 1",
    ),
    Damage(
        "nobody's words approved with four eyes",
        "four_eyes",
        "UPDATE approvals SET four_eyes = 1 WHERE id = 1; UPDATE draft_versions SET user_id = NULL",
        "approval 1",
    ),
    Damage(
        "own edit approved with second eyes",
        "second_eyes",
        "UPDATE draft_versions SET submitted_by = user_id, submitted_at = at;"
        f" INSERT INTO draft_versions SELECT draft_id, 2, text, subject, {ADA}, at, NULL, NULL, NULL"
        " FROM draft_versions WHERE draft_id = (SELECT draft_id FROM approvals WHERE id = 1);"
        " UPDATE approvals SET second_eyes = 1, draft_version = 2 WHERE id = 1",
        "approval 1",
    ),
    Damage(
        "writer of approved words lost",
        "approved_words",
        "DELETE FROM draft_versions WHERE draft_id = (SELECT draft_id FROM approvals WHERE id = 1)",
        "approval 1",
    ),
    Damage("sent after it expired", "expired", "UPDATE approvals SET expires_at = at WHERE id = 1", "delivery 1"),
    Damage(
        "draft rewritten behind its versions", "erased_drafts", "UPDATE drafts SET text = 'x' WHERE id = 1", "draft 1"
    ),
    Damage(
        "erased draft that is still there",
        "erased_drafts",
        f"UPDATE draft_versions SET erased_at = {LATER} WHERE draft_id = 1",
        "draft 1",
    ),
    Damage(
        "approved words rewritten",
        "hashes",
        "UPDATE previews SET body = replace(body, 'Hello', 'Goodbye')",
    ),
    Damage("version lowered", "versions_approved", "UPDATE conversations SET version = 1 WHERE id = 7", "approval 8"),
    Damage(
        "version approved twice",
        "versions_approved",
        without_rules("approvals", "UPDATE approvals SET version = 1, conversation_id = 1 WHERE id = 2"),
        "approval 2",
    ),
    Damage(
        "private conversation with a public answer",
        "private_answers",
        "UPDATE conversations SET visibility = 'private' WHERE id = 1",
        "approval 1",
    ),
    Damage(
        "private mention in public",
        "private_mentions",
        "UPDATE mentions SET conversation_id = 1 WHERE visibility = 'private'",
        "mention 6",
    ),
    Damage("text with a NUL", "plain_text", "UPDATE mentions SET text = 'a' || char(0) WHERE id = 4", "mention 4"),
    Damage(
        "sent answer with an unsent part",
        "whole",
        "UPDATE parts SET state = 'pending' WHERE delivery_id = 1",
        "delivery 1",
    ),
    Damage("sent part without a receipt", "receipts", "DELETE FROM receipts WHERE delivery_id = 1", "delivery 1"),
    Damage(
        "answer with the receipt of another part",
        "last_receipt",
        "UPDATE deliveries SET receipt_id = (SELECT id FROM receipts WHERE delivery_id = 3 AND part = 0) WHERE id = 3",
        "delivery 3",
    ),
    Damage("part of an answer lost", "parts", "DELETE FROM parts WHERE delivery_id = 3 AND number = 1", "delivery 3"),
    Damage(
        "one post as two receipts",
        "remote_posts",
        without_rules("receipts", "UPDATE receipts SET remote_id = 'answer-1' WHERE id = 2"),
        "receipt 2",
    ),
    Damage(
        "key used twice",
        "keys",
        without_rules(
            "parts", "UPDATE parts SET key = (SELECT key FROM parts WHERE delivery_id = 1) WHERE delivery_id = 2"
        ),
        "delivery 2",
    ),
    Damage(
        "approval sent twice",
        "one_an_approval",
        without_rules("deliveries", "UPDATE deliveries SET approval_id = 1 WHERE id = 2"),
        "delivery 2",
    ),
    Damage(
        "two answers on their way",
        "one_at_a_time",
        without_rules("deliveries", "UPDATE deliveries SET conversation_id = 1, state = 'unknown' WHERE id IN (1, 2)"),
        "delivery 2",
    ),
    Damage("sending without a lease", "claims", "UPDATE deliveries SET lease_until = NULL WHERE state = 'sending'"),
    Damage(
        "pending though it changed",
        "pending",
        "UPDATE conversations SET version = version + 1 WHERE id IN (SELECT conversation_id FROM deliveries"
        " WHERE state = 'pending')",
    ),
    Damage("pending of somebody who left", "pending", "UPDATE users SET active = 0"),
    Damage("on its way while held", "held", f"UPDATE desk SET held_at = {LATER}, held_reason = 'x'"),
    Damage(
        "hold ended off the record",
        "confirmations_recorded",
        f"UPDATE desk SET confirmed_at = {LATER}, confirmed_by = 1, confirmed_in = 1",
        "desk 1",
    ),
    Damage(
        "our answer taken for a colleague's",
        "own_posts",
        "UPDATE outside_answers SET remote_id = 'answer-1' WHERE id = 1",
        "outside answer 1",
    ),
    Damage(
        "a colleague's answer left outside its conversation",
        "strays",
        "INSERT INTO outside_names SELECT channel_id, 'reference', reference, 1 FROM mentions WHERE id = 1",
        "outside answer 1",
    ),
    Damage(
        "clock stopped", "awaiting", f"UPDATE conversations SET awaiting_since = NULL, due_at = NULL WHERE id = {OPEN}"
    ),
    Damage(
        "answered for one who wrote again",
        "awaiting",
        "UPDATE mentions SET said_version = 99 WHERE id = 1",
        "conversation 1",
    ),
    Damage(
        "mark for a proposal turned round",
        "undrafted",
        "UPDATE conversations SET undrafted = 1 - undrafted WHERE id = 1",
        "conversation 1",
    ),
    Damage("due date moved", "due", f"UPDATE conversations SET due_at = {LATER} WHERE id = {OPEN}"),
    Damage("promise of a channel changed alone", "due", "UPDATE channels SET answer_seconds = 1"),
    Damage("clock of a channel unreadable", "due", "UPDATE channels SET hours = '[]'"),
    Damage(
        "clock stands in a lane that runs", "due", f"UPDATE conversations SET stopped_at = {LATER} WHERE id = {OPEN}"
    ),
    Damage(
        "breach never raised",
        "raised",
        f"UPDATE conversations SET due_at = '2001-01-01T00:00:00.000000Z' WHERE id = {OPEN}",
    ),
    Damage(
        "promise never raised",
        "promised",
        "UPDATE follow_ups SET due_at = '2001-01-01T00:00:00.000000Z', raised_at = NULL, done_at = NULL",
        "follow-up 1",
    ),
    Damage("put on top without a reason", "ranked", f"UPDATE conversations SET rank = 599 WHERE id = {OPEN}"),
    Damage("closed by nobody", "closed", "UPDATE conversations SET resolved_by = NULL WHERE id = 2", "conversation 2"),
    Damage(
        "closed without a reason",
        "closed",
        "UPDATE conversations SET resolved_reason = '' WHERE id = 2",
        "conversation 2",
    ),
    Damage("put away though it awaits", "put_away", f"UPDATE conversations SET state = 'waiting' WHERE id = {OPEN}"),
    Damage("snoozed for ever", "put_away", "UPDATE conversations SET snoozed_until = NULL"),
    Damage(
        "queued into nothing",
        "queued",
        "UPDATE mentions SET conversation_id = NULL, said_version = NULL WHERE id = 1",
        "mention 1",
    ),
    Damage("judgement of older words", "queued", "UPDATE mentions SET version = 2 WHERE id = 1", "mention 1"),
    Damage("channel that cannot answer", "senders", "UPDATE channels SET kind = 'pigeon'", "channel 1"),
    Damage("evidence by nobody", "evidence", "UPDATE receipts SET user_id = NULL"),
    Damage("trigger dropped", "triggers", "DROP TRIGGER IF EXISTS approvals_stay", "approvals_stay"),
    Damage(
        "trigger weakened",
        "triggers",
        "DROP TRIGGER IF EXISTS events_stay;"
        " CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT 1 \x3b END",
        "events_stay",
    ),
    Damage("author removed", "foreign_keys", "DELETE FROM authors"),
    Damage(
        "column of another type",
        "integrity",
        "PRAGMA writable_schema=ON; UPDATE sqlite_master"
        " SET sql = replace(sql, 'handle TEXT NOT NULL', 'handle INTEGER NOT NULL')"
        " WHERE name = 'authors'; PRAGMA writable_schema=RESET",
    ),
    Damage("event removed", "numbers", "DELETE FROM events WHERE id = 5", "event 5"),
    Damage("newest event cut off", "numbers", "DELETE FROM events WHERE id = (SELECT max(id) FROM events)"),
    Damage("sealed event changed", "seals", "UPDATE events SET user_id = NULL WHERE id = 2", "seal 1"),
    Damage("seal changed", "seals", "UPDATE seals SET hash = previous WHERE id = 1", "seal 1"),
    Damage("first seal removed", "seals", "DELETE FROM seals WHERE id = 1", "seal 2"),
    Damage(
        "approval off the record",
        "approvals_recorded",
        "UPDATE events SET kind = 'x' WHERE kind = 'approval.given'",
        "approval 1",
    ),
    Damage(
        "answer off the record",
        "answers_recorded",
        "UPDATE events SET kind = 'x' WHERE kind = 'delivery.sent'",
        "delivery 1",
    ),
    Damage(
        "closing off the record",
        "closings_recorded",
        "UPDATE events SET kind = 'x' WHERE kind = 'conversation.resolved'",
        "conversation 2",
    ),
    Damage(
        "time that is none",
        "times",
        "UPDATE mentions SET heard_at = 'yesterday afternoon, at 4 Z' WHERE id = 1",
        "mentions 1 heard_at",
    ),
    Damage(
        "erased words that are still there",
        "erased_mentions",
        f"UPDATE mentions SET erased_at = {LATER} WHERE id = 1",
        "mention 1",
    ),
    Damage(
        "words erased by nobody",
        "erasures_recorded",
        f"UPDATE mentions SET text = '', title = '', quoted = '', raw = NULL, erased_at = {LATER} WHERE id = 1",
        "mention 1",
    ),
    Damage(
        "vector of deleted words",
        "forgotten_vectors",
        f"INSERT INTO vectors VALUES (1, 1, 'x', 1.0, x'01'); UPDATE mentions SET deleted_at = {LATER} WHERE id = 1",
        "mention 1",
    ),
    Damage(
        "topic of words without a vector",
        "forgotten_vectors",
        "INSERT INTO topics VALUES (2, 'x', 0.5)",
        "mention 2",
    ),
    Damage("erased answer that is still there", "erased_previews", f"UPDATE previews SET erased_at = {LATER}"),
    Damage(
        "erased answer elsewhere that is still there",
        "erased_answers",
        f"UPDATE outside_answers SET erased_at = {LATER}",
        "outside answer 1",
    ),
]
