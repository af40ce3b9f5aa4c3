"""The inbound door: what is pushed at the desk is kept before it is acknowledged."""

from dataclasses import dataclass

from twoway import clock
from twoway.ports import Inbound
from twoway.store.database import Store


def put(
    store: Store, channel: int, media_type: str, body: bytes, *, unique_id: str | None = None, user: int | None = None
) -> int | None:
    """Keep a request and return its id once it is committed; None if one with this ``unique_id`` came before."""
    with store.write() as db:
        row = db.execute(
            "INSERT OR IGNORE INTO inbound (channel_id, unique_id, media_type, body, user_id, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
            (channel, unique_id, media_type, body, user, clock.stamp(clock.now())),
        ).fetchone()
    return None if row is None else int(row["id"])


def kept(store: Store, channel: int, unique_id: str) -> bytes | None:
    """The body that came with this id; empty once it was erased, None where nothing came."""
    sql = "SELECT body FROM inbound WHERE channel_id = ? AND unique_id = ?"
    row = store.read().execute(sql, (channel, unique_id)).fetchone()
    return None if row is None else bytes(row["body"])


@dataclass(frozen=True, slots=True)
class ChannelDoor:
    """The door of one channel, as its collector reads it (a `twoway.ports.Door`)."""

    store: Store
    channel: int

    def after(self, cursor: int, limit: int) -> list[Inbound]:
        """At most ``limit`` requests with an id above ``cursor``, oldest first; without those erased."""
        rows = self.store.read().execute(
            "SELECT id, received_at, media_type, body, coalesce(unique_id, '') FROM inbound WHERE channel_id = ?"
            " AND id > ? AND body <> x'' ORDER BY id LIMIT ?",
            (self.channel, cursor, limit),
        )
        return [Inbound(row[0], clock.parse(row[1]), *row[2:]) for row in rows]
