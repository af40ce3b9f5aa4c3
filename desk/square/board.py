"""What happens on the square: who is there, what they say, take back and change."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Literal

from desk.square import errors
from desk.square.file import File, Row
from twoway import clock
from twoway.text import sha256, storable

Kind = Literal["idempotent", "read-back", "neither"]
NAME = 60
"""Code points of a name."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How this square behaves towards programs; the kinds are those of the real platforms."""

    kind: Kind = "idempotent"
    """``idempotent``: the same key posts once. ``read-back``: posts twice, but gives the key back to its owner.
    ``neither``: forgets the key, and shows an account its own posts late or never."""
    lag: float | None = None
    """Only for ``neither``: seconds until an account's own posts are listed; None: never."""
    length: int = 500
    """Code points of a post."""
    posts_per_minute: int | None = None
    """Of one account, by the API; None: as many as it likes."""

    @property
    def read_back_lag(self) -> float | None:
        """Seconds until a post of one's own can be read back for certain; None: never."""
        return self.lag if self.kind == "neither" else 0


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wants to say."""

    text: str
    visibility: Literal["public", "private"] = "public"
    in_reply_to: int | None = None
    key: str = ""


def handle_of(name: str) -> str:
    """The handle of a name that a person typed: ``Petra Müller`` is ``petra_müller``; empty if nothing is left."""
    return re.sub(r"\W+", "_", storable(name).casefold()).strip("_")[:NAME]


class Board:
    """The square's state; every method is one transaction. Raises SquareError for what it refuses."""

    def __init__(self, path: Path, brand_handle: str, *, brand_name: str = "", token: str = "") -> None:
        self.file = File(path)
        self.brand_handle = handle_of(brand_handle)
        self._mention = re.compile(rf"(?<!\w)@{re.escape(self.brand_handle)}(?!\w)", re.IGNORECASE)
        self.brand = self._enter(self.brand_handle, brand_name or brand_handle)
        if token:
            with self.file.writing() as db:
                db.execute("UPDATE accounts SET token_sha256 = ? WHERE id = ?", (sha256(token), self.brand))

    def newest(self) -> int:
        """The position of the newest activity; it moves with everything that happens here."""
        row = self.file.row("SELECT coalesce(max(id), 0) AS newest FROM activity")
        return int(row["newest"]) if row else 0

    def join(self, name: str) -> int:
        """The account of the customer with that name, made where it is new."""
        name = " ".join(storable(name).split())[:NAME]
        handle = handle_of(name)
        if not handle:
            raise errors.invalid("A name needs at least one letter or digit.")
        if handle == self.brand_handle:
            raise errors.forbidden(f"@{handle} is the brand; play a customer.")
        return self._enter(handle, name)

    def _enter(self, handle: str, name: str) -> int:
        with self.file.writing() as db:
            db.execute(
                "INSERT INTO accounts (handle, name, created_at) VALUES (?, ?, ?) ON CONFLICT (handle) DO NOTHING",
                (handle, name, clock.stamp(clock.now())),
            )
            return int(db.execute("SELECT id FROM accounts WHERE handle = ?", (handle,)).fetchone()["id"])

    def say(self, account: int, words: Words, rules: Rules) -> tuple[int, bool]:
        """The id of the post, and whether it is new (a key seen before on an idempotent square names the old one)."""
        text = storable(words.text)
        if not text.strip():
            raise errors.invalid("A post needs words.")
        if len(text) > rules.length:
            raise errors.invalid(f"The text has {len(text)} characters; {rules.length} are allowed.")
        with self.file.writing() as db:
            known = self._known(db, account, words, rules)
            if known is not None:
                return known, False
            self._slow_down(db, account, words, rules)
            return self._post(db, account, text, words, rules), True

    def _known(self, db: Connection, account: int, words: Words, rules: Rules) -> int | None:
        if rules.kind != "idempotent" or not words.key:
            return None
        sql = "SELECT id, text, deleted_at FROM posts WHERE account = ? AND key = ?"
        found = db.execute(sql, (account, words.key)).fetchone()
        if found is None:
            return None
        if found["deleted_at"] is None and found["text"] != storable(words.text):
            raise errors.SquareError(409, "key_reused", "This Idempotency-Key was used for another text.")
        return int(found["id"])

    def _slow_down(self, db: Connection, account: int, words: Words, rules: Rules) -> None:
        if rules.posts_per_minute is None or account != self.brand:
            return
        since = clock.stamp(clock.now() - timedelta(minutes=1))
        sql = "SELECT count(*) AS many FROM posts WHERE account = ? AND created_at > ?"
        if db.execute(sql, (account, since)).fetchone()["many"] >= rules.posts_per_minute:
            raise errors.too_many(60)

    def _post(self, db: Connection, account: int, text: str, words: Words, rules: Rules) -> int:
        parent = self._parent(db, account, words)
        customer = self._customer(account, words, parent)
        at = clock.stamp(clock.now())
        key = words.key if words.key and rules.kind != "neither" else None
        new = db.execute(
            "INSERT INTO posts (account, text, visibility, in_reply_to, thread, customer, key, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (account, text, words.visibility, words.in_reply_to, parent["thread"] if parent else 0, customer, key, at),
        ).lastrowid
        if new is None:
            raise RuntimeError("SQLite gave a new post no id")
        if parent is None:
            db.execute("UPDATE posts SET thread = id WHERE id = ?", (new,))
        self._record(db, "posted", new, 1, at)
        self._tell_brand(db, new, at)
        return new

    def _parent(self, db: Connection, account: int, words: Words) -> Row | None:
        if words.in_reply_to is None:
            return None
        found: Row | None = db.execute("SELECT * FROM posts WHERE id = ?", (words.in_reply_to,)).fetchone()
        if found is None or (found["customer"] is not None and account not in (found["customer"], self.brand)):
            raise errors.missing("post")
        if found["deleted_at"] is not None:
            raise errors.gone()
        if found["visibility"] != words.visibility:
            raise errors.invalid(f"An answer to a {found['visibility']} post has to be {found['visibility']}.")
        return found

    def _customer(self, account: int, words: Words, parent: Row | None) -> int | None:
        if words.visibility == "public":
            return None
        if parent is not None:
            return int(parent["customer"])
        if account == self.brand:
            raise errors.invalid("A private message of the brand has to answer one of a customer.")
        return account

    def edit(self, account: int, post: int, text: str, rules: Rules) -> None:
        """The author changes what the post says."""
        text = storable(text)
        if not text.strip() or len(text) > rules.length:
            raise errors.invalid(f"A text of 1 to {rules.length} characters is allowed.")
        with self.file.writing() as db:
            found = self._own(db, account, post)
            if found["text"] == text:
                return
            at, version = clock.stamp(clock.now()), found["version"] + 1
            db.execute("UPDATE posts SET text = ?, version = ?, edited_at = ? WHERE id = ?", (text, version, at, post))
            self._record(db, "edited", post, version, at)
            self._tell_brand(db, post, at)

    def delete(self, account: int, post: int) -> None:
        """The author takes the post back; its text is forgotten."""
        with self.file.writing() as db:
            found = self._own(db, account, post)
            at = clock.stamp(clock.now())
            db.execute("UPDATE posts SET text = '', deleted_at = ? WHERE id = ?", (at, post))
            self._record(db, "deleted", post, found["version"], at)

    def _own(self, db: Connection, account: int, post: int) -> Row:
        found: Row | None = db.execute("SELECT * FROM posts WHERE id = ?", (post,)).fetchone()
        if found is None:
            raise errors.missing("post")
        if found["account"] != account:
            raise errors.forbidden("Only its author may change a post.")
        if found["deleted_at"] is not None:
            raise errors.gone()
        return found

    def _record(self, db: Connection, kind: str, post: int, version: int, at: str) -> None:
        sql = "INSERT INTO activity (kind, post, version, at) VALUES (?, ?, ?, ?)"
        db.execute(sql, (kind, post, version, at))

    def _tell_brand(self, db: Connection, post: int, at: str) -> None:
        """Who mentions the brand or is answered by it is in a thread of which it is told everything from there on."""
        row = db.execute("SELECT * FROM posts WHERE id = ?", (post,)).fetchone()
        ours = "SELECT 1 FROM posts WHERE thread = ? AND (account = ? OR id IN (SELECT post FROM notices))"
        reason = "message" if row["visibility"] == "private" else "mention" if self._mention.search(row["text"]) else ""
        if not reason and db.execute(ours, (row["thread"], self.brand)).fetchone() is None:
            return
        db.execute(
            "INSERT INTO notices (post, reason, at) "
            "SELECT id, CASE WHEN id = ? AND ? <> '' THEN ? WHEN visibility = 'private' THEN 'message' ELSE 'thread' "
            "END, ? FROM posts WHERE thread = ? AND id >= ? AND account <> ? AND deleted_at IS NULL "
            "ORDER BY id ON CONFLICT (post) DO NOTHING",
            (post, reason, reason, at, row["thread"], post, self.brand),
        )
