"""Digests: one of a kind for a recipient and date; who leaves the list, and comes back."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.conftest import Freeze
from tests.store.desk import Desk, make
from twoway import clock
from twoway.store import digests, open_store
from twoway.store.digests import Edition

LEASE = timedelta(minutes=5)
AT = "2026-11-22T08:00:00.000000Z"
ADA, BO = (Edition(name, "daily", "2026-11-22") for name in ("ada", "bo"))


def test_a_digest_is_claimed_once_a_recipient_kind_and_day(desk: Desk, freeze: Freeze) -> None:
    assert digests.claim(desk.store, ADA, LEASE)
    assert not digests.claim(desk.store, ADA, LEASE)
    assert digests.claim(desk.store, BO, LEASE)
    assert digests.claim(desk.store, replace(ADA, kind="weekly"), LEASE)
    freeze(clock.now() + LEASE)
    assert digests.claim(desk.store, ADA, LEASE)
    digests.sent(desk.store, ADA)
    assert not digests.claim(desk.store, ADA, LEASE)


def test_a_digest_that_failed_waits_its_time(desk: Desk, freeze: Freeze) -> None:
    digests.claim(desk.store, ADA, LEASE)
    digests.failed(desk.store, ADA, "refused\ud800", clock.now() + timedelta(hours=1))
    stopped = freeze(clock.now() + LEASE * 2)
    assert not digests.claim(desk.store, ADA, LEASE)
    stopped.shift(3600)
    assert digests.claim(desk.store, ADA, LEASE)


def test_who_leaves_and_comes_back_is_known_and_on_the_record_without_a_name(desk: Desk) -> None:
    for _ in range(2):  # a second click changes nothing
        digests.unsubscribe(desk.store, "ada", "daily")
    assert digests.has_left(desk.store, "ada", "daily")
    assert not digests.has_left(desk.store, "ada", "weekly")
    digests.resubscribe(desk.store, "ada", "daily")
    assert not digests.has_left(desk.store, "ada", "daily")
    rows = desk.store.read().execute("SELECT kind, data FROM events WHERE kind LIKE 'digest.%' ORDER BY id").fetchall()
    assert [tuple(row) for row in rows] == [
        ("digest.unsubscribed", '{"digest":"daily"}'),
        ("digest.resubscribed", '{"digest":"daily"}'),
    ]


def test_digests_sent_before_there_were_weekly_ones_are_not_sent_again(tmp_path: Path) -> None:
    make(tmp_path).store.close()
    with closing(sqlite3.connect(tmp_path / "twoway.db")) as db, db:
        (applied,) = (
            name for (name,) in db.execute("SELECT name FROM _sqlite_migrations") if name.endswith("_digests")
        )
        db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (applied,))
        db.executescript(
            "DROP INDEX mentions_told; DROP INDEX conversations_overdue; DROP INDEX conversations_noise;"
            "DROP TABLE digests; DROP TABLE unsubscribed;"
            "CREATE TABLE digests (id INTEGER PRIMARY KEY, recipient TEXT,"
            " local_date TEXT, attempts INTEGER, not_before TEXT, sent_at TEXT, last_error TEXT);"
            f" INSERT INTO digests VALUES (1, 'ada', '2026-11-22', 1, '{AT}', '{AT}', NULL);"
        )
    with closing(open_store(tmp_path / "twoway.db")) as store:
        assert not digests.claim(store, ADA, LEASE)
        assert digests.claim(store, BO, LEASE)
