"""What can be read on the square: by an account through the API, by a person on the page."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from desk.square import errors
from desk.square.board import Board, Rules
from desk.square.file import Row
from twoway import clock

_POST = "SELECT posts.*, accounts.handle, accounts.name FROM posts JOIN accounts ON accounts.id = posts.account "
_SETTLED = "(posts.account <> ? OR posts.created_at <= ?)"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a newest-first listing: ids above ``since_id`` and below ``max_id``."""

    since_id: int = 0
    max_id: int = 2**62
    limit: int = 40


@dataclass(frozen=True, slots=True)
class Reader:
    """What one account may read, in the API's words."""

    board: Board
    rules: Rules
    account: int
    base: str
    """Address of the server, for links."""

    @property
    def handle(self) -> str:
        """The reader's own handle."""
        row = self.board.file.row("SELECT handle FROM accounts WHERE id = ?", self.account)
        return str(row["handle"]) if row else ""

    def post(self, number: int) -> dict[str, Any]:
        """One post. 404 where it is not theirs to see, 410 where it was deleted."""
        return self.view(self._row(number))

    def thread(self, number: int) -> list[dict[str, Any]]:
        """What still stands of the thread of a post, oldest first; of a very long one the newest posts."""
        thread = self._row(number)["thread"]
        sql = _POST + f"WHERE thread = ? AND deleted_at IS NULL AND {_SETTLED} ORDER BY posts.id DESC LIMIT 1000"
        return [self.view(row) for row in reversed(self.board.file.rows(sql, thread, *self._settled))]

    def posts(self, account: int, span: Span) -> list[dict[str, Any]]:
        """Posts of an account, newest first. 403 where this square does not list an account's own posts."""
        if self.board.file.row("SELECT 1 FROM accounts WHERE id = ?", account) is None:
            raise errors.missing("account")
        if account == self.account and self.rules.read_back_lag is None:
            raise errors.forbidden("This square does not list an account's own posts.")
        sql = _POST + (
            "WHERE account = ? AND deleted_at IS NULL AND (customer IS NULL OR ? IN (customer, account, ?)) "
            f"AND {_SETTLED} AND posts.id > ? AND posts.id < ? ORDER BY posts.id DESC LIMIT ?"
        )
        values = (account, self.account, self.board.brand, *self._settled, span.since_id, span.max_id, span.limit)
        return [self.view(row) for row in self.board.file.rows(sql, *values)]

    def notices(self, visibility: str, span: Span) -> list[dict[str, Any]]:
        """What the brand is told about, newest first; deleted posts drop out."""
        self._only_brand()
        rows = self.board.file.rows(
            "SELECT notices.id, notices.reason, notices.at, notices.post FROM notices "
            "JOIN posts ON posts.id = notices.post WHERE visibility = ? AND deleted_at IS NULL "
            "AND notices.id > ? AND notices.id < ? ORDER BY notices.id DESC LIMIT ?",
            *(visibility, span.since_id, span.max_id, span.limit),
        )
        return [
            {"id": str(row["id"]), "reason": row["reason"], "at": row["at"], "post": self.view(self._row(row["post"]))}
            for row in rows
        ]

    def activity(self, after: int, limit: int) -> list[dict[str, Any]]:
        """What became of the posts the brand knows, and what it posted itself, oldest first.

        An edit that was itself edited or deleted since is left out: the later event says it.
        """
        self._only_brand()
        listed = self.rules.read_back_lag is not None
        rows = self.board.file.rows(
            "SELECT activity.* FROM activity JOIN posts ON posts.id = activity.post WHERE activity.id > ? "
            "AND ((account = ? AND ?) OR (activity.kind <> 'posted' AND posts.id IN (SELECT post FROM notices))) "
            "AND (activity.kind = 'deleted' OR (deleted_at IS NULL AND activity.version = posts.version)) "
            "AND activity.id < ? ORDER BY activity.id LIMIT ?",
            *(after, self.board.brand, listed, self._unsettled(), limit),
        )
        return [self._event(row) for row in rows]

    def view(self, row: Row) -> dict[str, Any]:
        """A post as the API gives it; its key only to its owner."""
        own = {"key": row["key"]} if row["account"] == self.account else {}
        return {
            "id": str(row["id"]),
            "account": {"id": str(row["account"]), "handle": row["handle"], "name": row["name"]},
            "text": row["text"],
            "visibility": row["visibility"],
            "in_reply_to": str(row["in_reply_to"]) if row["in_reply_to"] else None,
            "thread": str(row["thread"]),
            "version": row["version"],
            "created_at": row["created_at"],
            "edited_at": row["edited_at"],
            "url": f"{self.base}/posts/{row['id']}",
            **own,
        }

    def _event(self, row: Row) -> dict[str, Any]:
        post = None if row["kind"] == "deleted" else self.post(row["post"])
        return {"id": str(row["id"]), "kind": row["kind"], "at": row["at"], "post_id": str(row["post"]), "post": post}

    def _row(self, number: int) -> Row:
        found = self.board.file.row(_POST + "WHERE posts.id = ?", number)
        if found is None or (found["customer"] and self.account not in (found["customer"], self.board.brand)):
            raise errors.missing("post")
        if found["deleted_at"] is not None:
            raise errors.gone()
        return found

    def _only_brand(self) -> None:
        if self.account != self.board.brand:
            raise errors.forbidden("Only the brand's account is told about this.")

    @property
    def _settled(self) -> tuple[int, str]:
        """Own posts appear late or never where the rules say so: whose, and made when at the latest."""
        lag = self.rules.read_back_lag
        if lag is None:
            return self.account, ""
        return self.account, clock.stamp(clock.now() - timedelta(seconds=lag)) if lag else "~"

    def _unsettled(self) -> int:
        """The position before which the feed ends, so that nobody who follows it misses a post that appears late."""
        if not self.rules.read_back_lag:
            return 2**62
        sql = "SELECT min(id) AS first FROM activity WHERE kind = 'posted' AND at > ? AND post IN "
        own = "(SELECT id FROM posts WHERE account = ?)"
        account, until = self._settled
        row = self.board.file.row(sql + own, until, account)
        return int(row["first"]) if row and row["first"] else 2**62
