"""Forgetting from a terminal: by an admin in person, once they have said yes."""

from datetime import timedelta
from typing import Any

import pytest

from desk import schedule
from desk.wiring import open_desk
from tests.conftest import Freeze
from tests.desk.cli.conftest import HASH, PASSWORD, Shell
from tests.desk.cli.test_import import brought, line, write
from twoway import clock
from twoway.config import load
from twoway.store import Store, users

KIM = ("erase", "--author", "@kim", "--channel", "telefon", "--login", "chief")


@pytest.fixture
def full(desk: Shell, store: Store) -> Shell:
    """A desk with an admin and something said by two people."""
    users.add(store, "chief", "Chief", "C", "admin", HASH)
    other = {"author": {"id": "8", "handle": "@lee"}}
    brought(desk, write(desk.folder, line(1), line(2), line(3, **other)))
    return desk


def left(store: Store) -> list[str]:
    return [row[0] for row in store.read().execute("SELECT remote_id FROM mentions WHERE erased_at IS NULL")]


def test_an_author_is_erased_and_what_was_blanked_is_told(full: Shell, store: Store) -> None:
    told = full(*KIM, typed=f"{PASSWORD}\ny\n")
    assert left(store) == ["post-3"]
    assert "mentions" in told
    assert "authors" in told
    full("audit")


def test_the_report_can_be_read_by_programs(full: Shell, store: Store) -> None:
    found: Any = full("erase", "--mention", "1", "--login", "chief", "--yes", "--json", typed=f"{PASSWORD}\n")
    assert '"mentions": 1' in found
    assert left(store) == ["post-2", "post-3"]


def test_whoever_does_not_say_yes_erases_nothing(full: Shell, store: Store) -> None:
    full(*KIM, typed=f"{PASSWORD}\nn\n", code=1)
    assert "Erase everything of @kim Kim for good?" in full.err
    assert len(left(store)) == 3


def test_only_an_admin_may(full: Shell, store: Store, anna: str) -> None:
    full(*KIM[:-1], anna, "--yes", typed=f"{PASSWORD}\n", code=1)
    assert full.err.endswith("twoway: the role approver may not administer; ask an admin of this desk\n")
    assert len(left(store)) == 3


@pytest.mark.parametrize("what", [(), ("--author", "x"), ("--mention", "1", "--author", "x", "--channel", "telefon")])
def test_it_has_to_be_said_what(full: Shell, what: tuple[str, ...]) -> None:
    full("erase", *what, "--login", "chief", code=1)
    assert "say what to erase" in full.err


def test_an_erased_person_is_not_exported_and_not_imported_again(full: Shell, store: Store) -> None:
    full(*KIM, "--yes", typed=f"{PASSWORD}\n")
    assert full("export").count("\n") == 1
    assert brought(full, "old.jsonl")["imported"] == 0
    assert len(left(store)) == 1


def test_a_running_desk_erases_what_its_channel_does_not_keep(desk: Shell, store: Store, freeze: Freeze) -> None:
    young = clock.stamp(clock.now() - timedelta(days=9))
    brought(desk, write(desk.folder, line(1), line(2, created_at=young)))
    config = desk.folder / "twoway.toml"
    config.write_text(config.read_text().replace('kind = "log"', 'kind = "log"\nkeep_days = 10'))
    opened = open_desk(load(config))
    schedule.forget(opened)
    assert left(store) == ["post-2"]
    freeze(clock.now() + timedelta(days=2))
    schedule.forget(opened)
    assert left(store) == []
    opened.close()
