"""Promises 1, 5 and 8: what was heard is there, every channel answers, what was forgotten is gone."""

import sqlite3

from twoway.channels import channel
from twoway.errors import NotFound
from twoway.store.audit.asking import Settings, found, rows
from twoway.store.audit.report import Check

LOST = (
    rows(
        "cursors",
        "A stream that was heard has a cursor, so that it goes on from there.",
        "stream",
        "streams",
        "SELECT s.id FROM streams s WHERE s.cursor IS NULL"
        " AND EXISTS (SELECT 1 FROM mentions m WHERE m.stream_id = s.id)",
    ),
    rows(
        "versions",
        "A mention has every version of its words, and says what the last one says.",
        "mention",
        "mentions",
        "SELECT m.id FROM mentions m LEFT JOIN mention_versions v ON v.mention_id = m.id AND v.version = m.version"
        " WHERE v.text IS NOT m.text"
        " OR (SELECT count(*) FROM mention_versions a WHERE a.mention_id = m.id) <> m.version",
    ),
    rows(
        "raw",
        "A mention is kept as it was received, unless it was erased.",
        "mention",
        "mentions",
        "SELECT id FROM mentions WHERE raw IS NULL AND erased_at IS NULL",
    ),
)


def _senders(db: sqlite3.Connection, settings: Settings) -> Check:
    known = db.execute("SELECT id, kind FROM channels").fetchall()
    silent = (f"channel {row['id']}" for row in known if not _answers(row["kind"]))
    return found("senders", "A channel is of a kind that says how it answers.", len(known), silent)


def _answers(kind: str) -> bool:
    try:
        return bool(channel(kind).sender)
    except NotFound:
        return False


ONE_WAY = (
    _senders,
    rows(
        "evidence",
        "An answer given by hand names the person who gave the evidence.",
        "receipt",
        "receipts",
        "SELECT r.id FROM receipts r JOIN deliveries d ON d.id = r.delivery_id"
        " WHERE (d.route = 'hand' AND r.evidence <> 'by_hand') OR (r.evidence = 'by_hand' AND r.user_id IS NULL)",
    ),
)

FORGOTTEN = (
    rows(
        "erased_mentions",
        "Of erased mentions no words are left, in none of their versions.",
        "mention",
        "mentions",
        "SELECT m.id FROM mentions m WHERE m.erased_at IS NOT NULL AND (m.raw IS NOT NULL OR m.text <> ''"
        " OR m.title <> '' OR m.quoted <> '' OR m.url <> '' OR m.address <> '' OR m.attachments <> '[]'"
        " OR m.participants <> '[]' OR EXISTS (SELECT 1 FROM corrections c WHERE c.mention_id = m.id)"
        " OR EXISTS (SELECT 1 FROM judgements j WHERE j.mention_id = m.id AND json_extract(j.details, '$.why') <> '[]')"
        " OR EXISTS (SELECT 1 FROM mention_versions v WHERE v.mention_id = m.id"
        " AND (v.text <> '' OR v.raw IS NOT NULL)))",
    ),
    rows(
        "forgotten_vectors",
        "Of erased or deleted mentions, and of words that were edited, no vector, likeness or topic is left.",
        "mention",
        "mentions",
        "SELECT m.id FROM vectors v JOIN mentions m ON m.id = v.mention_id WHERE m.version <> v.mention_version"
        " OR m.deleted_at IS NOT NULL OR m.erased_at IS NOT NULL UNION SELECT o.mention_id FROM"
        " (SELECT mention_id FROM likenesses UNION ALL SELECT mention_id FROM topics) o"
        " WHERE NOT EXISTS (SELECT 1 FROM vectors v WHERE v.mention_id = o.mention_id)",
    ),
    rows(
        "erasures_recorded",
        "Every mention that was erased is on the record.",
        "mention",
        "mentions",
        "SELECT m.id FROM mentions m WHERE m.erased_at IS NOT NULL AND m.id NOT IN"
        " (SELECT json_extract(e.data, '$.mention') FROM events e WHERE e.kind = 'mention.erased')",
    ),
    rows(
        "erased_previews",
        "Of erased answers no words are left.",
        "preview",
        "previews",
        "SELECT sha256 FROM previews WHERE (body IS NULL) <> (erased_at IS NOT NULL)",
    ),
    rows(
        "erased_drafts",
        "A draft says what its newest version says; of erased versions no words are left.",
        "draft",
        "drafts",
        "SELECT d.id FROM drafts d LEFT JOIN draft_versions v ON v.draft_id = d.id AND v.version ="
        " (SELECT max(w.version) FROM draft_versions w WHERE w.draft_id = d.id)"
        " WHERE v.text IS NOT d.text OR v.subject IS NOT d.subject OR EXISTS (SELECT 1 FROM draft_versions w"
        " WHERE w.draft_id = d.id AND w.erased_at IS NOT NULL AND (w.text <> '' OR w.subject <> ''))",
    ),
    rows(
        "erased_answers",
        "Of erased answers made elsewhere no words are left, nor what they answered.",
        "outside answer",
        "outside_answers",
        "SELECT id FROM outside_answers WHERE erased_at IS NOT NULL AND (text <> '' OR raw IS NOT NULL)"
        " UNION SELECT o.id FROM outside_names n JOIN outside_answers o ON o.id = n.outside_id"
        " WHERE o.erased_at IS NOT NULL",
    ),
)
