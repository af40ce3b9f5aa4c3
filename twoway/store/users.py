"""People: who they are, what they may do."""

import sqlite3
from dataclasses import dataclass

from twoway import clock
from twoway.errors import Refused
from twoway.states import RIGHTS, Role
from twoway.store import conversations, sessions
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.rows import columns, many, maybe, one


@dataclass(frozen=True, slots=True)
class User:
    """A person at this desk. ``initials`` sign answers; ``language`` is '' for the browser's."""

    id: int
    login: str
    name: str
    initials: str
    role: Role
    language: str
    password_hash: str | None
    active: int
    created_at: str


def add(store: Store, login: str, name: str, initials: str, role: str, password_hash: str | None) -> User:
    """A new person. Raises Refused if the login is taken or the role unknown."""
    if role not in RIGHTS:
        raise Refused(f"there is no role {role!r}; there are {', '.join(RIGHTS)}")
    now = clock.now()
    with store.write() as db:
        if maybe(User, db.execute(f"SELECT {columns(User)} FROM users WHERE login = ?", (login,))):
            raise Refused(f"the login {login!r} is taken")
        made = db.execute(
            "INSERT INTO users (login, name, initials, role, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            (login, name, initials, role, password_hash, clock.stamp(now)),
        )
        record(db, "user.added", now, user=made.lastrowid, role=role)
    return by_login(store, login)


def by_login(store: Store, login: str) -> User:
    """The person who signs in so. Raises NotFound."""
    sql = f"SELECT {columns(User)} FROM users WHERE login = ?"
    return one(User, store.read().execute(sql, (login,)), f"user {login!r}")


def by_id(store: Store, user: int) -> User:
    """The person. Raises NotFound."""
    return one(User, store.read().execute(f"SELECT {columns(User)} FROM users WHERE id = ?", (user,)), f"user {user}")


def all_of(store: Store) -> list[User]:
    """Everybody, by name."""
    return many(User, store.read().execute(f"SELECT {columns(User)} FROM users ORDER BY name"))


def set_password(store: Store, user: int, password_hash: str) -> None:
    """A new password ends every session that the old one opened."""
    now = clock.now()
    with store.write() as db:
        db.execute("UPDATE users SET password_hash = ? WHERE id = ?", (password_hash, user))
        _end_sessions(db, user)
        record(db, "user.password_set", now, user=user)


def set_language(store: Store, user: int, language: str) -> None:
    """The language this person sees the desk in; '' for the browser's."""
    with store.write() as db:
        db.execute("UPDATE users SET language = ? WHERE id = ?", (language, user))


def set_role(store: Store, user: int, role: str, by: int | None) -> None:
    """Another role; what this person approved and has not gone out is withdrawn if they may no longer approve."""
    if role not in RIGHTS:
        raise Refused(f"there is no role {role!r}; there are {', '.join(RIGHTS)}")
    now = clock.now()
    with store.write() as db:
        if role != "admin":
            _keep_an_admin(db, user)
        db.execute("UPDATE users SET role = ? WHERE id = ?", (role, user))
        record(db, "user.role_set", now, user=by, of=user, role=role)
        if "approve" not in RIGHTS[role]:
            _withdraw_approvals(db, user)


def deactivate(store: Store, user: int, by: int | None) -> None:
    """This person no longer works here: sessions end, approvals that have not gone out are withdrawn."""
    now = clock.now()
    with store.write() as db:
        _keep_an_admin(db, user)
        db.execute("UPDATE users SET active = 0 WHERE id = ?", (user,))
        record(db, "user.deactivated", now, user=by, of=user)
        _end_sessions(db, user)
        _withdraw_approvals(db, user)


def _keep_an_admin(db: sqlite3.Connection, leaving: int) -> None:
    admins = {row["id"] for row in db.execute("SELECT id FROM users WHERE role = 'admin' AND active = 1")}
    if admins == {leaving}:
        raise Refused("this is the only admin; make somebody else an admin first")


def _end_sessions(db: sqlite3.Connection, user: int) -> None:
    sessions.end_each(db, "user_id = ?", user)


def _withdraw_approvals(db: sqlite3.Connection, user: int) -> None:
    rows = db.execute(
        "SELECT d.conversation_id FROM deliveries d JOIN approvals a ON a.id = d.approval_id"
        " WHERE a.user_id = ? AND d.state IN ('pending', 'sending', 'unknown')",
        (user,),
    ).fetchall()
    for row in rows:
        conversations.raise_version(db, row["conversation_id"], clock.now(), "the approver's right was withdrawn")
