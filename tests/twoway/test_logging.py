"""The log tells what happened and gives nothing away."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from tests.conftest import Freeze
from twoway.logging import HIDDEN, QUIET, hide, set_up


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def log() -> io.StringIO:
    stream = io.StringIO()
    set_up(stream)
    return stream


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_line_is_one_json_object(log: io.StringIO, freeze: Freeze) -> None:
    freeze()
    structlog.get_logger("desk").info("heard", channel="square", mentions=3)
    assert lines(log) == [
        {
            "event": "heard",
            "channel": "square",
            "mentions": 3,
            "level": "info",
            "logger": "desk",
            "at": "2026-11-23T11:00:00.000000Z",
        }
    ]


def test_libraries_write_to_the_same_log(log: io.StringIO) -> None:
    logging.getLogger("fastapi").warning("slow %s", "answer", extra={"path": "/"})
    (line,) = lines(log)
    assert (line["event"], line["path"], line["level"]) == ("slow answer", "/", "warning")


def test_values_under_a_secret_name_are_hidden(log: io.StringIO) -> None:
    structlog.get_logger().info(
        "login", password="hunter2", headers={"Authorization": "x hunter2", "Accept": "y"}, access_token=["hunter2"]
    )
    (line,) = lines(log)
    assert line["headers"] == {"Authorization": HIDDEN, "Accept": "y"}
    assert "hunter2" not in log.getvalue()


@pytest.mark.parametrize(
    "said",
    [
        "Authorization: Bearer hunter2hunter2",
        "{'Authorization': 'Basic aHVudGVyMg=='}".replace("aHVudGVyMg==", "hunter2hunter2"),
        "sent Bearer hunter2hunter2 to them",
        "https://desk:hunter2@mail.example/inbox",
        "GET /?access_token=hunter2&x=1",
        'password="hunter2"',
    ],
)
def test_what_looks_like_a_credential_is_hidden_in_any_text(log: io.StringIO, said: str) -> None:
    logging.getLogger("other").warning("it said: %s", said)
    assert "hunter2" not in log.getvalue()
    assert HIDDEN in log.getvalue()


def test_plain_words_are_left_alone() -> None:
    said = "The customer asks for the basic tariff; see https://example.org/a@b and mail support@example.org"
    assert hide(said) == said


def test_a_traceback_shows_no_local_variable_and_no_credential(log: io.StringIO) -> None:
    def fail(word: str) -> None:
        raise ValueError(f"refused: Bearer {word}")

    try:
        fail("hunter2" * 2)
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = lines(log)
    assert "ValueError" in line["exception"]
    assert "hunter2hunter2" not in log.getvalue()


def test_a_secret_of_the_configuration_hides_itself(log: io.StringIO) -> None:
    structlog.get_logger().info("read", value=SecretStr("hunter2"))
    assert "hunter2" not in log.getvalue()


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_stranger_can_neither_forge_a_line_nor_move_the_cursor(stream: type[io.StringIO]) -> None:
    log = stream()
    set_up(log)
    structlog.get_logger().info("heard", text="hello\n2026 forged\x1b[2J\u202e")
    assert len(log.getvalue().splitlines()) == 1
    assert "\x1b[2J" not in log.getvalue()
    assert "\u202e" not in log.getvalue()


def test_a_terminal_gets_lines_for_people() -> None:
    log = Terminal()
    set_up(log)
    structlog.get_logger().info("heard", channel="square")
    assert "heard" in log.getvalue()
    assert not log.getvalue().startswith("{")


@pytest.mark.parametrize("name", QUIET)
def test_chatter_of_libraries_is_silenced_even_at_debug(name: str) -> None:
    log = io.StringIO()
    set_up(log, level="DEBUG")
    logging.getLogger(f"{name}.connection").debug("send header hunter2")
    assert log.getvalue() == ""
    logging.getLogger("ours").debug("seen")
    assert "seen" in log.getvalue()
