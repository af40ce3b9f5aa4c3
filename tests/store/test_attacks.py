"""The schema itself refuses what must never be, whoever asks: see attacks.py."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlite_utils

from tests.store.attacks import ADMIN, ATTACKS, HELD, RIGHTS, Attack, confirm
from tests.store.desk import Desk, make
from twoway import clock
from twoway.errors import Refused
from twoway.store import events, open_store, outcomes, sessions, users
from twoway.store.database import connect
from twoway.store.migrations import lay_triggers, triggers_differ

ids = [attack.name for attack in ATTACKS]


def people(desk: Desk) -> None:
    """Whoever should not be able to approve."""
    desk.person("viewer", "viewer")
    desk.person("other", "approver")
    left, _ = desk.person("left", "approver")
    _, session = desk.person("gone", "approver")
    late, _ = desk.person("late", "approver")
    script, old = desk.person("script", "approver")
    users.deactivate(desk.store, left.id, None)
    sessions.end(desk.store, session.id)
    with desk.store.write() as db:
        db.execute("UPDATE sessions SET ended_at = NULL WHERE user_id = ?", (left.id,))
        db.execute(
            "UPDATE sessions SET expires_at = ? WHERE user_id = ?",
            (clock.stamp(clock.now() - timedelta(seconds=1)), late.id),
        )
    sessions.end(desk.store, old.id)
    sessions.begin(desk.store, script.id, "script")


def prepare(folder: Path) -> Path:
    """One answer sent (1), one pending (2), one in doubt (3), one draft in work (4), one private (5)."""
    desk = make(folder)
    people(desk)
    for _ in range(4):
        desk.said()
    desk.said(visibility="private")
    desk.answered(1)
    desk.approve(2, draft=desk.write("two", conversation=2), not_before=clock.now() + timedelta(hours=1))
    desk.approve(3)
    held = desk.claim()
    desk.begin(held)
    outcomes.doubt(desk.store, held, "no answer", clock.now())
    desk.write("four", conversation=4)
    desk.write("five", conversation=5)
    assert desk.all("SELECT id, conversation_id, state FROM deliveries") == [
        (1, 1, "sent"),
        (2, 2, "pending"),
        (3, 3, "unknown"),
    ]
    events.seal_once(desk.store)
    desk.store.close()
    return desk.store.path


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file under attack, as first made."""
    return prepare(tmp_path_factory.mktemp("attacked"))


@pytest.fixture(scope="module")
def reopened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after its triggers were laid anew by another opening."""
    path = prepare(tmp_path_factory.mktemp("reopened"))
    raw = sqlite3.connect(path)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f'DROP TRIGGER "{name}"')
    raw.commit()
    raw.close()
    open_store(path).close()
    return path


@pytest.fixture(scope="module")
def transformed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after sqlite-utils rebuilt every table, which drops its triggers, and another opening."""
    path = prepare(tmp_path_factory.mktemp("transformed"))
    raw = sqlite_utils.Database(path)
    raw.execute("PRAGMA foreign_keys=OFF")
    dropped = triggers_differ(raw.conn)
    views = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'").fetchall()
    for name, _ in views:
        raw.execute(f"DROP VIEW {name}")
    for table in (found for found in raw.tables if found.name != "sqlite_sequence"):
        table.transform()
    for _, sql in views:
        raw.execute(sql)
    assert len(triggers_differ(raw.conn)) > len(dropped)
    raw.close()
    open_store(path).close()
    return path


@pytest.fixture(scope="module", params=["prepared", "reopened", "transformed"])
def attacked(request: pytest.FixtureRequest) -> Iterator[sqlite3.Connection]:
    """A connection as the desk itself uses it."""
    path: Path = request.getfixturevalue(request.param)
    connection = connect(path.as_uri())
    yield connection
    connection.close()


def attempt(connection: sqlite3.Connection, sql: str) -> str:
    """Why it was refused; '' when it was not. Nothing of it stays."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        changed = 0
        for statement in sql.split(";"):
            changed = connection.execute(statement).rowcount
        assert changed, "the attack hit nothing"
    except sqlite3.IntegrityError as error:
        return str(error)
    else:
        return ""
    finally:
        connection.execute("ROLLBACK")


def test_what_is_right_is_let_through(attacked: sqlite3.Connection) -> None:
    assert [attempt(attacked, right) for right in RIGHTS] == [""] * len(RIGHTS)
    assert attempt(attacked, f"{HELD}; {ADMIN}; {confirm('other')}") == ""


@pytest.mark.parametrize("attack", ATTACKS, ids=ids)
def test_it_is_refused(attacked: sqlite3.Connection, attack: Attack) -> None:
    assert attempt(attacked, attack.sql) != ""


GUARDED = [attack for attack in ATTACKS if attack.trigger]


@pytest.mark.parametrize("attack", GUARDED, ids=[attack.name for attack in GUARDED])
def test_without_its_trigger_it_would_succeed(prepared: Path, attack: Attack) -> None:
    """The negative control: foreign keys aside, nothing else stands in the way."""
    connection = connect(prepared.as_uri())
    connection.execute("PRAGMA foreign_keys=OFF")
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"DROP TRIGGER {attack.trigger}")
        for statement in attack.sql.split(";"):
            connection.execute(statement)
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def test_every_trigger_has_an_attack(desk: Desk) -> None:
    there = {row[0] for row in desk.all("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert there - {attack.trigger for attack in ATTACKS} == {"deliveries_begin_pending", "deliveries_are_sent_whole"}


def test_a_delivery_never_begins_sent(desk: Desk) -> None:
    desk.said()
    desk.approve()
    columns = "approval_id, sha256, conversation_id, channel_id, route, after, not_before, created_at, changed_at"
    with desk.store.write() as db:
        db.execute("DROP TRIGGER deliveries_remain")
        db.execute("DROP TRIGGER parts_remain")
        db.execute("CREATE TEMP TABLE copy AS SELECT * FROM deliveries")
        db.execute("DELETE FROM parts")
        db.execute("DELETE FROM deliveries")
        with pytest.raises(sqlite3.IntegrityError, match="begins pending"):
            db.execute(f"INSERT INTO deliveries ({columns}, state) SELECT {columns}, 'cancelled' FROM copy")
        db.execute(f"INSERT INTO deliveries ({columns}) SELECT {columns} FROM copy")
        lay_triggers(db)


def test_a_delivery_is_not_sent_while_a_part_of_it_is_not(desk: Desk) -> None:
    desk.said()
    desk.approve(parts=2)
    held = desk.claim()
    desk.begin(held)
    desk.send_begun(held, "one", 0)
    sql = (
        "UPDATE deliveries SET state = 'sent', claimed_by = NULL, lease_until = NULL, receipt_id = 1,"
        f" sent_at = '{clock.stamp(clock.now())}'"
    )
    with pytest.raises(Refused, match="all of its parts"), desk.store.write() as db:
        db.execute(sql)
    with suppress(ZeroDivisionError), desk.store.write() as db:
        db.execute("DROP TRIGGER deliveries_are_sent_whole")
        assert db.execute(sql).rowcount == 1
        raise ZeroDivisionError  # nothing of it stays
