"""The audit finds every named damage, and nothing in a healthy desk."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.store.damages import DAMAGES, Damage
from tests.store.desk import make
from tests.store.journey import live
from twoway.store import audit as audit_module
from twoway.store import open_store
from twoway.store.audit import Report, audit
from twoway.store.audit.checks import CHECKS
from twoway.store.audit.report import SHOWN
from twoway.store.migrations import lay_triggers


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a desk that has seen some of everything."""
    desk = make(tmp_path_factory.mktemp("lived"))
    live(desk)
    assert desk.consistent()
    desk.store.close()
    return desk.store.path


@pytest.fixture
def copied(lived: Path, tmp_path: Path) -> Path:
    """A copy of it to damage."""
    return Path(shutil.copy(lived, tmp_path / "twoway.db"))


def audited(path: Path) -> Report:
    store = open_store(path)
    try:
        return audit(store)
    finally:
        store.close()


def damage(path: Path, done: Damage) -> Report:
    """Whoever does this has switched every protection off, and puts the triggers back behind them."""
    store = open_store(path)
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in ("foreign_keys=OFF", "ignore_check_constraints=ON", "legacy_alter_table=ON"):
        raw.execute(f"PRAGMA {pragma}")
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f'DROP TRIGGER "{name}"')
    lays = done.check != "triggers"
    if not lays:
        lay_triggers(raw)
    raw.executescript(done.sql)
    if lays:
        lay_triggers(raw)
    raw.close()
    try:
        return audit(store)
    finally:
        store.close()


def test_a_healthy_desk_audits_clean(lived: Path) -> None:
    report = audited(lived)
    assert report.broken() == []
    assert report.ok


def test_every_check_of_a_healthy_desk_looked_at_something(lived: Path) -> None:
    assert [check.name for promise in audited(lived).promises for check in promise.checks if not check.rows] == []


@pytest.mark.parametrize("done", DAMAGES, ids=[done.name for done in DAMAGES])
def test_damage_is_found_by_the_check_it_belongs_to(copied: Path, done: Damage) -> None:
    report = damage(copied, done)
    found = {check.name: check for check in report.broken()}
    assert done.check in found
    assert not report.ok
    if done.row:
        assert done.row in found[done.check].offending


def test_every_check_has_a_damage_that_it_finds(lived: Path) -> None:
    names = {check.name for promise in audited(lived).promises for check in promise.checks}
    assert names - {done.check for done in DAMAGES} == {"settings"}


def test_a_weakened_setting_is_found(copied: Path) -> None:
    store = open_store(copied)
    store._writer.execute("PRAGMA synchronous=NORMAL")
    found = [check.offending for check in audit(store).broken()]
    store.close()
    assert found == [("synchronous",)]


def test_the_report_names_ids_and_never_text(copied: Path) -> None:
    raw = sqlite3.connect(copied)
    raw.execute("UPDATE mentions SET text = 'my secret words', raw = NULL")
    raw.commit()
    raw.close()
    told = json.dumps(audited(copied).as_json())
    assert "secret" not in told
    assert "mention 1" in told


def test_many_offenders_are_counted_and_some_are_named(copied: Path) -> None:
    rows = "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
    sql = (
        f"INSERT INTO outside_answers {rows} SELECT NULL, channel_id, NULL, NULL, 'x' || i, url, text, raw, created_at,"
    )
    done = Damage("many", "erased_answers", f"{sql} heard_at, heard_at FROM outside_answers, n WHERE id = 1")
    (found,) = [check for check in damage(copied, done).broken() if check.name == done.check]
    assert (found.broken, len(found.offending)) == (200, SHOWN)


def test_what_is_under_way_is_counted_and_no_violation(lived: Path) -> None:
    found = audited(lived).in_progress
    assert found["unjudged"] == 1
    assert found["noise_to_check"] == 1
    assert found["answers_on_their_way"] == 2
    assert found["unsealed_events"] > 0
    assert (found["gaps"], found["malformed"]) == (1, 1)


def test_auditing_changes_nothing_and_waits_for_nobody(copied: Path) -> None:
    store = open_store(copied)
    before = store.data_version()
    other = sqlite3.connect(copied, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert audit(store).ok
    other.execute("ROLLBACK")
    other.close()
    assert store.data_version() == before
    store.close()


def test_every_promise_is_asked_about_and_says_what_is_shown_elsewhere(lived: Path) -> None:
    report = audited(lived)
    assert [promise.number for promise in report.promises] == list(CHECKS) == list(range(1, 9))
    assert all(promise.elsewhere and promise.checks for promise in report.promises)


def test_every_check_sees_the_same_moment_whatever_is_written_meanwhile(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, writing = open_store(copied), [1]
    begin = audit_module._begin

    def begin_and_write(connection: sqlite3.Connection) -> None:
        begin(connection)
        if writing and writing.pop():  # right after the first connection, before the second
            with store.write() as db:
                db.execute("INSERT INTO lanes (name, rank, clock) VALUES ('new', 1, 0)")

    monkeypatch.setattr(audit_module, "_begin", begin_and_write)
    with audit_module.snapshots(store, 2) as connections:
        seen = {db.execute("SELECT count(*) FROM lanes").fetchone()[0] for db in connections}
    store.close()
    assert seen == {7}
