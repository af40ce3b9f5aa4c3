"""What the inbox and the command line list, most pressing first."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twoway import clock
from twoway.store.database import Store
from twoway.store.rows import many


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation as a line of a list. ``text`` is what was said last; ``draft`` and ``delivery`` are states."""

    id: int
    channel: str
    kind: str
    state: str
    visibility: str
    lane: str
    rank: int
    author: str
    handle: str
    followers: int | None
    title: str | None
    text: str | None
    language: str | None
    sentiment: str | None
    complaint: int | None
    last_heard_at: str
    awaiting_since: str | None
    due_at: str | None
    snoozed_until: str | None
    assignee_id: int | None
    draft: str | None
    delivery: str | None
    reason: str | None
    route: str | None
    """How the last delivery goes out: `api` or `hand`."""
    score: str
    """JSON object of points by their reason."""
    target: str
    """Which answer is owed: `first` or `next`."""
    warn_at: str | None
    alike: int
    """In how many others nearly the same is said, counted up to ``MOST_ALIKE``."""
    group: int | None
    """Of which mention this is nearly a copy, or which was copied here: the same for all that say the same."""

    promised_at: str | None
    """By when somebody promised to do something."""

    @property
    def points(self) -> dict[str, int]:
        """Points by their reason, the most first."""
        found: dict[str, int] = json.loads(self.score)
        return dict(sorted(found.items(), key=lambda part: -part[1]))


TO_DO = 200
"""The rank of the lowest lane whose conversations are to be answered; what is below is looked at when there is time."""
MOST_ALIKE = 100

_PROMISED = "(SELECT min(f.due_at) FROM follow_ups f WHERE f.conversation_id = c.id AND f.done_at IS NULL)"
_LINES = f"""
SELECT c.id, h.name, h.kind, c.state, c.visibility, c.lane, c.rank,
  CASE WHEN a.name <> '' THEN a.name ELSE a.handle END, a.handle, a.followers, m.title, m.text, j.language, j.sentiment,
  j.complaint, c.last_heard_at, c.awaiting_since, c.due_at, c.snoozed_until, c.assignee_id,
  (SELECT d.state FROM drafts d WHERE d.conversation_id = c.id AND d.state IN ('writing', 'submitted', 'returned')),
  v.state, v.reason, v.route, c.score, c.target, c.warn_at,
  (SELECT count(DISTINCT conversation_id) FROM (
    SELECT x.conversation_id FROM mentions o JOIN likenesses l ON l.mention_id = o.id
    JOIN likenesses a ON a.first_id = l.first_id JOIN mentions x ON x.id = a.mention_id
    WHERE o.conversation_id = c.id AND x.conversation_id <> c.id LIMIT {MOST_ALIKE})),
  (SELECT l.first_id FROM mentions o JOIN likenesses l ON l.mention_id = o.id WHERE o.conversation_id = c.id
    ORDER BY l.first_id LIMIT 1), {_PROMISED}
FROM conversations c JOIN channels h ON h.id = c.channel_id JOIN authors a ON a.id = c.author_id
LEFT JOIN mentions m ON m.id = (SELECT id FROM mentions WHERE conversation_id = c.id ORDER BY created_at DESC LIMIT 1)
LEFT JOIN judgements j ON j.id = m.judgement_id
LEFT JOIN deliveries v ON v.id = (SELECT max(id) FROM deliveries WHERE conversation_id = c.id)
"""

_THEIRS = "{} w INDEXED BY {} CROSS JOIN conversations c ON c.id = w.conversation_id"
# A list of what has a draft or a delivery of some sort begins with those, and ends where its page is full.
_FROM = {
    "approve": _THEIRS.format("drafts", "drafts_submitted"),
    "trouble": _THEIRS.format("deliveries", "deliveries_in_trouble"),
}

# Each list says by itself what stands in it and in which order.
LISTS = {
    "open": f"c.state = 'open' AND c.rank >= {TO_DO} ORDER BY c.rank DESC, c.due_at, c.id",
    "approve": "w.state = 'submitted' AND c.state = 'open' ORDER BY c.rank DESC, c.due_at, c.id",
    "mentions": "c.lane = 'mention' AND c.state = 'open' ORDER BY c.rank DESC, c.due_at, c.id",
    "noise": "c.lane = 'noise' AND c.state = 'open' ORDER BY c.rank DESC, c.due_at, c.id",
    "hand": "c.id IN (SELECT conversation_id FROM deliveries WHERE state = 'pending' AND route = 'hand')"
    " ORDER BY c.due_at, c.id",
    "trouble": "w.state IN ('unknown', 'failed') AND NOT EXISTS (SELECT 1 FROM deliveries n"
    " WHERE n.conversation_id = w.conversation_id AND n.id > w.id) AND c.state <> 'resolved'"
    " ORDER BY w.conversation_id",
    "waiting": "c.state = 'waiting' ORDER BY c.changed_at DESC",
    "snoozed": "c.state = 'snoozed' ORDER BY c.snoozed_until",
    "resolved": "c.state = 'resolved' ORDER BY c.changed_at DESC",
    "overdue": "c.due_at <= :now ORDER BY c.due_at, c.id",
    "promised": f"c.id IN (SELECT conversation_id FROM follow_ups WHERE done_at IS NULL) ORDER BY {_PROMISED}, c.id",
}


_OF_TOPIC = (
    "c.id IN (SELECT m.conversation_id FROM topics t JOIN mentions m ON m.id = t.mention_id WHERE t.name = :topic) AND"
)


def lines(store: Store, name: str, limit: int = 50, offset: int = 0, topic: str = "") -> list[Line]:
    """A page of the list of that name; the keys of ``LISTS`` are the lists there are. ``topic``: only of that one."""
    # The page is chosen by numbers alone: sorting whole lines would fill in thirty thousand for the ten that are shown.
    chosen = f"SELECT c.id FROM {_from(name)} WHERE {_OF_TOPIC if topic else ''} {LISTS[name]}"
    order = LISTS[name].partition(" ORDER BY ")[2].replace("w.conversation_id", "c.id")
    sql = f"{_LINES} WHERE c.id IN ({chosen} LIMIT :limit OFFSET :offset) ORDER BY {order}"
    values = {"limit": limit, "offset": offset, "now": clock.stamp(clock.now()), "topic": topic}
    return many(Line, store.read().execute(sql, values))


def line(store: Store, conversation: int) -> Line | None:
    """One conversation as a line."""
    found = many(Line, store.read().execute(f"{_LINES} WHERE c.id = ?", (conversation,)))
    return found[0] if found else None


def of_author(store: Store, author: int, but: int, limit: int = 10) -> list[Line]:
    """What else this author has come with, newest first."""
    sql = f"{_LINES} WHERE c.author_id = ? AND c.id <> ? ORDER BY c.id DESC LIMIT ?"
    return many(Line, store.read().execute(sql, (author, but, limit)))


def of_numbers(store: Store, conversations: Sequence[int]) -> list[Line]:
    """These conversations, the newest first."""
    sql = f"{_LINES} WHERE c.id IN (SELECT value FROM json_each(?)) ORDER BY c.id DESC"
    return many(Line, store.read().execute(sql, (json.dumps(list(conversations)),)))


_NEWS = """
SELECT coalesce((SELECT max(id) FROM events), 0), coalesce((SELECT max(id) FROM mentions), 0),
  coalesce((SELECT max(id) FROM judgements), 0)
"""


def news(store: Store) -> tuple[int, ...]:
    """Changes whenever a list or a conversation may read differently; not by polls that heard nothing."""
    return tuple(store.read().execute(_NEWS).fetchone())


def _from(name: str) -> str:
    return _FROM.get(name, "conversations c")


def _in_list(name: str) -> str:
    """What stands in that list, in no order: sorting thirty thousand to count a thousand takes most of the time."""
    return f"{_from(name)} WHERE {LISTS[name].partition(' ORDER BY ')[0]}"


def counts(store: Store, cap: int = 1000) -> dict[str, int]:
    """How many conversations stand in each list, counted up to ``cap``."""
    found: dict[str, Any] = {}
    for name in LISTS:
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {_in_list(name)} LIMIT :cap)"
        found[name] = store.read().execute(sql, {"cap": cap, "now": clock.stamp(clock.now())}).fetchone()[0]
    return found


def total(store: Store, name: str) -> int:
    """Exactly how many conversations stand in the list of that name."""
    sql = f"SELECT count(*) FROM {_in_list(name)}"
    return int(store.read().execute(sql, {"now": clock.stamp(clock.now())}).fetchone()[0])


_DUE = "c.due_at > :now AND c.due_at <= :until ORDER BY c.due_at, c.id"
_PROMISED_UNTIL = (
    "c.id IN (SELECT conversation_id FROM follow_ups WHERE done_at IS NULL AND due_at <= :until)"
    f" ORDER BY {_PROMISED}, c.id"
)


def due_until(store: Store, until: datetime, limit: int) -> tuple[int, list[Line]]:
    """The clocks that run out from now until then: how many, and the first of them."""
    return _first(store, _DUE, until, limit)


def promised_until(store: Store, until: datetime, limit: int) -> tuple[int, list[Line]]:
    """Where somebody promised to do something by then and has not: how many, and the first of them."""
    return _first(store, _PROMISED_UNTIL, until, limit)


def _first(store: Store, which: str, until: datetime, limit: int) -> tuple[int, list[Line]]:
    values = {"now": clock.stamp(clock.now()), "until": clock.stamp(until), "limit": limit}
    (total,) = store.read().execute(f"SELECT count(*) FROM conversations c WHERE {which}", values).fetchone()
    return int(total), many(Line, store.read().execute(f"{_LINES} WHERE {which} LIMIT :limit", values))
