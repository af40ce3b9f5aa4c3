"""The lanes whose customers reach somebody by name first: whose they are, and telling them."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from twoway.states import RIGHTS
from twoway.store import alerts
from twoway.store.database import Store
from twoway.store.events import record

OWNED = ("unhappy", "super")


def keep_owners(store: Store, owners: Mapping[str, str | None]) -> None:
    """Whose each lane is from now on, by login; None: nobody's."""
    with store.write() as db:
        db.executemany("UPDATE lanes SET owner = ? WHERE name = ?", [(login, name) for name, login in owners.items()])


def own(db: sqlite3.Connection, conversation: int, now: datetime) -> None:
    """Give a conversation to the owner of its lane, if nobody has it and the owner may write."""
    row = db.execute(
        "SELECT u.id, u.role FROM conversations c JOIN lanes l ON l.name = c.lane JOIN users u ON u.login = l.owner"
        " WHERE c.id = ? AND c.assignee_id IS NULL AND u.active = 1",
        (conversation,),
    ).fetchone()
    if row and "write" in RIGHTS[row["role"]]:
        db.execute("UPDATE conversations SET assignee_id = ? WHERE id = ?", (row["id"], conversation))
        record(db, "conversation.assigned", now, conversation=conversation, user=None, to=row["id"])


def entered(db: sqlite3.Connection, conversation: int, was: str, now: datetime) -> None:
    """A conversation that has come into such a lane goes to its owner, who is told."""
    row = db.execute("SELECT lane, version, channel_id FROM conversations WHERE id = ?", (conversation,)).fetchone()
    if row["lane"] == was or row["lane"] not in OWNED:
        return
    own(db, conversation, now)
    cause = f"lane:{conversation}:{row['lane']}:{row['version']}"
    alerts.raise_alert(db, "lane", cause, row["channel_id"], conversation, now)
