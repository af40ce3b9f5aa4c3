"""What a digest asks of the file reads its period and what is owed, never a table that grows from end to end."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.store.desk import Desk
from twoway import clock
from twoway.store import Store, figures, inbox, voices

DAY = timedelta(days=1)
ASKED: dict[str, Callable[[Store], object]] = {
    "figures": lambda store: figures.by_channel(store, clock.now() - DAY, clock.now()),
    "volume": lambda store: figures.volume(store, clock.now() - DAY, clock.now()),
    "first answers": lambda store: figures.first_answers(store, clock.now() - DAY, clock.now()),
    "complaints": lambda store: voices.complaints(store, clock.now() - DAY, clock.now(), 5),
    "praise": lambda store: voices.praise(store, clock.now() - DAY, clock.now(), 5, ["square"]),
    "clocks of the day": lambda store: inbox.due_until(store, clock.now() + DAY, 10),
    "overdue": lambda store: (inbox.total(store, "overdue"), inbox.lines(store, "overdue", 10)),
}


GROWING = re.compile(r"SCAN (m|j|d|c|o|a|mentions|judgements|deliveries|conversations|outside_answers|authors)\b")


def scans(store: Store, ask: Callable[[Store], object]) -> list[str]:
    """Steps of SQLite's plans that read a whole table that grows; channels (h) are few."""
    asked: list[str] = []
    store.read().set_trace_callback(asked.append)
    ask(store)
    store.read().set_trace_callback(None)
    assert asked
    steps = [row[3] for sql in asked for row in store.read().execute(f"EXPLAIN QUERY PLAN {sql}")]
    return [step for step in steps if GROWING.match(step)]


@pytest.mark.parametrize("name", ASKED)
def test_no_question_of_a_digest_walks_through_the_file(desk: Desk, name: str) -> None:
    desk.answered(desk.said())
    assert scans(desk.store, ASKED[name]) == []


def test_a_walk_would_be_seen(desk: Desk) -> None:
    assert scans(desk.store, lambda store: store.read().execute("SELECT count(*) FROM mentions WHERE text <> ''"))


def test_history_of_the_same_day_is_not_even_looked_at(desk: Desk) -> None:
    """A million mentions may have been imported the day before."""
    plan = desk.store.read().execute(
        f"EXPLAIN QUERY PLAN {figures._VOLUME}",
        {"since": "", "until": ""},
    )
    (step,) = (row[3] for row in plan if re.match(r"SEARCH m\b", row[3]))
    assert "USING INDEX mentions_told" in step
