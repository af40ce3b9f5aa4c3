"""How long `twoway audit` takes, as a process of its own, and how much memory; then every check alone; then SQLite's
plans for what the desk asks all day on the same file.

python -m bench.audit                    # a million mentions, seven in ten answered; growing them takes minutes
python -m bench.audit 100000
python -m bench.audit 1000000 FOLDER     # keep the file there, or use the one that is there
"""

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time

from bench.growing import grow, hundred
from bench.spine import Measured, ask_often
from desk.cli.options import say, table
from twoway.store import open_untouched
from twoway.store.audit import snapshots
from twoway.store.audit.checks import CHECKS

KINDS = {"pigeon": "square", "shy": "log"}
"""The made-up kinds are not installed where the command runs; no check asks what a channel says."""


def grown(folder: Path, mentions: int) -> Path:
    """A file with so many mentions, a conversation each, in ``folder``."""
    path = folder / "twoway.db"
    if path.exists():
        return path
    hundred(folder)
    grow(path, range(1, mentions // 100))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for made_up, real in KINDS.items():
            db.execute("UPDATE channels SET kind = ? WHERE kind = ?", (real, made_up))
    return path


def whole_process(path: Path) -> str:
    """The command from nothing to its last line: how long, how much processor, how much memory, how it ended."""
    command = [sys.executable, "-c", "from desk.cli import main; main()", "audit", "--database", str(path), "--json"]
    started = perf_counter()
    code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode  # noqa: S603
    seconds, used = perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return f"{seconds:.1f} s, {processor:.1f} s of processor, {megabytes:.0f} MB at most, exit {code}"


def each_check(path: Path) -> list[tuple[int, str, int, str, str]]:
    """Every check alone: promise, name, rows, seconds of processor, verdict."""
    found = []
    with closing(open_untouched(path)) as store, snapshots(store, 1) as (db,):
        for number, checks in CHECKS.items():
            for check in checks:
                started = process_time()
                one = check(db, store.settings())
                found.append((number, one.name, one.rows, f"{process_time() - started:.2f}", "" if one.ok else "NO"))
    return found


def main() -> None:
    """Print what was measured."""
    mentions = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(scratch)
        folder.mkdir(exist_ok=True)
        path = grown(folder, mentions)
        say(f"{mentions} mentions, {path.stat().st_size / 1e6:.0f} MB")
        say(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
        say(f"twoway audit: {whole_process(path)}; load now {os.getloadavg()[0]:.1f}")
        checks = each_check(path)
        table(("promise", "check", "rows", "s of processor", ""), checks)
        say(f"one after the other: {sum(float(seconds) for _, _, _, seconds, _ in checks):.1f} s")
        often: dict[str, Measured] = {}
        ask_often(path, often)
        rows = [(name, f"{one.seconds[-1] * 1000:.2f}", "; ".join(sorted(one.scans))) for name, one in often.items()]
        table(("asked all day", "ms", "walks through"), rows)


if __name__ == "__main__":
    main()
