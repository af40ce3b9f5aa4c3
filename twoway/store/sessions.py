"""Sessions: rows that can be ended, found by the hash of a token that only the browser holds."""

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from twoway import clock
from twoway.errors import Refused
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.rows import columns, maybe
from twoway.text import sha256

SessionKind = Literal["password", "link", "script"]
LASTS = timedelta(hours=12)
LINK_LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Session:
    """A person's own session; approvals name it."""

    id: int
    user_id: int
    kind: SessionKind
    csrf: str
    expires_at: str


def begin(store: Store, user: int, kind: SessionKind) -> tuple[str, Session]:
    """A new session and its token, which is shown once and kept only as a hash."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with store.write() as db:
        row = db.execute(
            "INSERT INTO sessions (user_id, token_hash, kind, csrf, created_at, seen_at, expires_at)"
            f" VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING {columns(Session)}",
            (
                user,
                sha256(token),
                kind,
                secrets.token_urlsafe(24),
                clock.stamp(now),
                clock.stamp(now),
                clock.stamp(now + LASTS),
            ),
        ).fetchone()
        record(db, "session.begun", now, user=user, session=row["id"], by=kind)
    return token, Session(*row)


def living(store: Store, token: str) -> Session | None:
    """The session of a token, while it lasts and its person is active."""
    sql = (
        f"SELECT {columns(Session, 's')} FROM sessions s JOIN users u ON u.id = s.user_id"
        " WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.expires_at > ? AND u.active = 1"
    )
    return maybe(Session, store.read().execute(sql, (sha256(token), clock.stamp(clock.now()))))


def end(store: Store, session: int) -> None:
    """Sign out."""
    with store.write() as db:
        end_each(db, "id = ?", session)


def end_each(db: sqlite3.Connection, which: str, *values: int) -> None:
    """End those that last, inside a transaction; never before what was approved in them, as clocks are set back."""
    db.execute(
        "UPDATE sessions SET ended_at = max(?, coalesce((SELECT max(a.at) FROM approvals a"
        f" WHERE a.session_id = sessions.id), '')) WHERE ended_at IS NULL AND {which}",
        (clock.stamp(clock.now()), *values),
    )


def make_link(store: Store, user: int) -> str:
    """The token of a login link that works once, for half an hour."""
    token = secrets.token_urlsafe(32)
    with store.write() as db:
        db.execute(
            "INSERT INTO login_links (user_id, token_hash, expires_at) VALUES (?, ?, ?)",
            (user, sha256(token), clock.stamp(clock.now() + LINK_LASTS)),
        )
    return token


def use_link(store: Store, token: str) -> tuple[str, Session]:
    """Sign in with a login link. Raises Refused if it was used, is too old, or its person has left."""
    now = clock.stamp(clock.now())
    with store.write() as db:
        row = db.execute(
            "UPDATE login_links SET used_at = ? WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?"
            " AND EXISTS (SELECT 1 FROM users u WHERE u.id = user_id AND u.active = 1) RETURNING user_id",
            (now, sha256(token), now),
        ).fetchone()
    if row is None:
        raise Refused("this link was used already or is too old; ask for a new one with `twoway user link`")
    return begin(store, int(row["user_id"]), "link")
