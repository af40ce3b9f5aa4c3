"""What people and rules do to a conversation: close, wait, snooze, hand over, note, put in another lane."""

import sqlite3
from datetime import datetime, timedelta

from twoway import clock
from twoway.errors import Refused, Stale
from twoway.states import RIGHTS
from twoway.store import clocks, conversations, corrections, lanes, scores
from twoway.store.database import Store
from twoway.store.events import record
from twoway.text import storable


def close(store: Store, conversation: int, version: int | None, reason: str, user: int) -> None:
    """A named person closes it with a reason; what was approved and has not gone out is withdrawn."""
    if not reason.strip():
        raise Refused("say why this is closed without a further answer")
    now = clock.now()
    with store.write() as db:
        found = conversations.expect(db, conversation, version)
        conversations.raise_version(db, conversation, now, "closed", user)
        conversations.settle(db, conversation)
        conversations.close(db, found, now, reason=storable(reason), user=user)


def wait(store: Store, conversation: int, version: int | None, user: int) -> None:
    """The ball is with the customer; nothing is owed to them for now."""
    now = clock.now()
    with store.write() as db:
        found = conversations.expect(db, conversation, version)
        conversations.settle(db, conversation)
        conversations.wait(db, found, now)
        record(db, "conversation.waiting", now, conversation=conversation, user=user)


def snooze(store: Store, conversation: int, version: int | None, until: datetime, user: int) -> None:
    """Put it aside until then; its clock goes on."""
    now = clock.now()
    if until <= now:
        raise Refused("snooze until a time that lies ahead")
    with store.write() as db:
        found = conversations.expect(db, conversation, version)
        conversations.snooze(db, found, now, until)
        record(db, "conversation.snoozed", now, conversation=conversation, user=user)


def reopen(store: Store, conversation: int, version: int | None, user: int) -> None:
    """A person brings it back onto the desk."""
    now = clock.now()
    with store.write() as db:
        conversations.expect(db, conversation, version)
        conversations.raise_version(db, conversation, now, "reopened", user)
        conversations.reopen(db, conversation, now, "reopened")
        clocks.refresh(db, conversation)


def assign(store: Store, conversation: int, assignee: int | None, user: int) -> None:
    """Hand it to a colleague, or to nobody in particular."""
    with store.write() as db:
        _assign(db, conversation, assignee, user)


def hand_over(store: Store, conversation: int, assignee: int, text: str, user: int) -> None:
    """Hand it to a colleague with a note that says what they have to know; both or neither."""
    if not text.strip():
        raise Refused("say in a note what the colleague has to know")
    with store.write() as db:
        _assign(db, conversation, assignee, user)
        conversations.note(db, conversation, storable(text), user, clock.now())


def take(store: Store, conversation: int, user: int) -> None:
    """This person sees to it. Raises Stale when somebody else has taken it already."""
    with store.write() as db:
        found = conversations.get(db, conversation)
        if found.assignee_id not in (None, user):
            raise Stale("somebody else sees to this already; have it handed over to you")
        if found.assignee_id is None:
            _assign(db, conversation, user, user)


def _assign(db: sqlite3.Connection, conversation: int, assignee: int | None, user: int) -> None:
    conversations.get(db, conversation)
    if assignee is not None and not _can_write(db, assignee):
        raise Refused("this person cannot see to it: they have left, or may only read")
    db.execute("UPDATE conversations SET assignee_id = ? WHERE id = ?", (assignee, conversation))
    record(db, "conversation.assigned", clock.now(), conversation=conversation, user=user, to=assignee)


def _can_write(db: sqlite3.Connection, user: int) -> bool:
    row = db.execute("SELECT role FROM users WHERE id = ? AND active = 1", (user,)).fetchone()
    return row is not None and "write" in RIGHTS[row["role"]]


def note(store: Store, conversation: int, text: str, user: int) -> None:
    """Write an internal note; the customer never sees it."""
    if not text.strip():
        raise Refused("an empty note says nothing")
    with store.write() as db:
        conversations.get(db, conversation)
        conversations.note(db, conversation, storable(text), user, clock.now())


def set_lane(store: Store, conversation: int, lane: str, user: int) -> None:
    """A person says where it belongs: no noise after all, or severe. Its clock follows, and the judge learns."""
    now = clock.now()
    with store.write() as db:
        found = conversations.get(db, conversation)
        if db.execute("SELECT 1 FROM lanes WHERE name = ?", (lane,)).fetchone() is None:
            raise Refused(f"there is no lane {lane!r}")
        db.execute("UPDATE conversations SET lane = ? WHERE id = ?", (lane, conversation))
        scores.put(db, conversation, scores.of(db, conversation))
        clocks.refresh(db, conversation)
        lanes.entered(db, conversation, found.lane, now)
        record(db, "conversation.lane_set", now, conversation=conversation, user=user, was=found.lane, lane=lane)
        corrections.by_lane(db, conversation, found.lane, lane, user, now)


# An answer that is on its way, words that nobody has judged yet, and what we promised ourselves are no silence.
_RIPE = """
SELECT c.id FROM conversations c WHERE (c.state = 'snoozed' AND c.snoozed_until <= :now)
  OR (c.state = 'waiting' AND c.changed_at <= :quiet
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.conversation_id = c.id
                    AND d.state IN ('pending', 'sending', 'unknown'))
    AND NOT EXISTS (SELECT 1 FROM mentions m WHERE m.conversation_id = c.id AND m.kind = 'message' AND m.queued = 0
                    AND m.history = 0 AND m.deleted_at IS NULL AND m.erased_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM follow_ups f WHERE f.conversation_id = c.id AND f.done_at IS NULL))
LIMIT 200
"""


def wake_once(store: Store, silence: timedelta) -> bool:
    """Bring back what was snoozed until now; resolve what waited ``silence`` for a customer who stayed silent."""
    now = clock.now()
    stamp, quiet = clock.stamp(now), clock.stamp(now - silence)
    ripe = [row["id"] for row in store.read().execute(_RIPE, {"now": stamp, "quiet": quiet}).fetchall()]
    for conversation in ripe:
        with store.write() as db:
            found = conversations.get(db, conversation)
            if found.state == "snoozed" and (found.snoozed_until or "") <= stamp:
                conversations.reopen(db, conversation, now, "snoozed until now")
            elif found.state == "waiting" and found.changed_at <= quiet:
                conversations.close(db, found, now, rule="silent customer")
    return bool(ripe)
