"""Commands on a database that is broken, newer, locked or full: one clear line, and nothing half-written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.desk.cli.conftest import Shell
from tests.fakes.square import FakeSquare
from twoway.store import Store, database


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as another program opens it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def file(desk: Shell) -> Path:
    """The desk's file."""
    return desk.folder / "twoway.db"


def one_line(desk: Shell) -> str:
    """What the command said went wrong."""
    [line] = desk.err.splitlines()
    assert line.startswith("twoway: the database ")
    return line


def test_an_untouched_desk_passes_the_audit(desk: Shell) -> None:
    report = desk.json("audit")
    assert report["ok"] is True
    assert [promise["number"] for promise in report["promises"]] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert "every promise holds" in desk("audit")


def test_the_audit_needs_no_configuration(
    desk: Shell, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert desk.json("audit", "--database", str(file))["ok"] is True


def test_the_audit_names_what_is_broken(desk: Shell, file: Path) -> None:
    with raw(file) as db:
        db.execute("DROP TRIGGER approvals_stay")
    report = desk.json("audit", code=1)
    [promise] = [promise for promise in report["promises"] if not promise["ok"]]
    assert [check["offending"] for check in promise["checks"] if not check["ok"]] == [["approvals_stay"]]
    assert "BROKEN" in desk("audit", code=1)


def test_the_audit_makes_no_database(twoway: Shell) -> None:
    twoway("audit", "--database", "nothing.db", code=1)
    assert twoway.err == "twoway: there is no database nothing.db\n"
    assert not (twoway.folder / "nothing.db").exists()


@pytest.mark.parametrize("command", ["queue", "check", "collect", "audit"])
def test_a_newer_database_is_refused(desk: Shell, file: Path, command: str) -> None:
    with raw(file) as db:
        db.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('twoway', '0099_later')")
        before = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    desk(command, code=1)
    assert "was made by a newer twoway (0099_later); install that version" in one_line(desk)
    with raw(file) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == before


@pytest.mark.parametrize("command", ["queue", "audit", "collect"])
def test_a_file_that_is_no_database_is_named(desk: Shell, command: str) -> None:
    (desk.folder / "letter.db").write_text("Dear customer, " * 100)
    desk(command, "--database", "letter.db", code=1)
    assert "is not a SQLite database" in one_line(desk)


def test_a_damaged_file_is_named(desk: Shell, square: FakeSquare, file: Path) -> None:
    with raw(file) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'users'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with file.open("r+b") as bytes_of:
        bytes_of.seek((page - 1) * size)
        bytes_of.write(b"\xff" * size)
    desk("user", "list", code=1)
    assert "is damaged; restore a backup" in one_line(desk)


def test_a_locked_database_says_so(
    desk: Shell, file: Path, square: FakeSquare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    square.say("Tim", "@wanderlust Where is my parcel?")
    with raw(file) as other:
        other.execute("BEGIN IMMEDIATE")
        desk("collect", code=1)
        assert "is locked by another program for too long" in one_line(desk)
        other.execute("ROLLBACK")
    assert desk.json("collect")["square"]["heard"] == 1


def test_a_full_disk_loses_nothing_and_keeps_nothing_by_halves(
    desk: Shell, file: Path, square: FakeSquare, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        square.say(f"Customer {number}", f"@wanderlust {number} {'long ' * 80}")
    connect = database.connect

    def full(uri: str) -> sqlite3.Connection:
        connection = connect(uri)
        connection.execute("PRAGMA max_page_count = 1")  # SQLite takes what the file has already
        return connection

    with monkeypatch.context() as disk:
        disk.setattr(database, "connect", full)
        desk("collect", code=1)
        assert "the disk is full" in one_line(desk)
    heard = "SELECT (SELECT count(*) FROM mentions), (SELECT count(*) FROM mention_versions)"
    mentions, versions = store.read().execute(heard).fetchone()
    assert mentions == versions
    assert desk.json("collect")["square"]["heard"] == 20 - mentions
    assert desk.json("audit")["ok"] is True
