"""A copied database sends nothing until an admin confirms it, in a terminal too."""

import shutil

import pytest

from tests.desk.cli.conftest import HASH, PASSWORD, Shell
from twoway.store import Store, hold, users


@pytest.fixture
def copied(desk: Shell, store: Store) -> Shell:
    """The command line at a copy of a desk that has sent before; Anna is its admin, Ben is not."""
    users.add(store, "anna", "Anna", "AB", "admin", HASH)
    users.add(store, "ben", "Ben", "BB", "approver", HASH)
    hold.mark(store)
    store.close()
    shutil.copy(desk.folder / "twoway.db", desk.folder / "copy.db")
    shutil.copy(desk.folder / "twoway.db.marker", desk.folder / "copy.db.marker")
    return desk


def at_copy(desk: Shell, *command: str, code: int = 0, typed: str = "") -> str:
    return desk(*command, "--database", "copy.db", code=code, typed=typed)


def test_check_says_that_sending_is_held(copied: Shell) -> None:
    assert "sending is held until an admin confirms it: the database was copied" in at_copy(copied, "check", code=1)
    copied("check")


def test_an_admin_confirms(copied: Shell) -> None:
    said = at_copy(copied, "confirm", "--login", "anna", typed=f"{PASSWORD}\ny\n")
    assert "the database was copied or moved here" in said
    at_copy(copied, "check")


@pytest.mark.parametrize(
    ("login", "typed", "why"),
    [
        ("anna", "not hers at all\ny\n", "login or password is wrong"),
        ("ben", f"{PASSWORD}\ny\n", "the role approver may not administer"),
        ("anna", f"{PASSWORD}\nn\n", "sending stays held"),
    ],
)
def test_nobody_else_and_nothing_less_confirms(copied: Shell, login: str, typed: str, why: str) -> None:
    at_copy(copied, "confirm", "--login", login, typed=typed, code=1)
    assert why in copied.err
    at_copy(copied, "check", code=1)


def test_where_nothing_is_held_there_is_nothing_to_confirm(copied: Shell) -> None:
    copied("confirm", "--login", "anna", typed=f"{PASSWORD}\ny\n", code=1)
    assert "nothing to confirm" in copied.err
