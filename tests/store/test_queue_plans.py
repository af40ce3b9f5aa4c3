"""What lists and clocks ask all day walks through no large table, whatever its size."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.store.desk import Desk
from twoway import clock
from twoway.domain import OwnPost
from twoway.store import clocks, drafts, erasing, follow_ups, inbox, queueing

ASKED: dict[str, Callable[[Desk], object]] = {
    **{f"list {name}": lambda desk, name=name: inbox.lines(desk.store, name) for name in inbox.LISTS},  # type: ignore[misc]
    "clocks": lambda desk: clocks.clock_once(desk.store),
    "follow-ups": lambda desk: follow_ups.follow_up_once(desk.store),
    "of a conversation": lambda desk: follow_ups.of_conversation(desk.store, 1),
    "unqueued": lambda desk: queueing.unqueued(desk.store, 50),
    "undrafted": lambda desk: drafts.undrafted(desk.store, [desk.channel], 50),
    "counts": lambda desk: inbox.counts(desk.store),
}
# A partial index holds only what is asked for.
PARTIAL = {
    "drafts_submitted",
    "follow_ups_open",
    "deliveries_in_trouble",
    "mentions_unqueued",
    "conversations_undrafted",
}


def plan(desk: Desk, ask: Callable[[Desk], object]) -> list[str]:
    """The steps that SQLite takes."""
    asked: list[str] = []
    connections = [desk.store.read()]
    with desk.store.write() as writer:
        connections.append(writer)
    for connection in connections:
        connection.set_trace_callback(asked.append)
    ask(desk)
    for connection in connections:
        connection.set_trace_callback(None)
    found = [sql for sql in asked if re.match(r"\s*(SELECT|UPDATE)\b", sql)]
    return [row[3] for sql in found for row in desk.store.read().execute(f"EXPLAIN QUERY PLAN {sql}")]


def walks(steps: list[str]) -> list[str]:
    """Those that read a whole large table, or a whole index that is not partial."""
    tables = "c|m|o|d|w|x|conversations|mentions|deliveries|drafts|follow_ups|judgements|author_tags"
    large = rf"SCAN ({tables})\b(?!.*\b({'|'.join(PARTIAL)}))"
    return [step for step in steps if re.match(large, step)]


@pytest.mark.parametrize("name", ASKED)
def test_nothing_reads_a_whole_table(desk: Desk, name: str) -> None:
    desk.said()
    follow_ups.add(desk.store, 1, "call", clock.now() + timedelta(days=1), desk.agent.id)
    steps = plan(desk, ASKED[name])
    assert steps
    assert walks(steps) == []


def test_a_walk_through_a_table_would_be_seen(desk: Desk) -> None:
    sql = "SELECT id FROM conversations WHERE resolved_reason = 'x'"
    assert walks(plan(desk, lambda desk: desk.store.read().execute(sql).fetchall()))


def test_the_list_comes_in_its_order_from_the_index(desk: Desk) -> None:
    steps = plan(desk, ASKED["list open"])
    assert any("conversations_inbox (state=? AND rank>?)" in step for step in steps)


@pytest.mark.parametrize("name", ["list trouble", "counts"])
def test_failures_are_read_one_by_one_until_there_are_enough(desk: Desk, name: str) -> None:
    """There may be ten thousand of them; a page shows fifty, and a thousand are counted."""
    steps = plan(desk, ASKED[name])
    assert any("deliveries_in_trouble" in step for step in steps)
    assert not [step for step in steps if "UNION" in step]


def test_retention_asks_for_what_we_said_in_no_conversation_by_an_index_that_holds_nothing_else(desk: Desk) -> None:
    desk.change(OwnPost("news", (), "news", clock.now(), b"raw"))
    steps = plan(desk, lambda desk: erasing.retain_once(desk.store, desk.channel, clock.now()))
    asked = [step for step in steps if "outside_answers" in step]
    assert any("outside_answers_strays (channel_id=? AND heard_at<?)" in step for step in asked)
    assert [step for step in asked if "strays" not in step and "PRIMARY KEY" not in step] == []
