"""What the desk asks its file all day, at a tenth of a size and at that size: times, growth, plans, full scans.

python -m bench.spine            # 100,000 conversations
python -m bench.spine 1000000
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from bench.growing import grow, hundred, sizes
from desk.cli.options import say, table
from desk.digest import report
from desk.digest.reader import Reader
from desk.digest.render import Rendered, render
from desk.digest.times import Period, of_date
from twoway import clock
from twoway.alerting import Terms
from twoway.store import (
    Store,
    alerting,
    channels,
    clocks,
    deliveries,
    doubts,
    drafts,
    events,
    figures,
    follow_ups,
    inbox,
    judgements,
    mentions,
    moves,
    open_store,
    queueing,
    silence,
)
from twoway.store.audit import audit
from twoway.store.digests import Kind

SMALL = {"channels", "lanes", "users", "json_each", "desk", "streams", "gaps", "seals", "h", "l", "u", "g",
         "given", "asked", "answers", "earliest", "said", "voices", "chosen"}  # fmt: skip
"""Tables that stay small, and parts of a question that hold what happened in its period."""
TRIES = 3
USUAL = Terms(True, None, timedelta(minutes=10), 5, timedelta(minutes=30))
"""As alerts are told where nothing is configured, but for the escalation."""


@dataclass
class Measured:
    """One question: seconds at each size, and what SQLite does for it."""

    seconds: list[float] = field(default_factory=list)
    scans: set[str] = field(default_factory=set)


def questions(store: Store) -> dict[str, Callable[[], object]]:
    """Everything that is asked often, by name."""
    ids = [row.id for row in channels.all_of(store)]
    names = [row.name for row in channels.all_of(store)]
    now = clock.now()
    day, week = (_period(kind, now) for kind in ("daily", "weekly"))
    return {
        "one conversation": lambda: inbox.line(store, 50),
        **{f"list {name}": partial(inbox.lines, store, name) for name in inbox.LISTS},
        "list open, page 20": partial(inbox.lines, store, "open", 50, 1000),
        "counts": partial(inbox.counts, store),
        "news": partial(inbox.news, store),
        "unjudged": partial(judgements.unjudged, store, 64),
        "unqueued": partial(queueing.unqueued, store, 200),
        "undrafted": partial(drafts.undrafted, store, ids, 50),
        "expire": partial(doubts.expire, store),
        "doubts": partial(doubts.take, store, names, timedelta(minutes=2)),
        "claim": partial(deliveries.claim, store, "bench", names, timedelta(minutes=3)),
        "alert": partial(alerting.claim, store, timedelta(minutes=5), lambda rule, level, now: USUAL),
        "what a channel brought": partial(silence.heard, store, ids[0], now - timedelta(days=9), now, 5),
        "clocks": partial(clocks.clock_once, store),
        "follow-ups": partial(follow_ups.follow_up_once, store),
        "wake": partial(moves.wake_once, store, timedelta(days=4000)),
        "seal": partial(events.seal_once, store),
        "automatic mail": partial(mentions.automatic, store, 50),
        "figures of a day": partial(figures.by_channel, store, day.since, day.until),
        "health (7 days)": partial(figures.by_channel, store, now - timedelta(days=7), now),
        "digest": partial(_digest, store, names, day),
        "digest of a week": partial(_digest, store, names, week),
    }


def _period(kind: Kind, now: datetime) -> Period:
    return of_date(kind, now.date(), time(), ZoneInfo("Europe/Berlin"), now)


def _digest(store: Store, names: list[str], period: Period) -> Rendered:
    """From the first question to the mail's two forms."""
    reader = Reader("Fjordlicht", "https://desk.example.org", "de", ZoneInfo("Europe/Berlin"), period.kind, "")
    return render(report.collect(store, names, period, reader.zone), reader)


def measure(path: Path, found: dict[str, Measured]) -> None:
    """Ask everything of the file."""
    ask_often(path, found)
    with closing(open_store(path)) as store:  # it reads everything, once
        found.setdefault("audit", Measured()).seconds.append(_timed(partial(audit, store)))


def ask_often(path: Path, found: dict[str, Measured]) -> None:
    """Ask what is asked all day."""
    with closing(open_store(path)) as store:
        for name, ask in questions(store).items():
            one = found.setdefault(name, Measured())
            one.seconds.append(min(_timed(ask) for _ in range(TRIES)))
            one.scans |= set(_scans(store, ask))


def _timed(ask: Callable[[], object]) -> float:
    started = perf_counter()
    ask()
    return perf_counter() - started


def _scans(store: Store, ask: Callable[[], object]) -> Iterable[str]:
    """The plans' steps that read a large table or its whole index."""
    asked: list[str] = []
    connections: list[Any] = [store.read()]
    with store.write() as writer:
        connections.append(writer)
    for connection in connections:
        connection.set_trace_callback(asked.append)
    ask()
    for connection in connections:
        connection.set_trace_callback(None)
    for sql in asked:
        if re.match(r"\s*(SELECT|UPDATE|WITH|DELETE)\b", sql):
            steps = [row[3] for row in store.read().execute(f"EXPLAIN QUERY PLAN {sql}")]
            yield from (step for step in steps if _large(store, step))


def _large(store: Store, step: str) -> bool:
    """A walk through a table or a whole index; a partial index holds only what is asked for."""
    match = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
    if match is None or match[1] in SMALL or step == "SCAN CONSTANT ROW":
        return False
    partial_one = "SELECT 1 FROM sqlite_master WHERE name = ? AND sql LIKE '% WHERE %'"
    return store.read().execute(partial_one, (match[2],)).fetchone() is None


def main() -> None:
    """Print a table, slowest growth last."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    found: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = hundred(Path(folder))
        for size, copies in sizes(wanted):
            seconds = _timed(partial(grow, path, copies))
            say(f"{size} conversations, {path.stat().st_size / 1e6:.0f} MB, grown in {seconds:.0f} s")
            measure(Path(shutil.copy(path, Path(folder) / "asked.db")), found)  # some questions are answered by writing
        with closing(open_store(path)) as store:
            broken = [(check.name, check.offending[:3]) for check in audit(store).broken()]
    say(f"audit: {broken or 'holds'}")
    unit = found["one conversation"].seconds[-1]
    rows = [
        (name, *(f"{s * 1000:.2f}" for s in one.seconds), f"{one.seconds[-1] / one.seconds[0]:.1f}",
         f"{one.seconds[-1] / unit:.0f}", "; ".join(sorted(one.scans)))
        for name, one in found.items()
    ]  # fmt: skip
    titles = ("question", f"ms at {wanted // 10}", f"ms at {wanted}", "growth", "times a single look-up", "scans")
    table(titles, rows)


if __name__ == "__main__":
    main()
