"""The fake platform: the real square, with faults to order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from desk.loopback import running
from desk.square import Board, create_app
from desk.square.board import Words
from tests.fakes.faults import Faults
from tests.fakes.faulty import Faulty

TOKEN = "a-token-that-must-never-be-shown"
BRAND = "wanderlust"


@dataclass
class FakeSquare:
    """A running square: where it is, what it keeps, what goes wrong."""

    url: str
    board: Board
    faults: Faults
    rules: Any

    def say(self, customer: str, text: str, *, private: bool = False, reply_to: str = "") -> str:
        """A customer posts; the id of the post."""
        words = Words(text, "private" if private else "public", int(reply_to) if reply_to else None)
        return str(self.board.say(self.board.join(customer), words, self.rules)[0])

    def edit(self, customer: str, post: str, text: str) -> None:
        """A customer changes a post."""
        self.board.edit(self.board.join(customer), int(post), text, self.rules)

    def delete(self, customer: str, post: str) -> None:
        """A customer takes a post back."""
        self.board.delete(self.board.join(customer), int(post))

    def answer_elsewhere(self, post: str, text: str, *, private: bool = False) -> str:
        """Somebody of the brand answers without the desk."""
        words = Words(text, "private" if private else "public", int(post))
        return str(self.board.say(self.board.brand, words, self.rules)[0])

    def posts_of_brand(self) -> list[str]:
        """What really stands on the square in the brand's name, oldest first."""
        sql = "SELECT text FROM posts WHERE account = ? AND deleted_at IS NULL ORDER BY id"
        return [row["text"] for row in self.board.file.rows(sql, self.board.brand)]


@contextmanager
def fake_square(folder: Path, **rules: Any) -> Iterator[FakeSquare]:
    """A square on loopback; its file and its record lie in ``folder``."""
    app = create_app(folder / "square.db", token=TOKEN, brand_handle=BRAND, **rules)
    faults = Faults(folder)
    with running(Faulty(app, faults)) as url:
        yield FakeSquare(url, app.state.board, faults, app.state.rules)
    app.state.board.file.close()


def client(**how: Any) -> httpx2.Client:
    """What `Access.http` gives a channel, without the address guard."""
    return httpx2.Client(**how, trust_env=False)
