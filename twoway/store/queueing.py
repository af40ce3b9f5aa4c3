"""From a judged mention to a conversation on the desk."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from twoway import clock
from twoway.domain import Author, Mention
from twoway.priority import Score, joined
from twoway.store import alerts, clocks, conversations, elsewhere, lanes, scores
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.rows import many
from twoway.store.threads import Place, participants, place


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged mention on which the queue has not acted yet."""

    mention_id: int
    judgement_id: int
    conversation_id: int | None
    complaint: int
    wants_answer: int
    noise: int
    urgency: str
    abstained: int
    severe: int
    sentiment: str
    followers: int | None
    said_at: str
    past: str = "[]"
    """JSON list of what the author said before on this channel, the newest first, at most ``PAST`` of it: when, whether
    it was a complaint, a grave one, and how it sounded."""
    tags: str = "[]"
    """JSON list of what people say of the author."""


PAST = 50


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a judged mention belongs."""

    lane: str
    score: Score


Placing = Callable[[Judged], Placed]

_PAST = f"""(SELECT json_group_array(json_array(created_at, complaint, severe, sentiment)) FROM (
  SELECT o.created_at, p.complaint, p.severe, p.sentiment FROM mentions o JOIN judgements p ON p.id = o.judgement_id
  WHERE o.author_id = m.author_id AND o.id < m.id AND o.deleted_at IS NULL AND o.erased_at IS NULL
  ORDER BY o.id DESC LIMIT {PAST}))"""
_JUDGED = (
    "SELECT m.id, j.id, m.conversation_id, j.complaint, j.wants_answer, j.noise, j.urgency, j.abstained, j.severe,"
    f" j.sentiment, a.followers, m.created_at, {_PAST},"
    " (SELECT json_group_array(tag) FROM author_tags WHERE author_id = a.id)"
    " FROM mentions m JOIN judgements j ON j.id = m.judgement_id JOIN authors a ON a.id = m.author_id"
)


def unqueued(store: Store, limit: int) -> list[Judged]:
    """The oldest judged mentions that the queue has not acted on."""
    sql = (
        f"{_JUDGED} WHERE m.queued = 0 AND m.judgement_id IS NOT NULL"
        " AND m.kind = 'message' AND m.history = 0 AND m.deleted_at IS NULL AND m.erased_at IS NULL"
        " ORDER BY m.id LIMIT ?"
    )
    return many(Judged, store.read().execute(sql, (limit,)))


_TAKEN = (
    "SELECT * FROM mentions WHERE id = ? AND judgement_id = ? AND queued = 0 AND deleted_at IS NULL"
    " AND erased_at IS NULL"
)


def enqueue(store: Store, judged: Judged, placed: Placed, alarms: Sequence[str] = ()) -> int | None:
    """Give a mention its conversation, joining its thread's or opening one, and start its clock.

    A lane never falls because of a further mention. ``alarms`` are the rules of alerts that these words break, each
    told of once.
    Returns the conversation's id; None if another process was first or the words have changed meanwhile.
    """
    now = clock.now()
    mention = judged.mention_id
    with store.write() as db:
        row = db.execute(_TAKEN, (mention, judged.judgement_id)).fetchone()
        if row is None:
            return None
        conversation = row["conversation_id"] or _seat(db, row, placed.lane, now)
        db.execute("UPDATE mentions SET queued = 1 WHERE id = ?", (mention,))
        was = _lift(db, conversation, placed, now)
        elsewhere.gather(db, conversation, now)
        start_clock(db, conversation, now)
        lanes.entered(db, conversation, was, now)
        for rule in alarms:
            cause = f"{rule}:{mention}:{row['version']}"
            alerts.raise_alert(db, rule, cause, row["channel_id"], conversation, now, mention=mention)
        return int(conversation)


def rearrange(db: sqlite3.Connection, conversation: int, placing: Placing, now: datetime, user: int | None) -> None:
    """Put a conversation where its mentions belong by their present judgements, and start its clock or stop it."""
    sql = (
        f"{_JUDGED} WHERE m.conversation_id = ? AND m.queued = 1 AND m.kind = 'message' AND m.history = 0"
        " AND m.deleted_at IS NULL AND m.erased_at IS NULL"
    )
    judged = many(Judged, db.execute(sql, (conversation,)))
    if judged:
        was, places = conversations.get(db, conversation).lane, [placing(one) for one in judged]
        ranks = {row["name"]: row["rank"] for row in db.execute("SELECT name, rank FROM lanes")}
        lane = max((place.lane for place in places), key=ranks.__getitem__)
        db.execute("UPDATE conversations SET lane = ? WHERE id = ?", (lane, conversation))
        scores.put(db, conversation, joined(*(place.score for place in places)))
        if lane != was:
            record(db, "conversation.lane_set", now, conversation=conversation, user=user, was=was, lane=lane)
            lanes.own(db, conversation, now)
    start_clock(db, conversation, now)


def placed_by_person(db: sqlite3.Connection, conversation: int) -> bool:
    """Whether somebody has said where it belongs; no score knows better."""
    sql = "SELECT 1 FROM events WHERE conversation_id = ? AND kind = 'conversation.lane_set' AND user_id IS NOT NULL"
    return db.execute(sql, (conversation,)).fetchone() is not None


def start_clock(db: sqlite3.Connection, conversation: int, now: datetime) -> None:
    """Words that were judged only after their conversation was put away bring it back."""
    state = conversations.get(db, conversation).state
    if state in ("waiting", "resolved") and conversations.awaiting_since(db, conversation):
        conversations.reopen(db, conversation, now, "the customer's words want an answer")
    clocks.refresh(db, conversation)


def _seat(db: sqlite3.Connection, row: sqlite3.Row, lane: str, now: datetime) -> int:
    found = place(db, row["channel_id"], _as_heard(db, row))
    if found.conversation is not None:
        conversations.said(db, row["id"], found.conversation, now, "the customer wrote again")
        return found.conversation
    return _open(db, row, lane, found, now)


def _as_heard(db: sqlite3.Connection, row: sqlite3.Row) -> Mention:
    names = db.execute(
        "SELECT reference FROM mention_references WHERE mention_id = ? ORDER BY position", (row["id"],)
    ).fetchall()
    author = db.execute("SELECT remote_id, handle FROM authors WHERE id = ?", (row["author_id"],)).fetchone()
    return Mention(
        id=row["remote_id"],
        author=Author(author["remote_id"], author["handle"]),
        text="",
        created_at=clock.parse(row["created_at"]),
        address="",
        visibility=row["visibility"],
        raw=b"",
        reference=row["reference"],
        replies_to=tuple(name["reference"] for name in names),
        thread=row["thread"],
    )


def _open(db: sqlite3.Connection, row: sqlite3.Row, lane: str, found: Place, now: datetime) -> int:
    """In the lowest lane at first, from which its words lift it to ``lane``."""
    at = clock.stamp(now)
    conversation = (
        db.execute(
            "INSERT INTO conversations (channel_id, author_id, visibility, lane, opened_at, changed_at,"
            " last_heard_at, linked_to) VALUES (?, ?, ?, 'noise', ?, ?, ?, ?)",
            (row["channel_id"], row["author_id"], row["visibility"], at, at, row["heard_at"], found.linked),
        ).lastrowid
        or 0
    )
    conversations.attach(db, row["id"], conversation)
    _gather(db, row, conversation)
    record(db, "conversation.opened", now, channel=row["channel_id"], conversation=conversation, lane=lane)
    return conversation


# Each way has an index; in one condition with OR they would have none, and history may be a million mentions.
_RELATED = """
SELECT m.id, a.remote_id FROM mentions m JOIN authors a ON a.id = m.author_id
WHERE m.conversation_id IS NULL AND m.visibility = :visibility AND m.id IN (
  SELECT o.id FROM mention_references r CROSS JOIN mentions o ON o.reference = r.reference
    WHERE r.mention_id = :mention AND o.channel_id = :channel
  UNION SELECT r.mention_id FROM mention_references r WHERE r.channel_id = :channel AND r.reference = :name
  UNION SELECT o.id FROM mentions o WHERE o.channel_id = :channel AND o.thread = :thread AND o.thread <> '')
"""


def _gather(db: sqlite3.Connection, row: sqlite3.Row, conversation: int) -> None:
    """Bring what this mention answers, or what answers it, along as context: heard before, in no conversation yet."""
    members = participants(db, conversation) if row["visibility"] == "private" else None
    related = db.execute(
        _RELATED,
        {
            "channel": row["channel_id"],
            "visibility": row["visibility"],
            "mention": row["id"],
            "name": row["reference"],
            "thread": row["thread"],
        },
    ).fetchall()
    for other in related:
        if members is None or other["remote_id"] in members:
            conversations.attach(db, other["id"], conversation)


def _lift(db: sqlite3.Connection, conversation: int, placed: Placed, now: datetime) -> str:
    """Into that lane, if it is higher; for each reason the most points that anything said here had. The lane before."""
    was = conversations.get(db, conversation).lane
    db.execute(
        "UPDATE conversations SET lane = :lane WHERE id = :id"
        " AND (SELECT rank FROM lanes WHERE name = :lane) > (SELECT rank FROM lanes WHERE name = conversations.lane)",
        {"lane": placed.lane, "id": conversation},
    )
    scores.put(db, conversation, joined(scores.of(db, conversation), placed.score))
    return was
