"""Every command explains itself, by an example too, and takes the same options."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from desk.cli import app
from tests.desk.cli.conftest import Shell
from twoway import __version__


def commands(group: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of a group with its words."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "commands"):
            yield from commands(command, *path, name)
        else:
            yield (*path, name), command


MAIL_ONLY = """
[desk]
brand = "Wanderlust"
allow_private = ["127.0.0.1"]
[model]
name = "rules"
[channels.support]
kind = "mail"
mailbox = "hilfe@wanderlust.example"
password = "env:MAIL_PASSWORD"
[channels.support.imap]
host = "127.0.0.1"
port = 1
security = "none"
[channels.support.smtp]
host = "127.0.0.1"
port = 1
security = "none"
"""
ROOT = typer.main.get_command(app)
COMMANDS = dict(commands(ROOT))


def example(words: tuple[str, ...]) -> list[str]:
    """The example's words, without what comes before a pipe and where it is written to."""
    found = re.search(r"Example: (.+?)(?:\n\n|\Z)", COMMANDS[words].help, re.DOTALL)
    assert found, f"no example for {' '.join(words)}"
    return shlex.split(found[1].rpartition("|")[2].partition(">")[0])


def test_the_commands_are_these() -> None:
    working = "run collect judge score train queue show approve deliver digest log import export demo"
    keeping = "init check channel alert-test user audit backup restore confirm erase"
    assert {words[0] for words in COMMANDS} == {*working.split(), *keeping.split()}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_has_an_example_that_it_understands(words: tuple[str, ...], twoway: Shell) -> None:
    said = example(words)
    assert said[: len(words) + 1] == ["twoway", *words]
    assert f"twoway {' '.join(words)}" in twoway(*words, "--help")
    COMMANDS[words].make_context("twoway", said[len(words) + 1 :])  # raises where an option or argument is unknown


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_takes_a_configuration_and_a_database(words: tuple[str, ...]) -> None:
    options = {option for parameter in COMMANDS[words].params for option in parameter.opts}
    assert {"--config", "--database"} <= options


def test_an_unknown_command_is_used_wrongly(twoway: Shell) -> None:
    twoway("tidy", code=2)


def test_the_version_is_told(twoway: Shell) -> None:
    assert twoway("--version") == f"twoway {__version__}\n"


def loaded(*words: str) -> set[str]:
    """The packages that a command has loaded when it ends, however it ends."""
    code = (
        "import sys\nfrom desk.cli import main\ntry: main()\nexcept SystemExit: pass\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.__stderr__)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, timeout=60)
    return set(done.stderr.splitlines()[-1].split())


def test_help_loads_nothing_heavy() -> None:
    heavy = {"pydantic", "sqlite_utils", "numpy", "fastapi", "apprise", "transformers", "imap_tools", "apscheduler"}
    assert loaded("--help") & heavy == set()


def test_a_desk_with_only_mail_loads_no_other_platforms_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "secret")
    config = tmp_path / "twoway.toml"
    config.write_text(MAIL_ONLY, "utf-8")
    found = loaded("check", "--config", str(config))
    assert "imap_tools" in found
    assert found & {"tweepy", "praw", "mastodon", "feedparser"} == set()
