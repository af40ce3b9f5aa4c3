"""The square as a person sees it: threads of posts, and one's own private messages."""

from dataclasses import dataclass
from datetime import datetime

from desk.square import errors
from desk.square.board import Board
from desk.square.file import Row
from twoway import clock

THREADS = 30
"""On one page."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A post on the page."""

    id: int
    handle: str
    name: str
    text: str
    at: datetime
    edited: bool
    deleted: bool
    brand: bool
    own: bool
    depth: int
    """0 for the first of the thread, 1 for any answer."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread on the page; ``mark`` changes whenever anything in it does."""

    id: int
    private: bool
    mark: int
    posts: list[Shown]

    @property
    def last(self) -> int:
        """The newest post that still stands, which an answer in this thread answers; 0 where none does."""
        return max((post.id for post in self.posts if not post.deleted), default=0)


@dataclass(frozen=True, slots=True)
class View:
    """What the customer with this handle sees; the empty handle is a passer-by."""

    board: Board
    handle: str = ""

    @property
    def account(self) -> int:
        """The customer's account; 0 where nobody has that handle."""
        row = self.board.file.row("SELECT id FROM accounts WHERE handle = ?", self.handle)
        return int(row["id"]) if row and row["id"] != self.board.brand else 0

    def public(self, before: int = 2**62) -> list[Thread]:
        """Public threads that begin below the id ``before``, newest first."""
        sql = "SELECT id FROM posts WHERE id = thread AND customer IS NULL AND id < ? ORDER BY id DESC LIMIT ?"
        return [self._thread(row["id"]) for row in self.board.file.rows(sql, before, THREADS)]

    def private(self) -> list[Thread]:
        """The customer's private threads with the brand, newest first."""
        sql = "SELECT id FROM posts WHERE id = thread AND customer = ? ORDER BY id DESC LIMIT ?"
        return [self._thread(row["id"]) for row in self.board.file.rows(sql, self.account, THREADS)]

    def around(self, post: int) -> Thread:
        """The thread of a post. 404 where it is somebody else's private one."""
        row = self.board.file.row("SELECT thread, customer FROM posts WHERE id = ?", post)
        if row is None or row["customer"] not in (None, self.account):
            raise errors.missing("post")
        return self._thread(row["thread"])

    def people(self) -> list[tuple[str, str]]:
        """Handle and name of the customers who are here, the newest first."""
        sql = "SELECT handle, name FROM accounts WHERE id <> ? ORDER BY id DESC LIMIT 12"
        return [(row["handle"], row["name"]) for row in self.board.file.rows(sql, self.board.brand)]

    def _thread(self, thread: int) -> Thread:
        rows = self.board.file.rows(
            "SELECT posts.*, handle, name, (SELECT max(id) FROM activity WHERE post = posts.id) AS mark FROM posts "
            "JOIN accounts ON accounts.id = posts.account WHERE thread = ? ORDER BY posts.id",
            thread,
        )
        me = self.account
        shown = [self._shown(row, me) for row in rows]
        return Thread(thread, rows[0]["customer"] is not None, max(row["mark"] for row in rows), shown)

    def _shown(self, row: Row, me: int) -> Shown:
        return Shown(
            id=row["id"],
            handle=row["handle"],
            name=row["name"],
            text=row["text"],
            at=clock.parse(row["created_at"]),
            edited=row["edited_at"] is not None,
            deleted=row["deleted_at"] is not None,
            brand=row["account"] == self.board.brand,
            own=row["account"] == me,
            depth=0 if row["id"] == row["thread"] else 1,
        )
