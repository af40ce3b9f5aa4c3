"""Opening the file: its settings, its errors in plain words, two connections at once."""

import sqlite3
import threading
from pathlib import Path

import pytest

from tests.store.desk import Desk, make
from twoway.errors import Refused, StoreError
from twoway.store import desk as stamps
from twoway.store import open_store
from twoway.store.migrations import history, triggers_differ

PRAGMAS = {"synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


def test_the_settings_that_the_promises_stand_on_hold_for_every_connection(desk: Desk) -> None:
    with desk.store.write() as writer:
        for connection in (writer, desk.store.read()):
            found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}
            assert found == PRAGMAS
        assert writer.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert writer.execute("PRAGMA busy_timeout").fetchone()[0] == 30_000


def test_reading_connections_cannot_write(desk: Desk) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        desk.store.read().execute("DELETE FROM users")


def test_the_file_is_its_owners_alone(desk: Desk) -> None:
    desk.said()
    files = [desk.store.path, *desk.store.path.parent.glob("twoway.db-*")]
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_a_failed_write_leaves_nothing_behind_and_the_next_one_works(desk: Desk) -> None:
    with pytest.raises(Refused), desk.store.write() as db:
        db.executemany("INSERT INTO lanes (name, rank, clock) VALUES (?, 1, ?)", [("x", 0), ("y", 7)])
    with desk.store.write() as db:
        assert db.execute("SELECT count(*) FROM lanes WHERE name = 'x'").fetchone()[0] == 0


def test_the_stamp_stays_over_openings(tmp_path: Path) -> None:
    first = make(tmp_path, demo=True)
    stamp = stamps.stamp(first.store)
    first.store.close()
    again = open_store(tmp_path / "twoway.db", demo=False)
    assert stamps.stamp(again) == stamp
    assert stamp.demo == 1
    again.close()


def test_a_real_desk_never_becomes_a_demo(tmp_path: Path) -> None:
    make(tmp_path).store.close()
    again = open_store(tmp_path / "twoway.db", demo=True)
    assert stamps.stamp(again).demo == 0
    again.close()


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    barrier = threading.Barrier(6)
    found: list[str] = []

    def work() -> None:
        barrier.wait(10)
        store = open_store(tmp_path / "twoway.db")
        found.append(stamps.stamp(store).instance)
        store.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 6
    assert len(set(found)) == 1


def test_a_newer_database_is_refused_and_left_alone(desk: Desk) -> None:
    with desk.store.write() as db:
        db.execute(
            f"INSERT INTO {history().migrations_table} (migration_set, name, applied_at) VALUES (?, ?, ?)",
            ("twoway", "0099", "x"),
        )
    with pytest.raises(StoreError, match="newer twoway"):
        open_store(desk.store.path)


def test_triggers_that_are_gone_or_foreign_are_put_right_at_opening(desk: Desk) -> None:
    with desk.store.write() as db:
        db.execute("DROP TRIGGER events_stay")
        db.execute("CREATE TRIGGER foreign_one AFTER INSERT ON lanes BEGIN SELECT 1; END")
        assert triggers_differ(db) == ["events_stay", "foreign_one"]
    open_store(desk.store.path).close()
    assert triggers_differ(desk.store.read()) == []


def test_a_missing_file_is_made_only_when_asked(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database"):
        open_store(tmp_path / "none.db", create=False)
    with pytest.raises(StoreError, match="folder"):
        open_store(tmp_path / "no" / "none.db")


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear desk, " * 1000)
    with pytest.raises(StoreError, match="not a SQLite database"):
        open_store(tmp_path / "letter.txt")


def test_a_full_disk_ends_in_a_clear_error_with_nothing_half_written(desk: Desk) -> None:
    with desk.store.write() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    desk.store._writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreError, match="disk is full"):
        desk.hear(desk.mention(id="small"), desk.mention(raw=b"x" * 1_000_000), cursor="9")
    assert desk.all("SELECT id FROM mentions") == []
    assert desk.one("SELECT cursor FROM streams")[0] is None
    desk.store._writer.execute("PRAGMA max_page_count = 1000000")
    assert desk.hear(desk.mention(), cursor="9").mentions == 1


def test_a_locked_file_ends_in_a_clear_error(desk: Desk) -> None:
    other = sqlite3.connect(desk.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    desk.store._writer.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(StoreError, match="locked"):
        desk.hear(desk.mention())
    other.execute("ROLLBACK")
    other.close()
    assert desk.hear(desk.mention()).mentions == 1


def test_a_name_with_odd_characters_is_a_file_like_any_other(tmp_path: Path) -> None:
    odd = tmp_path / "a?b#c %d.db"
    open_store(odd).close()
    assert odd.exists()
