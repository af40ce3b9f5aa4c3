"""Vectors of mentions: kept for words that stand, gone with them, found again, joined where they say the same."""

from datetime import timedelta

import numpy as np
import pytest

from tests.conftest import Freeze
from tests.store.desk import Desk
from twoway import clock
from twoway.domain import Deleted, Edited
from twoway.store import likenesses, vectors
from twoway.store.audit import audit
from twoway.store.vectors import Fresh
from twoway.vectors import pack

ONE, TWO = "embedded 1", "embedded 2"
TABLES = ("vectors", "likenesses", "topics")


def fresh(mention: int, *cells: float, version: int = 1, topics: tuple[tuple[str, float], ...] = ()) -> Fresh:
    return Fresh(mention, version, pack(np.array(cells or (1, 0), dtype=np.float32)), topics)


def left(desk: Desk, mention: int) -> int:
    return sum(desk.one(f"SELECT count(*) FROM {table} WHERE mention_id = ?", mention)[0] for table in TABLES)


@pytest.fixture
def full(desk: Desk) -> Desk:
    """Three mentions, all alike and of one topic."""
    for _ in range(3):
        desk.said()
    vectors.keep(desk.store, ONE, [fresh(number, topics=(("delivery", 0.7),)) for number in (1, 2, 3)])
    likenesses.keep(desk.store, [(1, 2, 3)])
    return desk


def test_vectors_are_read_in_blocks_in_the_order_they_were_heard(full: Desk) -> None:
    found = list(vectors.blocks(full.store, ONE, size=2))
    assert [list(some.ids) for some in found] == [[1, 2], [3]]
    assert found[1].cosines(np.eye(2, dtype=np.float32)).tolist() == [[1], [0]]
    assert [list(some.ids) for some in vectors.blocks(full.store, ONE, since=3)] == [[3]]


def test_vectors_of_another_encoder_are_not_mixed_in(full: Desk) -> None:
    vectors.keep(full.store, TWO, [fresh(2, 0, 1)])
    assert [list(some.ids) for some in vectors.blocks(full.store, ONE)] == [[1, 3]]
    assert [list(some.ids) for some in vectors.blocks(full.store, TWO)] == [[2]]


def test_what_was_read_again_takes_the_place_of_the_earlier(full: Desk) -> None:
    vectors.keep(full.store, TWO, [fresh(2, 0, 1, topics=(("price", 0.9),))])
    assert full.one("SELECT count(*) FROM vectors")[0] == 3
    assert full.all("SELECT name FROM topics WHERE mention_id = 2") == [("price",)]


def test_edited_words_take_all_that_was_made_of_them_along(full: Desk) -> None:
    full.change(Edited("post-2", "other words", clock.now(), b"other"))
    assert left(full, 2) == 0
    assert left(full, 1) == 3


def test_deleted_words_take_all_that_was_made_of_them_along(full: Desk) -> None:
    full.change(Deleted("post-2", clock.now()))
    assert left(full, 2) == 0


def test_words_that_changed_while_they_were_read_leave_nothing(full: Desk) -> None:
    full.change(Edited("post-2", "other words", clock.now(), b"other"))
    vectors.keep(full.store, ONE, [fresh(2, version=1)])
    assert left(full, 2) == 0
    vectors.keep(full.store, ONE, [fresh(2, version=2)])
    assert left(full, 2) == 1


def test_the_audit_finds_what_was_not_forgotten(full: Desk) -> None:
    def broken() -> list[str]:
        checks = [check for promise in audit(full.store).promises for check in promise.checks]
        return next(list(check.offending) for check in checks if check.name == "forgotten_vectors")

    assert broken() == []
    full.change(Deleted("post-2", clock.now()))
    with full.store.write() as db:
        db.execute("INSERT INTO vectors VALUES (2, 1, 'embedded 1', 1.0, x'01')")
        db.execute("DELETE FROM vectors WHERE mention_id = 3")
    assert broken() == ["mention 2", "mention 3"]


def test_the_same_is_said_in_other_conversations(full: Desk) -> None:
    assert likenesses.conversations(full.store, 1, 10) == [3, 2]
    assert likenesses.conversations(full.store, 1, 1) == [3]
    full.said()
    assert likenesses.conversations(full.store, 4, 10) == []


def test_a_further_one_joins_those_it_is_like(full: Desk) -> None:
    full.said()
    vectors.keep(full.store, ONE, [fresh(4)])
    likenesses.keep(full.store, [(4, 3)])
    assert likenesses.conversations(full.store, 1, 10) == [4, 3, 2]


def test_others_are_alike_still_when_the_first_is_gone(full: Desk) -> None:
    full.change(Deleted("post-1", clock.now()))
    assert likenesses.conversations(full.store, 2, 10) == [3]


def test_recent_means_heard_since_and_not_too_many(full: Desk, freeze: Freeze) -> None:
    at = freeze(clock.now() + timedelta(days=20))
    before = clock.now() - timedelta(days=14)
    assert vectors.first_since(full.store, before, 10) == vectors.NONE
    full.said()
    at.shift(60)
    assert vectors.first_since(full.store, before, 10) == 4
    assert vectors.first_since(full.store, before - timedelta(days=14), 10) == 1
    assert vectors.first_since(full.store, before - timedelta(days=14), 2) == 2


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (vectors.BLOCKS, (1, ONE, 10)),
        (vectors.SINCE, ("2026-01-01T00:00:00.000000Z",)),
        (vectors.NEWEST, (10,)),
        (likenesses.ALIKE, {"id": 1, "limit": 10}),
    ],
)
def test_nothing_is_scanned(full: Desk, sql: str, values: tuple[object, ...] | dict[str, object]) -> None:
    plan = [row["detail"] for row in full.store.read().execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert [line for line in plan if line.startswith("SCAN") and line != "SCAN h" and "LIMIT" not in line] in (
        [],
        ["SCAN vectors"],  # from its newest end, as far as OFFSET says
    )
