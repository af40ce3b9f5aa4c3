"""Back up, restore and confirm from a terminal: on every kind of platform nothing is there twice."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from desk.square.board import Kind
from tests.conftest import Freeze
from tests.desk.cli.conftest import HASH, PASSWORD, Shell
from tests.desk.cli.test_working import ANSWER, ASKED, settle
from tests.fakes.square import FakeSquare, fake_square
from twoway import clock
from twoway.store import backup_restore, marker, open_store, users

LONG = " ".join(f"word{number}" for number in range(120))
"""More than fits into one post."""


@pytest.fixture(params=get_args(Kind))
def kind(request: pytest.FixtureRequest) -> Kind:
    """What the platform does with a key."""
    kind: Kind = request.param
    return kind


@pytest.fixture
def square(tmp_path: Path, kind: Kind) -> Iterator[FakeSquare]:
    """A running square of that kind."""
    with fake_square(tmp_path, kind=kind) as running:
        yield running


@pytest.fixture
def asked(desk: Shell, square: FakeSquare) -> int:
    """Tim's question, on the desk; Anna is an admin there."""
    store = open_store(desk.folder / "twoway.db")
    users.add(store, "anna", "Anna Berger", "AB", "admin", HASH)
    store.close()
    square.say("Tim", ASKED)
    return settle(desk)


def approve(desk: Shell, conversation: int, text: str = ANSWER) -> None:
    """Anna says yes to these words."""
    desk("approve", str(conversation), "--login", "anna", "--text", text, typed=f"{PASSWORD}\ny\n")


def confirm(desk: Shell) -> None:
    """Anna says that this is the only desk."""
    desk("confirm", "--login", "anna", typed=f"{PASSWORD}\ny\n")


def deliver(desk: Shell) -> dict[str, int]:
    """How many answers are in each state, after whatever could be sent or read back was."""
    desk("collect")
    try:
        return dict(desk.json("deliver"))
    except AssertionError:
        return dict(desk.json("deliver", code=1))


def restored(desk: Shell) -> None:
    """Monday's backup instead of what is there."""
    assert desk.json("restore", "monday.db")["held"] is True


def sent_after_the_backup(desk: Shell, asked: int, text: str = ANSWER) -> None:
    """An answer was approved, a backup made, the answer sent, the backup restored."""
    approve(desk, asked, text)
    desk("backup", "monday.db")
    assert desk.json("deliver") == {"sent": 1}
    restored(desk)


@pytest.mark.parametrize("text", [ANSWER, LONG], ids=["one part", "parts"])
def test_what_was_sent_after_the_backup_is_not_sent_again(
    desk: Shell, square: FakeSquare, kind: Kind, asked: int, text: str
) -> None:
    """Where our posts cannot be read back, a person says what they see; the desk does nothing on its own."""
    sent_after_the_backup(desk, asked, text)
    posts = square.posts_of_brand()
    desk.json("deliver", code=1)
    assert desk.json("queue", "trouble")["delivery"] == "unknown"
    confirm(desk)
    assert deliver(desk) == ({"unknown": 1} if kind == "neither" else {"sent": 1})
    assert square.posts_of_brand() == posts
    assert desk.json("audit")["ok"] is True
    assert desk.json("check")["held"] is None


def test_without_the_hold_it_would_be(
    desk: Shell, square: FakeSquare, kind: Kind, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a platform that knows keys posts it once all the same, the others twice."""
    monkeypatch.setattr(backup_restore, "_hold", lambda new: None)
    monkeypatch.setattr(marker, "misfit", lambda found, wanted: "")
    sent_after_the_backup(desk, asked)
    monkeypatch.setattr("responders.square.Sender.look", lambda sender, preview: _nothing_new())
    desk.json("deliver")
    assert square.posts_of_brand() == [ANSWER] * (1 if kind == "idempotent" else 2)


def _nothing_new() -> object:
    from twoway.domain import Target

    return Target()


def test_what_was_approved_and_sent_after_the_backup_is_noticed(
    desk: Shell, square: FakeSquare, kind: Kind, asked: int
) -> None:
    """It is heard among our posts; where the platform never shows them, the question is a person's again."""
    desk("backup", "monday.db")
    approve(desk, asked)
    assert desk.json("deliver") == {"sent": 1}
    restored(desk)
    confirm(desk)
    assert deliver(desk) == {}
    assert [row["id"] for row in desk.rows("queue")] == ([asked] if kind == "neither" else [])
    assert square.posts_of_brand() == [ANSWER]


def test_what_was_never_sent_is_sent_once_when_that_is_certain(
    desk: Shell, square: FakeSquare, kind: Kind, asked: int, monkeypatch: pytest.MonkeyPatch, freeze: Freeze
) -> None:
    approve(desk, asked)
    desk("backup", "monday.db")
    restored(desk)
    confirm(desk)
    monkeypatch.setattr("responders.deliver.backoff", lambda attempts: timedelta(0))
    after = freeze(clock.now())
    assert deliver(desk) == {"unknown": 1}  # missed once is not yet absent
    for _ in range(3):
        after.shift(timedelta(minutes=5))
        states = deliver(desk)
    assert states == ({"unknown": 1} if kind == "neither" else {"sent": 1})
    assert square.posts_of_brand() == ([] if kind == "neither" else [ANSWER])


@pytest.mark.parametrize("kind", ["idempotent"], indirect=True)
class TestInTheTerminal:
    """What does not depend on the platform."""

    def test_backup_says_what_it_holds(self, desk: Shell) -> None:
        said = desk.json("backup", "monday.db")
        assert said["bytes"] == (desk.folder / "monday.db").stat().st_size
        assert said["newest_event"] > 0
        assert "checked" in desk("backup", "tuesday.db")
        assert desk.json("audit", "--database", "tuesday.db")["ok"] is True

    def test_backup_replaces_nothing_unasked(self, desk: Shell) -> None:
        desk("backup", "monday.db")
        desk("backup", "monday.db", code=1)
        assert desk.err == "twoway: monday.db is there already; name another file, or replace it with --force\n"
        desk("backup", "monday.db", "--force")

    def test_backup_needs_no_configuration(self, desk: Shell) -> None:
        (desk.folder / "twoway.toml").unlink()
        desk("backup", "monday.db", "--database", "twoway.db")

    def test_restore_says_what_comes_next(self, desk: Shell) -> None:
        desk("backup", "monday.db")
        said = desk("restore", "monday.db")
        assert "what was there before is kept: " in said
        assert "twoway confirm" in said

    def test_restore_beside_a_working_desk_is_refused(self, desk: Shell) -> None:
        desk("backup", "monday.db")
        store = open_store(desk.folder / "twoway.db")
        desk("restore", "monday.db", code=1)
        store.close()
        assert "stop it, then restore" in desk.err

    def test_restore_of_something_else_is_refused(self, desk: Shell) -> None:
        (desk.folder / "letter").write_text(json.dumps("Dear desk") * 100)
        desk("restore", "letter", code=1)
        assert "is not a SQLite database" in desk.err
        assert desk.json("check")["held"] is None

    def test_approving_says_why_nothing_goes_out(self, desk: Shell, asked: int) -> None:
        desk("backup", "monday.db")
        desk("restore", "monday.db")
        desk("approve", str(asked), "--login", "anna", typed=f"{PASSWORD}\ny\n", code=1)
