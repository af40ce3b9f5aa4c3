"""Backups: whole while the desk writes, checked, private, and never half there."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.desk import Desk, make
from tests.store.journey import live
from twoway import clock
from twoway.errors import Refused, StoreError
from twoway.store import database, events, marker, open_store, open_untouched
from twoway.store.audit import audit
from twoway.store.backup import back_up
from twoway.store.migrations import history


def quietly(done: int, of: int) -> None:
    """Nobody watches."""


def beside(file: Path) -> list[str]:
    """Whatever lies where the backup should."""
    return sorted(found.name for found in file.parent.glob(f"{file.name}*"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the backup goes."""
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "monday.db"


def test_a_backup_is_the_whole_desk_and_keeps_every_promise(desk: Desk, file: Path) -> None:
    live(desk)
    done = back_up(desk.store.path, file, quietly)
    newest = desk.one("SELECT id, at FROM events ORDER BY id DESC")
    assert (done.newest_event, done.until) == tuple(newest)
    assert done.bytes == file.stat().st_size
    assert beside(file) == ["monday.db"]
    copy = open_untouched(file)
    assert audit(copy).broken() == []
    assert copy.read().execute("SELECT count(*) FROM mentions").fetchone() == desk.one("SELECT count(*) FROM mentions")
    copy.close()


def test_a_backup_is_its_owners_alone(desk: Desk, file: Path) -> None:
    back_up(desk.store.path, file, quietly)
    assert file.stat().st_mode & 0o777 == 0o600


def test_progress_is_told(desk: Desk, file: Path) -> None:
    told: list[tuple[int, int]] = []
    back_up(desk.store.path, file, lambda done, of: told.append((done, of)))
    assert told[-1][0] == told[-1][1] > 0


def test_it_comes_to_an_end_beside_a_desk_that_never_stops_writing(
    desk: Desk, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit between any two steps, of this process and of another connection."""
    desk.hear(*(desk.mention(raw=bytes(5000)) for _ in range(100)))
    monkeypatch.setattr("twoway.store.backup.PAGES", 5)
    before = desk.one("SELECT max(id) FROM events")[0]
    steps = 0

    def write(done: int, of: int) -> None:
        nonlocal steps
        steps += 1
        assert steps < 1000, "it begins anew for ever"
        with desk.store.write() as db:
            events.record(db, "test", clock.now(), step=steps)

    done = back_up(desk.store.path, file, write)
    assert steps > 20
    assert done.newest_event == before


def test_writers_are_not_held_up(desk: Desk, file: Path) -> None:
    wrote = threading.Event()

    def write(done: int, of: int) -> None:
        worker = threading.Thread(target=lambda: (desk.hear(desk.mention()), wrote.set()))
        worker.start()
        worker.join(20)

    back_up(desk.store.path, file, write)
    assert wrote.is_set()


def test_what_is_there_is_replaced_only_when_asked(desk: Desk, file: Path) -> None:
    file.write_text("precious")
    with pytest.raises(Refused, match="is there already"):
        back_up(desk.store.path, file, quietly)
    assert file.read_text() == "precious"
    back_up(desk.store.path, file, quietly, force=True)
    assert file.read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", ".marker"])
def test_the_desks_own_files_are_never_replaced(desk: Desk, ending: str) -> None:
    path = desk.store.path
    with pytest.raises(Refused, match="belongs to the desk"):
        back_up(path, path.with_name(path.name + ending), quietly, force=True)


def test_by_another_name_it_is_the_desks_own_file_still(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(desk.store.path)
    with pytest.raises(Refused, match="belongs to the desk"):
        back_up(desk.store.path, tmp_path / "link.db", quietly, force=True)


def test_a_folder_that_is_not_there_is_named(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        back_up(desk.store.path, tmp_path / "no" / "x.db", quietly)
    with pytest.raises(StoreError, match="no database"):
        back_up(tmp_path / "none.db", tmp_path / "x.db", quietly)


def test_a_full_disk_leaves_the_old_backup_and_nothing_else(
    desk: Desk, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(desk.store.path, file, quietly)
    before = file.read_bytes()
    connect = database.connect

    def full(uri: str) -> sqlite3.Connection:
        connection = connect(uri)
        if ".part" in uri:
            connection.execute("PRAGMA max_page_count = 10")
        return connection

    monkeypatch.setattr(database, "connect", full)
    with pytest.raises(StoreError, match="the disk is full"):
        back_up(desk.store.path, file, quietly, force=True)
    assert beside(file) == ["monday.db"]
    assert file.read_bytes() == before


def test_a_locked_database_ends_in_a_clear_error(desk: Desk, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    path = desk.store.path
    desk.store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked"):
            back_up(path, file, quietly)
    assert beside(file) == []
    desk.store = open_store(path)


def corrupt(path: Path) -> None:
    """Garbage in the middle of the file."""
    with closing(sqlite3.connect(path)) as db:
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'mentions'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def orphan(path: Path) -> None:
    """An event of a person who never was."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO notes (conversation_id, text, at) VALUES (99, 'x', '2026-11-22T07:22:00.000000Z')")
        db.commit()


def newer(path: Path) -> None:
    """Made by a twoway to come."""
    with closing(sqlite3.connect(path)) as db:
        table = history().migrations_table
        db.execute(f"INSERT INTO {table} (migration_set, name, applied_at) VALUES ('twoway', '0099', 'x')")
        db.commit()


def letter(path: Path) -> None:
    """No database at all."""
    path.write_text("Dear desk, " * 1000)


def foreign(path: Path) -> None:
    """A database of something else."""
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipes (name)")


WRONG = [
    (corrupt, "damaged"),
    (orphan, "damaged: notes 1 points to a row that is gone"),
    (newer, "newer twoway"),
    (letter, "not a SQLite database"),
    (foreign, "none of a twoway desk"),
]


@pytest.mark.parametrize(("harm", "said"), WRONG, ids=[harm.__name__ for harm, _ in WRONG])
def test_what_is_not_sound_is_no_backup(tmp_path: Path, file: Path, harm: object, said: str) -> None:
    made = make(tmp_path)
    made.said()
    made.store.close()
    harm(made.store.path)  # type: ignore[operator]
    with pytest.raises(StoreError, match=said):
        back_up(made.store.path, file, quietly)
    assert beside(file) == []


def test_a_backup_carries_no_marker(desk: Desk, tmp_path: Path) -> None:
    """Put to work by hand, it is held."""
    back_up(desk.store.path, tmp_path / "copy.db", quietly)
    assert not marker.beside(tmp_path / "copy.db").exists()
