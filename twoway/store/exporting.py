"""Everything that was heard, with what became of it: read page by page, so that no reader holds the file up."""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from twoway import clock
from twoway.store.database import Store
from twoway.store.events import record

PAGE = 200

_RECEIPTS = """(SELECT json_group_array(
    json_object('id', r.remote_id, 'url', r.url, 'at', r.at, 'evidence', r.evidence))
  FROM (SELECT * FROM receipts WHERE delivery_id = d.id ORDER BY part) r)"""
# One made elsewhere answers what was said last before it.
_BEFORE = """SELECT x.id FROM mentions x WHERE x.conversation_id = o.conversation_id AND x.erased_at IS NULL"""
_ANSWERED = f"""coalesce(
    ({_BEFORE} AND x.created_at <= o.created_at ORDER BY x.created_at DESC, x.id DESC LIMIT 1),
    ({_BEFORE} ORDER BY x.created_at, x.id LIMIT 1))"""
_ANSWERS = f"""(SELECT json_group_array(json(answer)) FROM (
  SELECT json_object('parts', json(coalesce(json_extract(w.body, '$.parts'), '[]')), 'approved_at', p.at,
    'state', d.state, 'sent_at', d.sent_at, 'receipts', json({_RECEIPTS})) AS answer, d.created_at AS at
  FROM drafts f JOIN approvals p ON p.draft_id = f.id JOIN deliveries d ON d.approval_id = p.id
  JOIN previews w ON w.sha256 = d.sha256 WHERE f.mention_id = m.id AND f.conversation_id = m.conversation_id
  UNION ALL
  SELECT json_object('parts', json_array(o.text), 'approved_at', NULL, 'state', 'elsewhere', 'sent_at', o.created_at,
    'receipts', json_array(json_object('id', o.remote_id, 'url', o.url, 'at', o.heard_at, 'evidence', 'heard'))),
    o.created_at
  FROM outside_answers o WHERE o.conversation_id = m.conversation_id AND o.erased_at IS NULL AND m.id = {_ANSWERED}
  ORDER BY at))"""
_CONVERSATION = """CASE WHEN c.id IS NOT NULL THEN json_object('id', c.id, 'state', c.state, 'lane', c.lane,
  'opened_at', c.opened_at, 'awaiting_since', c.awaiting_since, 'due_at', c.due_at, 'resolved_at', c.resolved_at,
  'resolved_reason', coalesce(c.resolved_reason, c.resolved_rule)) END"""
_ALL = f"""
SELECT m.id AS row, m.remote_id AS id, m.created_at, m.text, m.url, m.language AS lang,
  json_object('id', a.remote_id, 'handle', a.handle, 'name', a.name, 'url', a.url, 'followers', a.followers) AS author,
  (SELECT json_group_array(reference) FROM (SELECT reference FROM mention_references WHERE mention_id = m.id
    ORDER BY position)) AS reply_to,
  m.thread, m.visibility, m.reference, m.title, m.kind, h.name AS channel, m.heard_at, m.history, m.deleted_at,
  j.details AS judgement, {_CONVERSATION} AS conversation, {_ANSWERS} AS answers{{more}}
FROM mentions m JOIN channels h ON h.id = m.channel_id JOIN authors a ON a.id = m.author_id
LEFT JOIN judgements j ON j.id = m.judgement_id LEFT JOIN conversations c ON c.id = m.conversation_id
WHERE m.id > :after AND m.erased_at IS NULL{{only}} ORDER BY m.id LIMIT {PAGE}
"""
# What else is held about a person; a conversation's notes stand with the first of their mentions in it.
_MORE = """, m.quoted, m.address, m.participants, m.attachments, m.raw,
  (SELECT json_group_array(json_object('version', v.version, 'text', v.text, 'at', v.at)) FROM
    (SELECT * FROM mention_versions WHERE mention_id = m.id ORDER BY version) v) AS versions,
  (SELECT json_group_array(json_object('state', f.state, 'subject', f.subject, 'text', f.text, 'at', f.changed_at)) FROM
    (SELECT * FROM drafts WHERE mention_id = m.id AND conversation_id = m.conversation_id ORDER BY id) f) AS drafts,
  (SELECT json_group_array(json_object('text', n.text, 'at', n.at)) FROM
    (SELECT * FROM notes WHERE conversation_id = m.conversation_id AND m.id = (SELECT min(x.id) FROM mentions x
      WHERE x.conversation_id = m.conversation_id AND x.author_id = m.author_id) ORDER BY id) n) AS notes"""
_MORE += """, (SELECT json_group_array(json_object('text', p.text, 'due_at', p.due_at, 'done_at', p.done_at)) FROM
    (SELECT * FROM follow_ups WHERE conversation_id = m.conversation_id AND m.id = (SELECT min(x.id) FROM mentions x
      WHERE x.conversation_id = m.conversation_id AND x.author_id = m.author_id) ORDER BY id) p) AS follow_ups"""
_TAGS = "(SELECT json_group_array(tag) FROM (SELECT tag FROM author_tags WHERE author_id = m.author_id ORDER BY tag))"
_MORE += f", {_TAGS} AS tags"
_JSON = ("author", "reply_to", "judgement", "conversation", "answers")
_MORE_JSON = ("participants", "attachments", "versions", "drafts", "notes", "follow_ups", "tags")


def begin(store: Store, user: int | None, channel: int | None = None, author: int | None = None) -> None:
    """Put on the record that somebody takes this out of the house; ``user`` is None for whoever is at the machine."""
    with store.write() as db:
        record(db, "mentions.exported", clock.now(), channel=channel, user=user, author=author)


def everything(store: Store, channel: int | None = None) -> Iterator[dict[str, Any]]:
    """Each mention that was not erased, oldest first, with judgement, conversation and the answers to it."""
    yield from _each(store, " AND m.channel_id = :of" if channel else "", channel, "", _JSON)


def about(store: Store, author: int) -> Iterator[dict[str, Any]]:
    """As `everything`, of one author, with all else that is held: versions, raw bytes (Base64), drafts, notes."""
    for line in _each(store, " AND m.author_id = :of", author, _MORE, _JSON + _MORE_JSON):
        yield {**line, "raw": b64encode(line["raw"]).decode() if line["raw"] is not None else None}


def _each(store: Store, only: str, of: int | None, more: str, parsed: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    sql, after = _ALL.format(only=only, more=more), 0
    while rows := store.read().execute(sql, {"after": after, "of": of}).fetchall():
        for row in rows:
            line = dict(row)
            after = line.pop("row")
            line.update({name: json.loads(line[name]) for name in parsed if line[name] is not None})
            yield {**line, "history": bool(line["history"])}
