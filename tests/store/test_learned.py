"""What was learnt beside a database is in its backup, and back after a restore, whole or not at all."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.desk import Desk, make
from tests.store.test_backup import beside, quietly
from twoway.errors import StoreError
from twoway.store import learned, open_store
from twoway.store.audit import audit
from twoway.store.backup import back_up
from twoway.store.backup_restore import restore

FIRST = {"current": b"1.0.0+1\n", "1.0.0+1/heads.npz": b"\x00heads", "1.0.0+1/manifest.json": b"{}"}
SECOND = {**FIRST, "current": b"1.0.0+2\n", "1.0.0+2/heads.npz": b"other", "1.0.0+2/manifest.json": b"{}"}


def teach(database: Path, files: dict[str, bytes]) -> None:
    """Lay these beside a database."""
    for name, body in files.items():
        place = learned.beside(database) / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)


def known(database: Path) -> dict[str, bytes]:
    """What lies beside a database."""
    folder = learned.beside(database)
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk whose judge has been taught once; it does not run."""
    made = make(tmp_path)
    teach(made.store.path, FIRST)
    made.store.close()
    return made


@pytest.fixture
def place(desk: Desk) -> Path:
    """Where its database lies."""
    return desk.store.path


@pytest.fixture
def backup(place: Path, tmp_path: Path) -> Path:
    """Its backup, one file; afterwards the judge was taught again."""
    (tmp_path / "backups").mkdir()
    file = tmp_path / "backups" / "monday.db"
    back_up(place, file, quietly)
    assert beside(file) == ["monday.db"]
    teach(place, SECOND)
    return file


def test_it_is_back_and_what_was_there_is_kept_with_its_database(backup: Path, place: Path) -> None:
    done = restore(backup, place, quietly)
    assert known(place) == FIRST
    assert learned.beside(place).stat().st_mode & 0o777 == 0o700
    assert done.kept
    assert known(done.kept) == SECOND
    left = {place.name, done.kept.name, learned.beside(place).name, learned.beside(done.kept).name}
    assert {name for name in beside(place) if not name.endswith(".marker")} == left


def test_what_was_kept_can_be_put_back_with_all_it_had_learnt(backup: Path, place: Path) -> None:
    kept = restore(backup, place, quietly).kept
    assert kept
    restore(kept, place, quietly)
    assert known(place) == SECOND


def test_a_desk_that_had_learnt_nothing_then_knows_nothing_again(place: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    made = make(tmp_path / "other")
    made.store.close()
    back_up(made.store.path, tmp_path / "blank.db", quietly)
    restore(tmp_path / "blank.db", place, quietly)
    assert known(place) == {}


def test_in_another_place_it_is_there_too(backup: Path, tmp_path: Path) -> None:
    restore(backup, tmp_path / "new.db", quietly)
    assert known(tmp_path / "new.db") == FIRST
    store = open_store(tmp_path / "new.db")
    assert not learned.packed(store.read())
    assert audit(store).broken() == []
    store.close()


def test_a_backup_of_an_older_twoway_leaves_it_alone(backup: Path, place: Path) -> None:
    with closing(sqlite3.connect(backup)) as db:
        db.execute("DROP TABLE learned")
    restore(backup, place, quietly)
    assert known(place) == SECOND


@pytest.mark.parametrize("step", ["database", "kept", "folder"])
def test_a_restore_that_was_cut_off_is_completed_by_the_next_start(
    backup: Path, place: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    rename, cut = Path.rename, {"database": 0, "kept": 1, "folder": 2}[step]
    done = []

    def dies(self: Path, to: Path) -> Path:
        if not self.name.endswith(learned.FOLDER):
            return rename(self, to)
        if len(done) == cut:
            raise KeyboardInterrupt
        done.append(to)
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", dies)
    if step == "folder":
        monkeypatch.setattr(learned.durable, "sync_folder", _dying_after(done, cut))
    with pytest.raises(KeyboardInterrupt):
        restore(backup, place, quietly)
    monkeypatch.undo()
    store = open_store(place)
    learned.lay(store)
    store.close()
    assert known(place) == FIRST
    kept = [folder for folder in place.parent.glob(f"*before-restore*{learned.FOLDER}") if folder.is_dir()]
    assert [{str(f.relative_to(k)): f.read_bytes() for f in k.rglob("*") if f.is_file()} for k in kept] == [SECOND]
    assert not list(place.parent.glob("*.restoring*"))


def _dying_after(done: list[Path], count: int) -> Callable[[Path], None]:
    real = learned.durable.sync_folder

    def dies(path: Path) -> None:
        if len(done) == count:
            raise KeyboardInterrupt
        real(path)

    return dies


def test_a_full_disk_leaves_everything_as_it_was(backup: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_bytes

    def full(self: Path, body: bytes) -> int:
        if learned.FOLDER in str(self):
            raise OSError(28, "No space left on device", str(self))
        return write(self, body)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreError, match="No space left"):
        restore(backup, place, quietly)
    assert known(place) == SECOND
    with closing(sqlite3.connect(place)) as db:
        assert db.execute("SELECT held_at FROM desk").fetchone() == (None,)
    assert [name for name in beside(place) if "restor" in name] == []


@pytest.mark.parametrize("name", ["../twoway.toml", "/etc/passwd", "a/b/c", "twoway.toml", "../../x/y"])
def test_a_backup_writes_nowhere_else(backup: Path, place: Path, name: str) -> None:
    with closing(sqlite3.connect(backup)) as db:
        db.execute("UPDATE learned SET path = ? WHERE path = 'current'", (name,))
        db.commit()
    with pytest.raises(StoreError, match="damaged"):
        restore(backup, place, quietly)
    assert known(place) == SECOND


def test_what_is_half_written_is_left_out(place: Path, tmp_path: Path) -> None:
    teach(place, {"1.0.0+2/manifest.json.new": b"half"})
    back_up(place, tmp_path / "monday.db", quietly)
    restore(tmp_path / "monday.db", tmp_path / "new.db", quietly)
    assert known(tmp_path / "new.db") == FIRST


def test_the_version_that_judges_is_there_though_another_is_learnt_meanwhile(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def meanwhile(self: Path) -> bytes:
        found = read(self)
        if self.parent.name == "1.0.0+1":
            teach(place, SECOND)
        return found

    monkeypatch.setattr(Path, "read_bytes", meanwhile)
    back_up(place, tmp_path / "monday.db", quietly)
    monkeypatch.undo()
    restore(tmp_path / "monday.db", tmp_path / "new.db", quietly)
    found = known(tmp_path / "new.db")
    assert f"{found['current'].decode().strip()}/manifest.json" in found
