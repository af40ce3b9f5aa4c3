"""Presence: who looks at a conversation or writes there right now. It is forgotten by itself and on no record."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from twoway import clock
from twoway.store.database import Store
from twoway.store.rows import many

What = Literal["looking", "writing"]
LASTS = {"looking": timedelta(seconds=30), "writing": timedelta(seconds=15)}
"""How long each is believed after the last sign of it."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is here."""

    user_id: int
    name: str
    what: What


def beat(store: Store, conversation: int, user: int, what: What) -> None:
    """This person is there and looks, or writes; whoever gave no sign since is forgotten."""
    now = clock.now()
    with store.write() as db:
        db.execute("DELETE FROM presence WHERE until <= ?", (clock.stamp(now),))
        db.execute(
            "INSERT INTO presence (conversation_id, user_id, what, until) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET until = excluded.until",
            (conversation, user, what, clock.stamp(now + LASTS[what])),
        )


def others(store: Store, conversation: int, user: int) -> list[Present]:
    """Everybody else who is there, by name; whoever writes also looks."""
    sql = (
        "SELECT u.id, u.name, max(p.what) FROM presence p JOIN users u ON u.id = p.user_id"
        " WHERE p.conversation_id = ? AND p.user_id <> ? AND p.until > ? AND u.active = 1 GROUP BY u.id ORDER BY u.name"
    )
    return many(Present, store.read().execute(sql, (conversation, user, clock.stamp(clock.now()))))
