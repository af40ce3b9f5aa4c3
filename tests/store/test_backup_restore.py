"""Restoring: the backup in its place in one step, what was there kept, and nothing sent before an admin says so."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.desk import LEASE, Desk
from tests.store.test_backup import WRONG, beside, corrupt, quietly
from twoway.errors import Refused, StoreError
from twoway.store import backup_restore, deliveries, hold, open_store, sessions
from twoway.store.audit import audit
from twoway.store.backup import back_up
from twoway.store.backup_restore import restore

HOLDER = """
import sys, pathlib
from twoway.store import open_store
store = open_store(pathlib.Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def backup(desk: Desk, tmp_path: Path) -> Path:
    """A backup of a desk with one answer that is due; after it another was heard, and the desk was stopped."""
    hold.check(desk.store)
    desk.said()
    desk.approve()
    (tmp_path / "backups").mkdir()
    file = tmp_path / "backups" / "monday.db"
    back_up(desk.store.path, file, quietly)
    desk.said(id="later")
    desk.store.close()
    return file


@pytest.fixture
def place(desk: Desk, backup: Path) -> Path:
    """Where the database lies; whatever is there at the end is opened again for the last checks."""
    return desk.store.path


@pytest.fixture(autouse=True)
def opened_again(desk: Desk, place: Path) -> Iterator[None]:
    """The desk that the fixtures close, on what lies there at the end."""
    yield
    desk.store = open_store(place)


def at(path: Path, sql: str) -> list[tuple[object, ...]]:
    """Asks a file."""
    store = open_store(path)
    try:
        return [tuple(row) for row in store.read().execute(sql)]
    finally:
        store.close()


def test_it_is_the_backup_again_and_held(backup: Path, place: Path) -> None:
    done = restore(backup, place, quietly)
    assert at(place, "SELECT count(*) FROM mentions") == [(1,)]
    assert at(place, "SELECT held_reason FROM desk") == [("the database was restored from a backup",)]
    assert at(place, "SELECT state FROM deliveries") == [("unknown",)]
    assert done.database.newest_event > 0
    assert place.stat().st_mode & 0o777 == 0o600


def test_what_was_there_is_kept_whole(backup: Path, place: Path) -> None:
    done = restore(backup, place, quietly)
    assert done.kept is not None
    assert done.kept.name.startswith("twoway.db.before-restore-2")
    assert at(done.kept, "SELECT count(*) FROM mentions") == [(2,)]
    assert beside(place) == ["twoway.db", done.kept.name, "twoway.db.marker"]


def test_both_keep_every_promise(backup: Path, place: Path) -> None:
    done = restore(backup, place, quietly)
    for path in (place, done.kept):
        store = open_store(path)  # type: ignore[arg-type]
        assert audit(store).broken() == []
        store.close()


def test_the_backup_stays_as_it_was(backup: Path, place: Path) -> None:
    before = backup.read_bytes()
    restore(backup, place, quietly)
    assert backup.read_bytes() == before
    assert beside(backup) == ["monday.db"]


def test_nothing_is_claimed_and_everybody_signs_in_anew(desk: Desk, backup: Path, place: Path) -> None:
    restore(backup, place, quietly)
    store = open_store(place)
    assert deliveries.claim(store, "worker", [desk.name], LEASE) is None
    assert store.read().execute("SELECT count(*) FROM sessions WHERE ended_at IS NULL").fetchone()[0] == 0
    store.close()


def test_where_nothing_was_there_is_nothing_to_keep(backup: Path, tmp_path: Path) -> None:
    done = restore(backup, tmp_path / "new.db", quietly)
    assert done.kept is None
    assert at(tmp_path / "new.db", "SELECT held_at IS NOT NULL FROM desk") == [(1,)]


def test_a_restored_desk_may_be_confirmed(desk: Desk, backup: Path, place: Path) -> None:
    restore(backup, place, quietly)
    desk.store = open_store(place)
    hold.confirm(desk.store, desk.person("chief", "admin")[1])
    assert hold.check(desk.store)
    desk.store.close()


def test_beside_an_open_desk_it_is_refused(backup: Path, place: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(Refused, match="stop it, then restore"):
            restore(backup, place, quietly, force=True)
        holder.communicate()
    assert at(place, "SELECT count(*) FROM mentions") == [(2,)]
    assert restore(backup, place, quietly).kept


def test_an_idle_reader_counts_as_somebody(backup: Path, place: Path) -> None:
    store = open_store(place)
    store.read().execute("SELECT 1 FROM desk").fetchone()
    with pytest.raises(Refused, match="stop it, then restore"):
        restore(backup, place, quietly)
    store.close()


def test_a_log_left_by_a_desk_that_was_killed_is_part_of_what_is_kept(backup: Path, place: Path) -> None:
    script = (
        "import os, pathlib, sys\nfrom twoway.store import open_store\nstore = open_store(pathlib.Path(sys.argv[1]))\n"
        "with store.write() as db:\n"
        "    db.execute(\"INSERT INTO lanes (name, rank, clock) VALUES ('late', 1, 0)\")\nos._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(place)], check=True)
    assert "twoway.db-wal" in beside(place)
    done = restore(backup, place, quietly)
    assert done.kept is not None
    assert at(done.kept, "SELECT 1 FROM lanes WHERE name = 'late'") == [(1,)]
    assert at(place, "SELECT 1 FROM lanes WHERE name = 'late'") == []


@pytest.mark.parametrize(("harm", "said"), WRONG, ids=[harm.__name__ for harm, _ in WRONG])
def test_what_is_not_sound_is_not_restored(backup: Path, place: Path, harm: object, said: str) -> None:
    harm(backup)  # type: ignore[operator]
    with pytest.raises(StoreError, match=said):
        restore(backup, place, quietly)
    assert at(place, "SELECT count(*), (SELECT count(*) FROM desk WHERE held_at IS NULL) FROM mentions") == [(2, 1)]
    assert [name for name in beside(place) if "restor" in name] == []


def test_a_damaged_database_is_replaced_only_when_asked(backup: Path, place: Path) -> None:
    place.write_text("not what it was " * 500)
    with pytest.raises(StoreError, match=r"not a SQLite database.*--force"):
        restore(backup, place, quietly)
    done = restore(backup, place, quietly, force=True)
    assert done.kept is not None
    assert done.kept.read_text().startswith("not what it was")
    assert at(place, "SELECT count(*) FROM mentions") == [(1,)]


def test_damage_inside_it_is_no_obstacle(backup: Path, place: Path) -> None:
    with closing(sqlite3.connect(place)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    corrupt(place)
    restore(backup, place, quietly)
    assert at(place, "SELECT count(*) FROM mentions") == [(1,)]


def test_a_disk_that_knows_no_second_names_will_do(backup: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*names: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(backup_restore.os, "link", refuse)
    done = restore(backup, place, quietly)
    assert done.kept is not None
    assert at(done.kept, "SELECT count(*) FROM mentions") == [(2,)]


def test_the_database_itself_and_nothing_at_all_are_no_backups(backup: Path, place: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="the database itself"):
        restore(place, place, quietly)
    with pytest.raises(StoreError, match="no backup"):
        restore(tmp_path / "none.db", place, quietly)
    with pytest.raises(StoreError, match="folder"):
        restore(backup, tmp_path / "no" / "twoway.db", quietly)


def test_a_login_link_of_the_time_before_is_dead(desk: Desk, tmp_path: Path, backup: Path, place: Path) -> None:
    desk.store = open_store(place)
    token = sessions.make_link(desk.store, desk.approver.id)
    file = tmp_path / "with_link.db"
    back_up(place, file, quietly)
    desk.store.close()
    restore(file, place, quietly)
    store = open_store(place)
    with pytest.raises(Refused, match="used already"):
        sessions.use_link(store, token)
    store.close()
