"""``python -m tests.chaos``: worlds full of faults, counted on the platform; then controls that must show something.

Each world is drawn from one printed seed; ``--seed N --kind K`` plays that plan again (how the processes then race each
other is theirs). Exit 1 where an answer stands twice, never or unreviewed, a mention is lost, the audit breaks, or a
control shows nothing.
"""

import argparse
import json
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos import clocks, table
from tests.chaos.controls import CONTROLS
from tests.chaos.plan import KINDS
from tests.chaos.process import say
from tests.chaos.running import Task, run_all

PATIENCE = 40.0
"""Seconds that a world has to come to rest."""


def main() -> int:
    """Runs, prints, judges."""
    asked = _arguments()
    folder = Path(asked.keep or tempfile.mkdtemp(prefix="twoway-chaos-"))
    if not clocks.faketime():
        say("faketime is not installed: clocks jump in twoway.clock only")
    first = asked.seed if asked.seed is not None else secrets.randbelow(1_000_000)
    rows, shown = _play(folder, asked, first)
    wrong = [what for row in rows for what in row.wrong]
    wrong += [f"control without effect: {one.name} (seeds {one.seeds})" for one in shown if not one.count]
    if (kills := sum(row.kills for row in rows)) < asked.kills:
        wrong.append(f"only {kills} kills; {asked.kills} are wanted")
    told = json.dumps({**table.document(rows, shown), "wrong": wrong}) if asked.json else table.text(rows, shown)
    sys.stdout.write(f"{told}\n")
    for what in wrong:
        say(f"WRONG {what}")
    if wrong:
        say(f"what is left of it lies in {folder}")
    elif not asked.keep:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if wrong else 0


def _play(folder: Path, asked: argparse.Namespace, first: int) -> tuple[list[table.Row], list[table.Shown]]:
    until = time.monotonic() + asked.minutes * 60
    kinds = [asked.kind] if asked.kind else list(KINDS)
    seeds = range(first, first + asked.worlds)
    # At least one world of each kind, then as many as there is time for.
    tasks = (
        Task(folder, seed, kind, asked.seconds, PATIENCE)
        for seed in seeds
        for kind in kinds
        if seed == first or time.monotonic() < until
    )
    rows = table.rows(run_all(tasks, asked.jobs, loud=True))
    shown = [table.Shown(control.name, control.shows) for control in CONTROLS if not asked.no_controls]
    for one in shown:
        say(f"control: {one.name}")
    _control(folder, asked, first, shown)
    return rows, shown


def _control(folder: Path, asked: argparse.Namespace, first: int, shown: list[table.Shown]) -> None:
    """Seed after seed, those that have shown nothing yet; all of them at once."""
    for seed in range(first, first + asked.tries):
        silent = [one for one in shown if not one.count]
        tasks = [Task(folder, seed, "", asked.seconds, 7.0, one.name) for one in silent]
        for ended in run_all(iter(tasks), asked.jobs, loud=False):
            one = next(one for one in silent if one.name == ended.control)
            one.add(ended)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=7.5, help="for the worlds; the controls come after")
    parser.add_argument("--worlds", type=int, default=10_000, help="at most so many seeds")
    parser.add_argument("--seconds", type=float, default=8, help="in which things go wrong, in one world")
    parser.add_argument("--seed", type=int, help="the first seed; without, a random one")
    parser.add_argument("--kind", choices=KINDS, help="only this kind of platform")
    parser.add_argument("--tries", type=int, default=12, help="seeds on which a control may show something")
    parser.add_argument("--kills", type=int, default=0, help="fail below so many")
    parser.add_argument("--jobs", type=int, default=3, help="worlds at a time")
    parser.add_argument("--no-controls", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", help="a folder to leave everything in")
    parser.add_argument("--short", action="store_true", help="one small world of each kind, four at a time")
    asked = parser.parse_args()
    if asked.short:
        asked.worlds, asked.seconds, asked.jobs = 1, 3.5, 4
    return asked


if __name__ == "__main__":
    sys.exit(main())
