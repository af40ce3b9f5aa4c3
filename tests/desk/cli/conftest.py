"""A desk with a square and a log, worked from the command line."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from desk.accounts import hash_password
from desk.cli import app
from tests.fakes.square import BRAND, TOKEN, FakeSquare, fake_square
from twoway.store import Store, open_store, users

PASSWORD = "ein Satz, den man sich merkt"
HASH = hash_password(PASSWORD)
CONFIG = """
[desk]
brand = "Wanderlust"
allow_private = ["127.0.0.1"]
[model]
name = "rules"
[channels.square]
kind = "square"
url = "{url}"
token = "file:token"
handle = "{handle}"
undo_seconds = 0
[channels.telefon]
kind = "log"
"""


@dataclass
class Shell:
    """Runs commands in one folder, as a person in a terminal does."""

    folder: Path
    code: int = 0
    err: str = ""

    def __call__(self, *command: str, code: int = 0, typed: str = "") -> str:
        """What `twoway COMMAND` prints; it has to end with ``code``."""
        done = CliRunner().invoke(app, command, input=typed)
        self.code, self.err = done.exit_code, done.stderr
        assert done.exit_code == code, (done.stdout, done.stderr, done.exception)
        assert not done.exception or isinstance(done.exception, SystemExit), done.exception
        return done.stdout

    def json(self, *command: str, code: int = 0) -> Any:
        """What `twoway COMMAND --json` prints, one document."""
        return json.loads(self(*command, "--json", code=code))

    def rows(self, *command: str) -> list[Any]:
        """What `twoway COMMAND --json` prints, JSON Lines."""
        return [json.loads(line) for line in self(*command, "--json").splitlines()]


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """Commands set the log up for their process; here that is the tests'."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def twoway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


@pytest.fixture
def square(tmp_path: Path) -> Iterator[FakeSquare]:
    """A running square."""
    with fake_square(tmp_path) as running:
        yield running


@pytest.fixture
def desk(twoway: Shell, square: FakeSquare) -> Shell:
    """The command line beside the configuration of a desk that has begun to listen."""
    token = twoway.folder / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    (twoway.folder / "twoway.toml").write_text(CONFIG.format(url=square.url, handle=BRAND))
    twoway("collect")
    return twoway


@pytest.fixture
def store(desk: Shell) -> Iterator[Store]:
    """The desk's file, opened beside the commands."""
    opened = open_store(desk.folder / "twoway.db")
    yield opened
    opened.close()


@pytest.fixture
def anna(store: Store) -> str:
    """Somebody who may approve; her password is PASSWORD."""
    return users.add(store, "anna", "Anna Berger", "AB", "approver", HASH).login
