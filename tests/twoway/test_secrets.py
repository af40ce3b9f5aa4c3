"""A setting names its secret, and no mistake gives the secret away."""

import os
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from twoway.secrets import LARGEST, Secret


class Login(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    token: Secret


def read(value: object, folder: Path = Path()) -> str:
    return Login.model_validate({"token": value}, context={"folder": folder}).token.get_secret_value()


def mistake(value: object, folder: Path = Path()) -> str:
    with pytest.raises(ValidationError) as caught:
        read(value, folder)
    assert caught.value.error_count() == 1
    return str(caught.value)


def write(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_it_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQUARE_TOKEN", "hunter2 ")
    assert read("env:SQUARE_TOKEN") == "hunter2 "


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_it_comes_from_a_file_without_its_trailing_newline(tmp_path: Path, ending: bytes) -> None:
    write(tmp_path / "token", "schlüssel".encode() + ending)
    assert read("file:token", tmp_path) == "schlüssel"


def test_an_absolute_path_stands_for_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "token", b"hunter2\n")
    assert read(f"file:{path}", tmp_path / "elsewhere") == "hunter2"


def test_only_one_newline_is_taken_away(tmp_path: Path) -> None:
    write(tmp_path / "token", b"hunter2\n\n")
    assert read("file:token", tmp_path) == "hunter2\n"


def test_it_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQUARE_TOKEN", "hunter2")
    assert "hunter2" not in repr(Login.model_validate({"token": "env:SQUARE_TOKEN"}))


def test_a_secret_already_read_is_taken_as_it_is() -> None:
    assert read(SecretStr("hunter2")) == "hunter2"


@pytest.mark.parametrize("value", ["hunter2", "hunter2:env", "env:hunter2!", 4711, ["hunter2"], {"hunter2": "hunter2"}])
def test_a_plain_value_is_a_mistake_that_never_repeats_it(value: object) -> None:
    said = mistake(value)
    assert "env:" in said
    assert "hunter2" not in said
    assert "4711" not in said


def test_a_missing_variable_is_named() -> None:
    assert "the environment variable NOWHERE_TO_BE_FOUND is not set" in mistake("env:NOWHERE_TO_BE_FOUND")


def test_an_empty_variable_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQUARE_TOKEN", " ")
    assert "SQUARE_TOKEN is empty" in mistake("env:SQUARE_TOKEN")


def test_a_file_that_everybody_can_read_is_a_mistake_with_its_remedy(tmp_path: Path) -> None:
    write(tmp_path / "token", b"hunter2", mode=0o644)
    said = mistake("file:token", tmp_path)
    assert "chmod o-rwx" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"\n", "is empty"), (b"\xff\xfe", "not text"), (b"x" * (LARGEST + 1), "too large")],
)
def test_a_file_without_a_secret_is_a_mistake(tmp_path: Path, content: bytes, words: str) -> None:
    write(tmp_path / "token", content)
    assert words in mistake("file:token", tmp_path)


@pytest.mark.parametrize(
    ("value", "words"), [("file:gone", "there is no file"), ("file:.", "folder"), ("file:", "path")]
)
def test_a_path_without_a_file_is_a_mistake(tmp_path: Path, value: str, words: str) -> None:
    assert words in mistake(value, tmp_path)


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "not a plain file" in mistake("file:pipe", tmp_path)


@pytest.mark.parametrize("value", ["env:NOWHERE_TO_BE_FOUND", "file:gone"])
def test_what_is_switched_off_needs_no_secret(value: str) -> None:
    login = Login.model_validate({"token": value}, context={"secrets": False})
    assert login.token.get_secret_value() == ""


def test_even_switched_off_a_plain_value_is_a_mistake() -> None:
    with pytest.raises(ValidationError):
        Login.model_validate({"token": "hunter2"}, context={"secrets": False})
