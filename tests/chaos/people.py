"""Whoever talks on the platform: customers, and somebody of the brand in the platform's own app."""

import json
import random
from pathlib import Path

from desk.square import Board
from desk.square.board import Rules, Words
from desk.square.errors import SquareError
from tests.fakes.square import BRAND, TOKEN
from tests.kills.nursery import Customers


class People(Customers):
    """They use the platform's own file, in a process that is neither the platform's nor the desk's."""

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(folder / "square.db")
        self._random = random.Random(f"{seed}/people")
        self._natives = folder / "natives.jsonl"

    def meddle(self, post: int) -> None:
        """Whoever wrote that post goes on, changes their words or takes them back."""
        known = next((said for said in self._said if said[1] == post), None)
        if known:
            board = Board(self._file, BRAND, token=TOKEN)
            try:
                self._go_on(board, *known)
            finally:
                board.file.close()

    def answer_natively(self) -> None:
        """Somebody answers a customer without the desk; the posts they made are noted."""
        board = Board(self._file, BRAND, token=TOKEN)
        try:
            name, post, private = self._random.choice(self._said)
            words = Words(f"by hand to {name} {self._random.random()}", "private" if private else "public", post)
            with self._natives.open("a") as notes:
                notes.write(json.dumps(board.say(board.brand, words, Rules())[0]) + "\n")
        except (SquareError, IndexError):
            return  # nobody has spoken yet, or they took their words back
        finally:
            board.file.close()
