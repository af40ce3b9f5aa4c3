"""Mentions: kept as heard, with every version of their words, and read back as a conversation needs them."""

import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime

from twoway import clock
from twoway.domain import Attachment, Author, Mention
from twoway.store.database import Store
from twoway.store.rows import columns, many, maybe, one
from twoway.text import canonical, storable


@dataclass(frozen=True, slots=True)
class MentionRow:
    """A mention as it is kept."""

    id: int
    channel_id: int
    author_id: int
    conversation_id: int | None
    remote_id: str
    reference: str
    thread: str
    visibility: str
    kind: str
    route: str
    route_reason: str
    address: str
    title: str
    text: str
    quoted: str
    url: str
    language: str
    attachments: str
    version: int
    history: int
    judgement_id: int | None
    created_at: str
    heard_at: str
    changed_at: str
    deleted_at: str | None
    erased_at: str | None

    @property
    def files(self) -> list[Attachment]:
        """What was attached."""
        return [Attachment(**found) for found in json.loads(self.attachments)]


@dataclass(frozen=True, slots=True)
class AuthorRow:
    """An author as they are kept."""

    id: int
    channel_id: int
    remote_id: str
    handle: str
    name: str
    url: str
    followers: int | None
    first_seen_at: str


@dataclass(frozen=True, slots=True)
class Version:
    """What a mention said before or says now."""

    version: int
    text: str
    at: str


def by_id(store: Store, mention: int) -> MentionRow:
    """The mention. Raises NotFound."""
    sql = f"SELECT {columns(MentionRow)} FROM mentions WHERE id = ?"
    return one(MentionRow, store.read().execute(sql, (mention,)), f"mention {mention}")


def of_conversation(store: Store, conversation: int) -> list[MentionRow]:
    """The mentions of a conversation in the order they were said."""
    sql = f"SELECT {columns(MentionRow)} FROM mentions WHERE conversation_id = ? ORDER BY created_at, id"
    return many(MentionRow, store.read().execute(sql, (conversation,)))


def latest(db: sqlite3.Connection, conversation: int) -> MentionRow | None:
    """The last words of a customer in a conversation that still stand; an answer goes to their address.

    History comes second: the address of what came from a file is one for a person.
    """
    sql = (
        f"SELECT {columns(MentionRow)} FROM mentions WHERE conversation_id = ? AND kind = 'message'"
        " AND deleted_at IS NULL AND erased_at IS NULL ORDER BY history, created_at DESC, id DESC LIMIT 1"
    )
    return maybe(MentionRow, db.execute(sql, (conversation,)))


def versions(store: Store, mention: int) -> list[Version]:
    """Everything a mention has said, oldest first."""
    sql = f"SELECT {columns(Version)} FROM mention_versions WHERE mention_id = ? ORDER BY version"
    return many(Version, store.read().execute(sql, (mention,)))


def raw(store: Store, mention: int) -> bytes | None:
    """The bytes as received; None once erased."""
    row = store.read().execute("SELECT raw FROM mentions WHERE id = ?", (mention,)).fetchone()
    return None if row is None else row["raw"]


def author(store: Store, author_id: int) -> AuthorRow:
    """The author. Raises NotFound."""
    sql = f"SELECT {columns(AuthorRow)} FROM authors WHERE id = ?"
    return one(AuthorRow, store.read().execute(sql, (author_id,)), f"author {author_id}")


def automatic(store: Store, limit: int) -> list[MentionRow]:
    """Robots, lists and bounces that were seen and are nothing to answer, newest first."""
    sql = f"SELECT {columns(MentionRow)} FROM mentions WHERE kind <> 'message' ORDER BY id DESC LIMIT ?"
    return many(MentionRow, store.read().execute(sql, (limit,)))


def unheard(store: Store, channel: int, references: tuple[str, ...]) -> list[str]:
    """Those of the platform's names of posts that the desk has not kept."""
    sql = "SELECT 1 FROM mentions WHERE channel_id = ? AND reference = ? LIMIT 1"
    read = store.read()
    return [name for name in references if read.execute(sql, (channel, storable(name))).fetchone() is None]


IMPORTED = "import"
"""The stream of what was brought in from a file; no collector has one of this name."""


@dataclass(frozen=True, slots=True)
class ChannelMemory:
    """The kept mentions of one channel, as its collector sees them (a `twoway.ports.Memory`)."""

    store: Store
    channel: int

    def standing(self, below: int, limit: int) -> list[tuple[int, str]]:
        """At most ``limit`` that were neither deleted nor erased, newest first: row id and the platform's id.

        What came from a file alone is not among them: its id may be anybody's, and the platform would say it is gone.
        """
        sql = (
            "SELECT id, remote_id FROM mentions WHERE channel_id = :channel AND id < :below AND deleted_at IS NULL"
            " AND erased_at IS NULL"
            " AND stream_id IS NOT (SELECT id FROM streams WHERE channel_id = :channel AND name = :imported)"
            " ORDER BY id DESC LIMIT :limit"
        )
        values = {"channel": self.channel, "below": below or 2**62, "imported": IMPORTED, "limit": limit}
        rows = self.store.read().execute(sql, values)
        return [(row[0], row[1]) for row in rows]


def keep_author(db: sqlite3.Connection, channel: int, found: Author, now: datetime) -> int:
    """The author's row, made or brought up to date."""
    row = db.execute(
        "INSERT INTO authors (channel_id, remote_id, handle, name, url, followers, first_seen_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (channel_id, remote_id) DO UPDATE SET handle = excluded.handle,"
        " name = CASE excluded.name WHEN '' THEN name ELSE excluded.name END, url = excluded.url,"
        " followers = coalesce(excluded.followers, followers) RETURNING id",
        (
            channel,
            storable(found.id),
            storable(found.handle),
            storable(found.name),
            storable(found.url),
            found.followers,
            clock.stamp(now),
        ),
    ).fetchone()
    return int(row["id"])


_TEXTS = ("thread", "address", "title", "text", "quoted", "url", "language", "route_reason")


def insert(db: sqlite3.Connection, stream: sqlite3.Row, mention: Mention, now: datetime) -> int:
    """Keep a mention that was not known before, with its first version and its references; its row id.

    ``stream`` has ``id``, ``channel_id`` and the channel's ``started_at``: what was said before that is history.
    """
    said = min(mention.created_at, now)  # a clock elsewhere may run ahead; nobody is answered before they wrote
    values = {
        "channel_id": stream["channel_id"],
        "stream_id": stream["id"],
        "author_id": keep_author(db, stream["channel_id"], mention.author, now),
        "remote_id": storable(mention.id),
        "reference": storable(mention.reference or mention.id),
        **{name: storable(getattr(mention, name)) for name in _TEXTS},
        "visibility": mention.visibility,
        "kind": mention.kind,
        "route": mention.route,
        "attachments": storable(canonical([asdict(found) for found in mention.attachments])),
        "participants": storable(canonical(list(mention.participants))),
        "raw": mention.raw,
        # By the platform's word alone: were our clock to fall behind, whatever is said from now on would pass for old.
        "history": int(is_history(mention, stream["started_at"])),
        "created_at": clock.stamp(said),
        "heard_at": clock.stamp(now),
        "changed_at": clock.stamp(now),
        "said_there": clock.stamp(_said_there(mention)),
    }
    sql = f"INSERT INTO mentions ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"
    row_id = db.execute(sql, tuple(values.values())).lastrowid or 0
    keep_version(db, row_id, 1, values["text"], mention.raw, now)
    db.executemany(
        "INSERT INTO mention_references (mention_id, channel_id, position, reference) VALUES (?, ?, ?, ?)",
        [(row_id, stream["channel_id"], at, storable(name)) for at, name in enumerate(mention.replies_to)],
    )
    return row_id


def _said_there(mention: Mention) -> datetime:
    """Since when its words are what they are: whatever we said before then answers other words."""
    arrived = mention.arrived_at or mention.created_at
    return max(arrived, mention.edited_at or arrived)


def is_history(mention: Mention, started_at: str) -> bool:
    """Whether it was said before the channel's start; in whole seconds, since some platforms know no others."""
    seconds = len("2026-11-22T07:22:00")
    return clock.stamp(mention.arrived_at or mention.created_at)[:seconds] < started_at[:seconds]


def keep_version(
    db: sqlite3.Connection, mention: int, version: int, text: str, raw_bytes: bytes, now: datetime
) -> None:
    """Keep what a mention says as of now."""
    db.execute(
        "INSERT INTO mention_versions (mention_id, version, text, raw, at) VALUES (?, ?, ?, ?, ?)",
        (mention, version, text, raw_bytes if version > 1 else None, clock.stamp(now)),
    )
