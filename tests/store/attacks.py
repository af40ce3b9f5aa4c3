"""Attacks by raw SQL on a desk where one answer was sent, one is pending and one is in doubt; all must be refused.

Each names the trigger that stands in its way, or none where a CHECK, a UNIQUE or a foreign key does.
"""

from dataclasses import dataclass

APPROVE = (
    "INSERT INTO approvals (conversation_id, channel_id, version, visibility, draft_id, draft_version, sha256,"
    " preview_visibility, user_id, session_id, at, four_eyes, second_eyes, expires_at) SELECT c.id, c.channel_id,"
    " {version}, {visibility}, {draft}, {words}, {sha256}, {shown}, {user}, {session}, t.at, {four}, {second},"
    " strftime('%Y-%m-%dT%H:%M:%f000Z', t.at, '{lasts} seconds') FROM conversations c, (SELECT {at} AS at) t"
    " WHERE c.id = {conversation}"
)
NOW = "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')"


def approve(**how: str) -> str:
    """An approval that would be right but for what is given."""
    values = {
        "conversation": "4",
        "version": "c.version",
        "visibility": "c.visibility",
        "draft": "(SELECT max(id) FROM drafts WHERE conversation_id = 4)",
        "sha256": "(SELECT sha256 FROM deliveries WHERE id = 1)",
        "shown": "'public'",
        "user": "(SELECT id FROM users WHERE login = 'ada@square')",
        "session": "(SELECT id FROM sessions WHERE user_id = (SELECT id FROM users WHERE login = 'ada@square'))",
        "at": NOW,
        "words": "(SELECT max(version) FROM draft_versions WHERE draft_id = (SELECT max(id) FROM drafts"
        " WHERE conversation_id = c.id))",
        "four": "0",
        "second": "0",
        "lasts": "86400",
        **how,
    }
    return APPROVE.format(**values)


@dataclass(frozen=True)
class Attack:
    """What somebody tries, and which trigger refuses it."""

    name: str
    sql: str
    trigger: str = ""


def _person(login: str) -> dict[str, str]:
    user = f"(SELECT id FROM users WHERE login = '{login}')"
    return {"user": user, "session": f"(SELECT max(id) FROM sessions WHERE user_id = {user})"}


BY = "approvals_by_an_active_approver"
SCRIPT = "approvals_by_script_only_in_a_demo"
VERSION = "approvals_of_the_present_version"
RULES = "approvals_by_the_rules_in_force"
EYES = "approvals_by_four_eyes"
KEEP = "deliveries_keep_their_approval"
NOBODY = "awaiting_since = NULL, due_at = NULL"
CONFIRMED = "desk_is_held_until_confirmed"
HELD = f"UPDATE desk SET held_at = {NOW}, held_reason = 'x'"
ADMIN = "UPDATE users SET role = 'admin' WHERE login <> 'ada@square'"


def confirm(login: str) -> str:
    """The end of a hold, by that person in their newest session."""
    who = _person(login)
    return (
        f"UPDATE desk SET held_at = NULL, held_reason = NULL, confirmed_at = {NOW}, confirmed_by = {who['user']},"
        f" confirmed_in = {who['session']}"
    )


FOUR = "UPDATE channels SET four_eyes = 1"
SECOND = "UPDATE channels SET second_eyes_on_edits = 1"
WORDS = (
    "INSERT INTO draft_versions (draft_id, version, text, subject, user_id, at, submitted_by, submitted_at)"
    f" SELECT max(id), {{version}}, '{{text}}', '', {{user}}, {NOW}, {{submitter}},"
    f" CASE WHEN {{submitter}} IS NULL THEN NULL ELSE {NOW} END FROM drafts WHERE conversation_id = 4"
)


def words(version: int, text: str, user: str, submitter: str = "NULL") -> str:
    """Further words of the draft in work, by that person."""
    return WORDS.format(version=version, text=text, user=user, submitter=submitter)


ADA, BO = _person("ada@square")["user"], _person("bo@square")["user"]
EDITED = f"{SECOND}; {words(2, 'bo', BO, BO)}; {words(3, 'ada', ADA)}"
"""Ada has changed what Bo submitted."""

RIGHT = approve()
"""What makes the attacks on approvals meaningful: this one is let through."""
RIGHTS = [
    RIGHT,
    f"{FOUR}; {approve(four='1')}",
    f"{EDITED}; {approve(second='1', **_person('other'))}",
    f"{SECOND}; {words(2, 'ada', ADA, ADA)}; {words(3, 'ada again', ADA)}; {approve(second='1')}",
]
"""Let through as well: somebody else's words, an edit seen by another, one's own words changed."""

ATTACKS = [
    Attack("approval by a viewer", approve(**_person("viewer")), BY),
    Attack("approval by an agent", approve(**_person("bo@square")), BY),
    Attack("approval by somebody who left", approve(**_person("left")), BY),
    Attack("approval in an ended session", approve(**_person("gone")), BY),
    Attack("approval in an expired session", approve(**_person("late")), BY),
    Attack("approval dated before its session", approve(at="'2020-01-01T00:00:00.000000Z'"), BY),
    Attack("approval in another person's session", approve(session=_person("other")["session"])),
    Attack("approval without a session", approve(session="NULL")),
    Attack("approval by the script outside a demo", approve(**_person("script")), SCRIPT),
    Attack("approval of a version that is past", approve(version="c.version - 1"), VERSION),
    Attack("approval of a version to come", approve(version="c.version + 1"), VERSION),
    Attack("approval of a draft of another conversation", approve(draft="1")),
    Attack("approval of a preview that is not there", approve(sha256=f"'{'0' * 64}'")),
    Attack(
        "public preview for a private conversation",
        approve(conversation="5", draft="(SELECT max(id) FROM drafts WHERE conversation_id = 5)"),
    ),
    Attack(
        "public preview passed off as private",
        approve(conversation="5", draft="(SELECT max(id) FROM drafts WHERE conversation_id = 5)", shown="'private'"),
    ),
    Attack("private conversation passed off as public", approve(conversation="5", visibility="'public'", draft="5")),
    Attack(
        "second approval of a version",
        "INSERT INTO approvals SELECT NULL, conversation_id, channel_id, version, visibility, draft_id, draft_version,"
        " sha256, preview_visibility, user_id, session_id, at, four_eyes, second_eyes, expires_at FROM approvals"
        " WHERE id = 2",
    ),
    Attack("approval of one's own words with four eyes", f"{FOUR}; {words(2, 'x', ADA)}; {approve(four='1')}", EYES),
    Attack(
        "approval of words one submitted with four eyes",
        f"{FOUR}; {words(2, 'x', BO, ADA)}; {approve(four='1')}",
        EYES,
    ),
    Attack(
        "approval of a proposal that nobody submitted, with four eyes",
        f"{FOUR}; {words(2, 'x', 'NULL')}; {approve(four='1')}",
        EYES,
    ),
    Attack("approval that denies four eyes", f"{FOUR}; {words(2, 'x', ADA)}; {approve()}", RULES),
    Attack(
        "approval of older words, by somebody else than the newest",
        f"{FOUR}; {words(2, 'x', ADA)}; {approve(four='1', words='1')}",
        "approvals_of_the_newest_words",
    ),
    Attack("approval of words that are not there", approve(words="7")),
    Attack("approval of one's own edit", f"{EDITED}; {approve(second='1')}", "approvals_of_edits_by_second_eyes"),
    Attack("approval that denies second eyes", f"{EDITED}; {approve()}", RULES),
    Attack("approval that lasts too long", approve(lasts="864000"), RULES),
    Attack("approval that has expired already", approve(lasts="-1")),
    Attack(
        "sending after the approval expired",
        "UPDATE deliveries SET state = 'sending', claimed_by = 'x', lease_until = '2099-01-01T00:00:00.000000Z',"
        " changed_at = '2099-01-01T00:00:00.000000Z' WHERE id = 2",
        "deliveries_send_before_their_approval_expires",
    ),
    Attack(
        "words given another writer", f"UPDATE draft_versions SET user_id = {ADA}", "draft_versions_keep_their_writer"
    ),
    Attack(
        "approved words rewritten",
        "UPDATE draft_versions SET text = 'x' WHERE draft_id = (SELECT draft_id FROM approvals WHERE id = 1)",
        "draft_versions_stay",
    ),
    Attack(
        "submitted words rewritten",
        f"{words(2, 'x', BO, BO)}; UPDATE draft_versions SET text = 'y' WHERE version = 2",
        "draft_versions_stay",
    ),
    Attack(
        "older words rewritten",
        f"{words(2, 'x', ADA)}; UPDATE draft_versions SET text = 'y' WHERE version = 1",
        "draft_versions_stay",
    ),
    Attack(
        "words passed off as submitted by another",
        f"{words(2, 'x', BO, BO)}; UPDATE draft_versions SET submitted_by = {ADA} WHERE version = 2",
        "draft_versions_are_submitted_once",
    ),
    Attack(
        "approved words submitted afterwards",
        f"UPDATE draft_versions SET submitted_by = {BO}, submitted_at = {NOW}"
        " WHERE draft_id = (SELECT draft_id FROM approvals WHERE id = 1)",
        "draft_versions_are_submitted_once",
    ),
    Attack("words removed", "DELETE FROM draft_versions", "draft_versions_remain"),
    Attack(
        "words replaced",
        "INSERT OR REPLACE INTO draft_versions SELECT * FROM draft_versions",
        "draft_versions_remain",
    ),
    Attack("erased words that still stand, in a draft", f"UPDATE draft_versions SET erased_at = {NOW}"),
    Attack("submitted by nobody", f"UPDATE draft_versions SET submitted_at = {NOW} WHERE submitted_by IS NULL"),
    Attack("presence of a kind there is not", f"INSERT INTO presence VALUES (1, 1, 'spying', {NOW})"),
    Attack("approval changed", "UPDATE approvals SET sha256 = sha256 WHERE id = 1", "approvals_stay"),
    Attack("approval removed", "DELETE FROM approvals WHERE id = 2", "approvals_remain"),
    Attack(
        "approval replaced", "INSERT OR REPLACE INTO approvals SELECT * FROM approvals WHERE id = 2", "approvals_remain"
    ),
    Attack(
        "second delivery of an approval",
        "INSERT INTO deliveries (approval_id, sha256, conversation_id, channel_id, route, after, not_before,"
        " created_at, changed_at) SELECT approval_id, sha256, conversation_id, channel_id, route, after, not_before,"
        " created_at, changed_at FROM deliveries WHERE id = 1",
    ),
    Attack(
        "delivery of other words than were approved",
        "UPDATE deliveries SET sha256 = (SELECT sha256 FROM deliveries WHERE id = 3) WHERE id = 2",
        KEEP,
    ),
    Attack(
        "delivery moved to another conversation",
        "UPDATE deliveries SET conversation_id = 4 WHERE id = 2",
        KEEP,
    ),
    Attack(
        "delivery by another route",
        "UPDATE deliveries SET route = 'hand' WHERE id = 2",
        KEEP,
    ),
    Attack("delivery removed", "DELETE FROM deliveries WHERE id = 2", "deliveries_remain"),
    Attack(
        "delivery replaced",
        "INSERT OR REPLACE INTO deliveries SELECT * FROM deliveries WHERE id = 2",
        "deliveries_remain",
    ),
    Attack(
        "sent without a receipt",
        f"UPDATE deliveries SET state = 'sent', sent_at = {NOW} WHERE id = 2",
    ),
    Attack(
        "sent by the receipt of another answer",
        f"UPDATE deliveries SET state = 'sent', sent_at = {NOW}, receipt_id = 1 WHERE id = 2",
    ),
    Attack(
        "sent while a part is not",
        "UPDATE parts SET state = 'pending', receipt_id = NULL WHERE delivery_id = 1",
        "parts_are_sent_once",
    ),
    Attack("sent answer sent again", "UPDATE deliveries SET state = 'pending' WHERE id = 1", "deliveries_end_once"),
    Attack(
        "answer in doubt sent again blindly",
        f"UPDATE deliveries SET state = 'sending', claimed_by = 'x', lease_until = {NOW} WHERE id = 3",
        "deliveries_in_doubt_are_read_back",
    ),
    Attack(
        "sending what was approved for an older version",
        "UPDATE conversations SET version = version + 1 WHERE id = 2;"
        f"UPDATE deliveries SET state = 'sending', claimed_by = 'x', lease_until = {NOW} WHERE id = 2",
        "deliveries_send_what_still_holds",
    ),
    Attack(
        "sending for somebody who left",
        "UPDATE users SET active = 0 WHERE login = 'ada@square';"
        f"UPDATE deliveries SET state = 'sending', claimed_by = 'x', lease_until = {NOW} WHERE id = 2",
        "deliveries_send_for_an_active_approver",
    ),
    Attack("sending without a claim", "UPDATE deliveries SET state = 'sending' WHERE id = 2"),
    Attack("part with another key", "UPDATE parts SET key = 'mine' WHERE delivery_id = 2", "parts_keep_their_key"),
    Attack("part removed", "DELETE FROM parts WHERE delivery_id = 2", "parts_remain"),
    Attack("receipt changed", "UPDATE receipts SET remote_id = 'x' WHERE id = 1", "receipts_stay"),
    Attack("receipt removed", "DELETE FROM receipts WHERE id = 1", "receipts_remain"),
    Attack(
        "receipt replaced", "INSERT OR REPLACE INTO receipts SELECT * FROM receipts WHERE id = 1", "receipts_remain"
    ),
    Attack(
        "one post as the receipt of two answers",
        "INSERT INTO receipts (delivery_id, part, channel_id, remote_id, url, evidence, at)"
        " SELECT 2, 0, channel_id, remote_id, url, evidence, at FROM receipts WHERE id = 1",
    ),
    Attack(
        "receipt of a part that is not there",
        "INSERT INTO receipts (delivery_id, part, channel_id, remote_id, url, evidence, at)"
        " SELECT 2, 7, channel_id, 'new', url, evidence, at FROM receipts WHERE id = 1",
    ),
    Attack(
        "receipt by hand of nobody",
        "INSERT INTO receipts (delivery_id, part, channel_id, remote_id, url, evidence, at)"
        " SELECT 2, 0, channel_id, 'new', url, 'by_hand', at FROM receipts WHERE id = 1",
    ),
    Attack("preview rewritten", 'UPDATE previews SET body = \'{"visibility":"public"}\'', "previews_stay"),
    Attack("preview removed", "DELETE FROM previews", "previews_remain"),
    Attack(
        "preview replaced",
        "INSERT OR REPLACE INTO previews (sha256, visibility, body)"
        " SELECT sha256, visibility, '{\"visibility\":\"public\"}' FROM previews WHERE visibility = 'public'",
        "previews_remain",
    ),
    Attack(
        "public words under a private preview",
        "INSERT INTO previews (sha256, visibility, body)"
        f" VALUES ('{'a' * 64}', 'private', '{{\"visibility\":\"public\"}}')",
    ),
    Attack("event changed", "UPDATE events SET at = at WHERE id = 1", "events_stay"),
    Attack("event removed", "DELETE FROM events WHERE id = (SELECT max(id) FROM events)", "events_remain"),
    Attack("event replaced", "INSERT OR REPLACE INTO events SELECT * FROM events WHERE id = 3", "events_remain"),
    Attack("seal changed", "UPDATE seals SET at = at", "seals_stay"),
    Attack("seal removed", "DELETE FROM seals", "seals_remain"),
    Attack("seal replaced", "INSERT OR REPLACE INTO seals SELECT * FROM seals", "seals_remain"),
    Attack(
        "second seal on the same seal",
        "INSERT INTO seals (first_event, last_event, previous, hash, at)"
        " SELECT first_event + 1, last_event, previous, substr(hash, 2) || 'x', at FROM seals",
    ),
    Attack(
        "resolved by nobody",
        f"UPDATE conversations SET state = 'resolved', resolved_at = {NOW}, {NOBODY} WHERE id = 4",
    ),
    Attack(
        "resolved without a reason",
        f"UPDATE conversations SET state = 'resolved', resolved_at = {NOW}, resolved_by = 1, awaiting_since = NULL,"
        " due_at = NULL WHERE id = 4",
    ),
    Attack(
        "resolved by a rule without a name",
        f"UPDATE conversations SET state = 'resolved', resolved_at = {NOW}, resolved_rule = '', awaiting_since = NULL,"
        " due_at = NULL WHERE id = 4",
    ),
    Attack(
        "resolved while words await an answer",
        f"UPDATE conversations SET state = 'resolved', resolved_at = {NOW}, resolved_rule = 'noise' WHERE id = 4",
    ),
    Attack("waiting while words await an answer", "UPDATE conversations SET state = 'waiting' WHERE id = 4"),
    Attack(
        "private mention in a public conversation", "UPDATE mentions SET conversation_id = 4 WHERE conversation_id = 5"
    ),
    Attack("private conversation made public", "UPDATE conversations SET visibility = 'public' WHERE id = 5"),
    Attack(
        "version lowered", "UPDATE conversations SET version = version - 1 WHERE id = 1", "conversations_never_go_back"
    ),
    Attack("draft about a mention elsewhere", "UPDATE drafts SET mention_id = 1 WHERE conversation_id = 4"),
    Attack(
        "second draft in work",
        "INSERT INTO drafts SELECT NULL, conversation_id, mention_id, state, text, subject, source,"
        " user_id, returned_reason, created_at, changed_at FROM drafts WHERE conversation_id = 4",
    ),
    Attack("judgement of another mention", "UPDATE mentions SET judgement_id = 1 WHERE id = 4"),
    Attack("judgement of words that were never said", "UPDATE judgements SET mention_version = 9 WHERE id = 1"),
    Attack("conversation removed", "DELETE FROM conversations WHERE id = 4"),
    Attack("mention removed", "DELETE FROM mentions WHERE id = 4"),
    Attack(
        "same mention twice",
        "INSERT INTO mentions SELECT NULL, channel_id, stream_id, author_id, conversation_id,"
        " said_version, remote_id, reference, thread, visibility, kind, route, route_reason, address, title, text,"
        " quoted, url, language, attachments, participants, raw, version, history, judgement_id, queued, created_at,"
        " heard_at, changed_at, said_there, deleted_at, erased_at FROM mentions WHERE id = 4",
    ),
    Attack("erased words that still stand", f"UPDATE mentions SET erased_at = {NOW} WHERE id = 4"),
    Attack("demo switched on", "UPDATE desk SET demo = 1", "desk_stays"),
    Attack("stamp removed", "DELETE FROM desk", "desk_remains"),
    Attack(
        "stamp replaced",
        "INSERT OR REPLACE INTO desk (id, instance, demo, created_at) SELECT id, instance, 1, created_at FROM desk",
        "desk_remains",
    ),
    Attack(
        "second stamp",
        "INSERT INTO desk (id, instance, demo, created_at) SELECT 2, instance, 1, created_at FROM desk",
    ),
    Attack("mark taken back", "UPDATE desk SET marked = 1; UPDATE desk SET marked = 0", "desk_stays_marked"),
    Attack("hold ended by nobody", f"{HELD}; UPDATE desk SET held_at = NULL, held_reason = NULL", CONFIRMED),
    Attack("hold ended by an approver", f"{HELD}; {confirm('ada@square')}", CONFIRMED),
    Attack("hold ended in an ended session", f"{HELD}; {ADMIN}; {confirm('gone')}", CONFIRMED),
    Attack("hold ended in an expired session", f"{HELD}; {ADMIN}; {confirm('late')}", CONFIRMED),
    Attack("hold ended by somebody who left", f"{HELD}; {ADMIN}; {confirm('left')}", CONFIRMED),
    Attack("hold ended by the script", f"{HELD}; {ADMIN}; {confirm('script')}", CONFIRMED),
    Attack(
        "confirmed while held", f"{HELD}; UPDATE desk SET confirmed_at = held_at, confirmed_by = 1, confirmed_in = 1"
    ),
    Attack("held without a reason", f"UPDATE desk SET held_at = {NOW}"),
    Attack(
        "sending while held",
        f"{HELD}; UPDATE deliveries SET state = 'sending', claimed_by = 'x', lease_until = {NOW} WHERE id = 2",
        "deliveries_are_held",
    ),
    Attack(
        "waiting answer called doubtful",
        "UPDATE deliveries SET state = 'unknown' WHERE id = 2",
        "deliveries_are_doubted_untried_only_when_held",
    ),
    Attack(
        "script's session passed off as a person's",
        "UPDATE sessions SET kind = 'password' WHERE kind = 'script'",
        "sessions_keep_their_person",
    ),
    Attack(
        "session handed to somebody else", "UPDATE sessions SET user_id = 2 WHERE id = 3", "sessions_keep_their_person"
    ),
    Attack("session of an API token", "UPDATE sessions SET kind = 'token'"),
    Attack("unknown role", "UPDATE users SET role = 'king' WHERE id = 1"),
    Attack("cursor without its time", "UPDATE streams SET cursor = 'x', cursor_at = NULL"),
    Attack("time without a zone", "UPDATE mentions SET heard_at = '2026-11-22T07:22:00.000000'"),
    Attack("time without microseconds", "UPDATE conversations SET changed_at = '2026-11-22T07:22:00Z'"),
    Attack("time of another zone", "UPDATE conversations SET opened_at = '2026-11-22T07:22:00.000000+01:00'"),
    Attack("time with a space", "UPDATE streams SET cursor_at = '2026-11-22 07:22:00.000000Z'"),
    Attack("number for a text", "UPDATE mentions SET text = x'00ff'"),
]
