"""Approval: an active person's yes to one exact preview at one version of a conversation (promise 2)."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from twoway import clock
from twoway.domain import Preview, Route
from twoway.errors import Refused, Stale
from twoway.states import After, move
from twoway.store import clocks, conversations, draft_versions, drafts, endings, eyes, hold
from twoway.store.database import Store
from twoway.store.deliveries import DeliveryRow, get
from twoway.store.events import record
from twoway.store.rows import columns, maybe
from twoway.store.sessions import Session
from twoway.text import canonical, sha256


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """Who said yes to what, when, and at which version."""

    id: int
    conversation_id: int
    version: int
    draft_id: int
    draft_version: int
    sha256: str
    user_id: int
    session_id: int
    at: str
    four_eyes: int
    second_eyes: int
    expires_at: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person approved: the draft as they saw it, its exact preview, and what follows."""

    conversation: int
    version: int
    draft: drafts.DraftRow
    preview: Preview
    route: Route
    after: After
    not_before: datetime


def by_id(store: Store, approval: int) -> ApprovalRow | None:
    """The approval, if there is one."""
    sql = f"SELECT {columns(ApprovalRow)} FROM approvals WHERE id = ?"
    return maybe(ApprovalRow, store.read().execute(sql, (approval,)))


def part_key(instance: str, delivery: int, preview: Preview, number: int) -> str:
    """A key that no other desk, delivery, text or part ever has, not even after a restored backup."""
    return sha256(canonical([instance, delivery, preview.sha256, number]))[:32]


def approve(store: Store, decision: Decision, session: Session) -> DeliveryRow:
    """Write the approval and its one delivery, in one transaction. Raises Stale, Refused; also while held."""
    now = clock.now()
    with store.write() as db:
        hold.refuse(db)
        found = conversations.expect(db, decision.conversation, decision.version)
        draft = drafts.in_work(db, found.id)
        if draft is None or _shown(draft) != _shown(decision.draft):
            raise Stale("this draft has changed since you looked at it; look again")
        _refuse_closed(db, found, decision.preview)
        _refuse_second(db, found.id)
        against = eyes.barred(db, found.channel_id, draft.id, session.user_id)
        if against:
            raise Refused(against)
        db.execute(
            "UPDATE drafts SET state = ?, returned_reason = NULL, changed_at = ? WHERE id = ?",
            (move("draft", draft.state, "approved"), clock.stamp(now), draft.id),
        )
        conversations.want_draft(db, found.id)
        approval = _approval(db, found, decision, session, now)
        return _delivery(db, found, decision, approval, session.user_id, now)


def _shown(draft: drafts.DraftRow) -> tuple[int, str, str, str]:
    return draft.id, draft.changed_at, draft.text, draft.subject


def _refuse_closed(db: sqlite3.Connection, found: conversations.Conversation, preview: Preview) -> None:
    if found.state == "resolved":
        raise Refused("this conversation is closed; reopen it to answer once more")
    name = db.execute("SELECT name FROM channels WHERE id = ?", (found.channel_id,)).fetchone()["name"]
    if preview.channel != name:
        raise Refused(f"this answer would go out on {preview.channel}, the conversation is on {name}")


def _refuse_second(db: sqlite3.Connection, conversation: int) -> None:
    row = db.execute(
        "SELECT state FROM deliveries WHERE conversation_id = ? AND state IN ('pending', 'sending', 'unknown')",
        (conversation,),
    ).fetchone()
    if row:
        raise Refused(f"an answer in this conversation is {row['state']} already; wait for it or undo it")


def _approval(
    db: sqlite3.Connection, found: conversations.Conversation, decision: Decision, session: Session, now: datetime
) -> int:
    preview, rules = decision.preview, eyes.rules(db, found.channel_id)
    db.execute(
        "INSERT OR IGNORE INTO previews (sha256, visibility, body) VALUES (?, ?, ?)",
        (preview.sha256, preview.visibility, preview.canonical()),
    )
    approval = db.execute(
        "INSERT INTO approvals (conversation_id, channel_id, version, visibility, draft_id, draft_version, sha256,"
        " preview_visibility, user_id, session_id, at, four_eyes, second_eyes, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            found.id,
            found.channel_id,
            decision.version,
            found.visibility,
            decision.draft.id,
            draft_versions.newest(db, decision.draft.id).version,
            preview.sha256,
            preview.visibility,
            session.user_id,
            session.id,
            clock.stamp(now),
            int(rules.four_eyes),
            int(rules.second_eyes_on_edits),
            clock.stamp(now + timedelta(seconds=rules.approval_seconds)),
        ),
    ).lastrowid
    record(
        db, "approval.given", now, channel=found.channel_id, conversation=found.id, user=session.user_id,
        approval=approval, version=decision.version, draft=decision.draft.id, session=session.id,
    )  # fmt: skip
    return approval or 0


def _delivery(
    db: sqlite3.Connection,
    found: conversations.Conversation,
    decision: Decision,
    approval: int,
    user: int,
    now: datetime,
) -> DeliveryRow:
    preview = decision.preview
    delivery = db.execute(
        "INSERT INTO deliveries (approval_id, sha256, conversation_id, channel_id, route, after, not_before,"
        " created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            approval,
            preview.sha256,
            found.id,
            found.channel_id,
            decision.route,
            decision.after,
            clock.stamp(decision.not_before),
            clock.stamp(now),
            clock.stamp(now),
        ),
    ).lastrowid
    instance = db.execute("SELECT instance FROM desk").fetchone()["instance"]
    db.executemany(
        "INSERT INTO parts (delivery_id, number, key) VALUES (?, ?, ?)",
        [(delivery, n, part_key(instance, delivery or 0, preview, n)) for n in range(len(preview.parts))],
    )
    record(db, "delivery.pending", now, conversation=found.id, user=user, delivery=delivery, approval=approval)
    return get(db, delivery or 0)


def undo(store: Store, conversation: int, user: int) -> None:
    """Take back an approval whose answer has not gone out. Raises Refused when it has."""
    with store.write() as db:
        pending = db.execute(
            "SELECT id FROM deliveries WHERE conversation_id = ? AND state = 'pending'", (conversation,)
        ).fetchone()
        if pending is None:
            raise Refused("it is too late to undo: the answer is on its way or sent")
        conversations.raise_version(db, conversation, clock.now(), "undone", user)


_EXPIRED = """
SELECT d.id FROM deliveries d JOIN approvals a ON a.id = d.approval_id
WHERE d.state = 'pending' AND a.expires_at <= ? LIMIT 200
"""


def expire_once(store: Store) -> bool:
    """Cancel what waited longer than its approval lasts, by API or by hand; its words go back. Was there any?"""
    now = clock.now()
    found = [row["id"] for row in store.read().execute(_EXPIRED, (clock.stamp(now),)).fetchall()]
    for delivery in found:
        with store.write() as db:
            _expire(db, get(db, delivery), now)
    return bool(found)


def _expire(db: sqlite3.Connection, delivery: DeliveryRow, now: datetime) -> None:
    if delivery.state != "pending":
        return
    conversation = delivery.conversation_id
    conversations.raise_version(db, conversation, now, "the approval expired")
    conversations.note(db, conversation, endings.EXPIRED, None, now)
    conversations.reopen(db, conversation, now, "the approval expired")
    clocks.refresh(db, conversation)
