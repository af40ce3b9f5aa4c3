"""Worlds beside each other: each in a process of its own, forked from this one, which imports everything only once."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn  # noqa: F401 - so that no world has to

import desk.square.app  # noqa: F401
from tests.chaos.controls import named
from tests.chaos.plan import plan
from tests.chaos.process import fork, say
from tests.chaos.world import Ended, World


@dataclass(frozen=True, slots=True)
class Task:
    """One world to be played; with a control's name, its kind is the control's."""

    folder: Path
    seed: int
    kind: str
    seconds: float
    patience: float
    control: str = ""

    @property
    def place(self) -> Path:
        """Where it lies."""
        name = "".join(letter if letter.isalnum() else "-" for letter in self.control or self.kind)
        return self.folder / f"{self.seed}-{name}"

    def play(self) -> None:
        """To its end, which is written down."""
        control = named(self.control) if self.control else None
        drawn = plan(self.seed, control.kind if control else self.kind, self.seconds, restore=self.seed % 3 == 0)  # type: ignore[arg-type]
        World(self.place, drawn, self.patience, control).run()

    def ended(self) -> Ended:
        """What came of it; a world that broke says so. Its files stay only where something is wrong."""
        told = self.place / "ended.json"
        if not told.exists():
            raise RuntimeError(f"the world {self.place} came to no end; see above")
        return Ended(**json.loads(told.read_text()))


def run_all(tasks: Iterator[Task], jobs: int, *, loud: bool) -> Iterator[Ended]:
    """The ends of all worlds, as they end; ``loud``: each with its seed on standard error."""
    running: dict[int, Task] = {}
    while True:
        while len(running) < jobs and (task := next(tasks, None)):
            shutil.rmtree(task.place, ignore_errors=True)
            running[fork(task.play)] = task
        if not running:
            return
        child, _ = os.wait()
        task = running.pop(child)
        ended = task.ended()
        if loud:
            say(f"seed {ended.seed} {ended.kind}: {_line(ended)}")
        yield ended


def _line(ended: Ended) -> str:
    counts = {name: value for name, value in ended.counts.items() if isinstance(value, int) and name != "faults"}
    return ", ".join(f"{name} {value}" for name, value in {"kills": ended.kills, **counts}.items() if value)
