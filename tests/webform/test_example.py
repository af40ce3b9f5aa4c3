"""What stands on the page about forms can be copied, pasted and run."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.process import Running, running
from tests.house import files
from tests.servers import starting
from twoway.store import open_store

PAGE = (files.ROOT / "docs" / "webform.md").read_text("utf-8")
[SEND] = re.findall(r"```python\n# send\.py[^\n]*\n(.*?)```", PAGE, re.DOTALL)
MAKE, USE, CURL = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
PUBLIC = "https://desk.example.org"
CONFIG = """
[desk]
brand = "Wanderlust"
[web]
port = {port}
[model]
name = "rules"
[channels.contact]
kind = "webform"
secrets = ["file:contact.secret"]
poll_seconds = 1
"""


def shell(folder: Path, script: str) -> str:
    """What a person's shell says to it."""
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where somebody tries it."""
    made = tmp_path_factory.mktemp("form")
    shell(made, MAKE.replace("python3", sys.executable))
    (made / "send.py").write_text(SEND)
    return made


@pytest.fixture(scope="module")
def desk(folder: Path) -> Iterator[Running]:
    """A desk at work beside it."""
    port = starting.free_ports(1)[0]
    (folder / "twoway.toml").write_text(CONFIG.format(port=port))
    with running(folder / "twoway.toml", port) as found:
        yield found


def heard(folder: Path, words: str) -> str:
    """Who said this, once the desk has heard it."""
    store = open_store(folder / "twoway.db")
    sql = "SELECT a.remote_id FROM mentions m JOIN authors a ON a.id = m.author_id WHERE m.text = ? AND m.title = ?"
    try:
        found = lambda title: store.read().execute(sql, (words, title)).fetchone()  # noqa: E731
        starting.wait_until(lambda: bool(found("Tasse") or found("")), "the message is heard")
        return str((found("Tasse") or found(""))[0])
    finally:
        store.close()


def test_the_python_example_sends_a_message(desk: Running, folder: Path) -> None:
    said = shell(folder, USE.replace(PUBLIC, desk.url).replace("python3", sys.executable))
    assert said.startswith("202 ")
    assert heard(folder, "Meine Tasse kam zerbrochen an.") == "petra@example.org"


def test_the_python_example_tells_what_is_wrong(desk: Running, folder: Path) -> None:
    wrong = [
        sys.executable,
        "send.py",
        f"{desk.url}/inbound/contact",
        "contact.secret",
        "text=x",
        "emial=p@example.org",
    ]
    done = subprocess.run(wrong, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("422 ")
    assert "did you mean 'email'" in done.stderr


def test_the_curl_example_sends_a_message(desk: Running, folder: Path) -> None:
    starting.need("curl", "openssl")
    said = shell(folder, CURL.replace(PUBLIC, desk.url))
    assert said.startswith('{"taken":"msg_')


def test_the_secret_that_the_page_makes_is_private(folder: Path) -> None:
    assert (folder / "contact.secret").stat().st_mode & 0o077 == 0
