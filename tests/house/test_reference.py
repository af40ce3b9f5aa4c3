"""The example and the documentation of the configuration are complete, and true."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from tests.house import files, reference
from twoway.channels import channel, paths
from twoway.config import Common, load

DOCUMENT = files.ROOT / "docs" / "configuration.md"
ILLUSTRATED = {"channels.mail.name", "templates.when"}
"""Shown with a value that tells more than their empty default."""
DEFAULTS = {
    path: field.default
    for path, field in reference.known().items()
    if not field.is_required() and field.default is not None and path not in ILLUSTRATED
}


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in set(re.findall(r'"env:(\w+)"', reference.EXAMPLE.read_text("utf-8"))):
        webhook = f"whsec_{'hunter22' * 5}" if name.endswith("_WEBHOOK_SECRET") else "json://127.0.0.1/hunter2"
        monkeypatch.setenv(name, webhook)


def test_the_example_works_as_it_is(tmp_path: Path) -> None:
    copy = tmp_path / "twoway.toml"
    copy.write_bytes(reference.EXAMPLE.read_bytes())
    config = load(copy)
    assert list(config.channels) == ["log"]


@pytest.mark.usefixtures("secrets")
def test_the_example_works_with_everything_switched_on(tmp_path: Path) -> None:
    (tmp_path / "square.token").write_text("hunter2")
    (tmp_path / "square.token").chmod(0o600)
    copy = tmp_path / "twoway.toml"
    copy.write_text(re.sub(r"(?m)^#(?! )", "", reference.EXAMPLE.read_text("utf-8")), "utf-8")
    config = load(copy)
    assert {found.kind for found in config.channels.values()} == set(paths())
    assert config.templates[0].text.startswith("{greeting}")


def test_every_key_is_in_the_example_and_nothing_else() -> None:
    assert reference.in_example().keys() == reference.known().keys()


@pytest.mark.parametrize("path", sorted(DEFAULTS))
def test_what_the_example_shows_is_the_default(path: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(reference.known()[path].rebuild_annotation())
    assert adapter.validate_python(reference.in_example()[path]) == adapter.validate_python(DEFAULTS[path])


@pytest.mark.parametrize("kind", sorted(paths()))
def test_a_kind_takes_no_key_that_every_channel_has(kind: str) -> None:
    assert set(channel(kind).settings.model_fields) & {*Common.model_fields, "kind"} == set()


def documented() -> set[str]:
    """The key paths in the tables of the document: its headings name the table, its first columns the key."""
    found, table = set(), ""
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if heading := re.match(r"#+ .*`\[+([\w.*]+)\]+`", line):
            table = heading[1]
        elif row := re.match(r"\| `(\w+)` \|", line):
            found.add(f"{table}.{row[1]}")
    return found


def test_every_key_is_documented_and_nothing_else() -> None:
    assert documented() - {"channels.*.kind"} == set(reference.known())


def test_every_piece_of_toml_in_the_documents_can_be_read() -> None:
    for document in sorted((files.ROOT / "docs").rglob("*.md")):
        for piece in re.findall(r"```toml\n(.*?)```", document.read_text("utf-8"), re.DOTALL):
            tomllib.loads(piece)
