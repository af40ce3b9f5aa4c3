"""``python -m tests.kills.nursery FOLDER URL KILLS``: forks one life after the other while customers go on talking.

Forking is cheap because everything is imported once; the process stays without threads, so that forking is safe.
"""

import argparse
import os
import random
import signal
import sys
import traceback
from itertools import count
from pathlib import Path

from desk.square import Board
from desk.square.board import Rules, Words
from tests.fakes.square import BRAND, TOKEN
from tests.kills.worker import live

SPAN = 43
"""A life dies at one of its first so many steps: a prime, so that steps and occasions meet in every combination."""
SEED = 7


class Customers:
    """Whoever talks to the brand, on the platform's own file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._random = random.Random(SEED)
        self._said: list[tuple[str, int, bool]] = []

    def talk(self) -> None:
        """Somebody new in public or private; now and then one goes on, changes their words or takes them back."""
        board = Board(self._file, BRAND, token=TOKEN)
        try:
            name, private = f"customer {len(self._said)}", self._random.random() < 0.3
            self._said.append((name, self._say(board, name, None, private), private))
            if self._random.random() < 0.5:
                self._go_on(board, *self._random.choice(self._said))
        finally:
            board.file.close()

    def _go_on(self, board: Board, name: str, post: int, private: bool) -> None:
        chance = self._random.random()
        if board.file.row("SELECT 1 FROM posts WHERE id = ? AND deleted_at IS NOT NULL", post):
            return
        if chance < 0.6:
            self._say(board, name, post, private)
        elif chance < 0.9:
            board.edit(board.join(name), post, f"@{BRAND} other words of {name} {self._random.random()}", Rules())
        else:
            board.delete(board.join(name), post)

    def _say(self, board: Board, name: str, answers: int | None, private: bool) -> int:
        words = Words(f"@{BRAND} words {self._random.random()}", "private" if private else "public", answers)
        return board.say(board.join(name), words, Rules())[0]


def fork(folder: Path, url: str, die_at: int | str, blind: bool) -> bool:
    """One life; whether it was killed. Ends the program where it failed otherwise."""
    child = os.fork()
    if child == 0:
        try:
            live(folder, url, die_at, blind=blind)
        except BaseException:
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    if status:
        sys.exit(f"a life that was to die at step {die_at} failed by itself")
    return False


def untouched(folder: Path) -> list[str]:
    """Steps that were passed and at which nobody has died yet."""
    lines = [line.split(" ", 1) for line in (folder / "steps.log").read_text().splitlines()]
    return sorted({step for word, step in lines} - {step for word, step in lines if word == "killed"})


def raise_desk(folder: Path, url: str, kills: int, step: str, blind: bool) -> int:
    """Kill it that often, at ``step`` or else at every one, then let it finish; the lives it took."""
    customers = Customers(folder / "square.db")
    # Making the file and starting the channel can be killed as well; nobody has spoken yet.
    next(n for n in count(1) if not fork(folder, url, n, blind))
    customers.talk()
    lives, killed = 0, 0
    # Some steps come about by chance, and only after another death: every other of the last lives waits for those.
    while killed < kills or (not step and lives < 4 * kills and untouched(folder)):
        lives += 1
        rare = untouched(folder) if lives % (2 if killed >= kills else 3) == 0 else []
        was_killed = fork(folder, url, step or (rare[lives % len(rare)] if rare else 1 + lives % SPAN), blind)
        killed += was_killed
        if not was_killed or lives % 4 == 0:
            customers.talk()
    fork(folder, url, 0, blind)
    return lives


def main() -> None:
    """Kill, restart, finish."""
    parser = argparse.ArgumentParser("python -m tests.kills.nursery", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("url")
    parser.add_argument("kills", type=int)
    parser.add_argument("--step", default="", help="die there and nowhere else")
    parser.add_argument("--blind", action="store_true", help="send again without reading back")
    asked = parser.parse_args()
    print(raise_desk(asked.folder, asked.url, asked.kills, asked.step, asked.blind))  # noqa: T201


if __name__ == "__main__":
    main()
