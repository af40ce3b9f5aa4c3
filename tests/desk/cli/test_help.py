"""Every command explains itself, by an example too, and takes the same options."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from desk.cli import app
from tests.desk.cli.conftest import Shell
from twoway import __version__


def commands(group: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of a group with its words."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *path, name)
        else:
            yield (*path, name), command


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


@pytest.mark.parametrize("module", ["fastapi", "apprise", "transformers", "imap_tools", "apscheduler"])
def test_the_command_line_loads_nothing_heavy_to_begin_with(module: str) -> None:
    code = f"import sys, desk.cli; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
