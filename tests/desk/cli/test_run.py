"""`twoway run` as a process: it starts, works, and ends when it is told to."""

import re
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest

from desk.accounts import sign_in
from desk.web.visit import cookie_name
from desk.wiring import open_desk
from tests.desk.cli.conftest import HASH, PASSWORD
from tests.desk.process import command, running
from tests.fakes.square import BRAND, TOKEN, FakeSquare
from tests.servers import starting
from twoway.config import load
from twoway.store import inbox, open_store, users
from twoway.store.audit import audit

CONFIG = """
[desk]
brand = "Wanderlust"
allow_private = ["127.0.0.1"]
[web]
port = {port}
[channels.square]
kind = "square"
url = "{url}"
token = "file:token"
handle = "{handle}"
undo_seconds = 0
poll_seconds = 1
"""


@pytest.fixture
def port() -> int:
    """A free one."""
    return starting.free_ports(1)[0]


@pytest.fixture
def config(tmp_path: Path, square: FakeSquare, port: int) -> Path:
    """The configuration of a desk on a running square, which Anna may use."""
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    path = tmp_path / "twoway.toml"
    path.write_text(CONFIG.format(port=port, url=square.url, handle=BRAND))
    store = open_store(tmp_path / "twoway.db")
    users.add(store, "anna", "Anna", "AB", "admin", HASH)
    store.close()
    return path


def waiting(config: Path) -> int:
    """How many conversations stand in the inbox, as another process sees them."""
    store = open_store(config.parent / "twoway.db")
    try:
        return len(inbox.lines(store, "open"))
    finally:
        store.close()


def holds(config: Path) -> bool:
    """Whether every promise holds."""
    store = open_store(config.parent / "twoway.db")
    try:
        return audit(store).ok
    finally:
        store.close()


def heard(config: Path) -> bool:
    """Whether the square has been listened to."""
    store = open_store(config.parent / "twoway.db")
    try:
        return bool(store.read().execute("SELECT 1 FROM channels WHERE last_success_at IS NOT NULL").fetchone())
    finally:
        store.close()


def test_it_hears_and_ends_cleanly(config: Path, port: int, square: FakeSquare) -> None:
    with running(config, port) as desk:
        starting.wait_until(lambda: heard(config), "the first poll")
        square.say("Tim", "@wanderlust Where is my parcel?")
        starting.wait_until(lambda: waiting(config) == 1, "the question is on the desk")
        assert desk.stop(10) == 0
    assert [line for line in desk.logged() if line["level"] in ("error", "critical")] == []
    assert holds(config)


def test_an_open_live_page_does_not_keep_it_from_ending(config: Path, port: int) -> None:
    opened = open_desk(load(config))
    token, _, _ = sign_in(opened.store, "anna", PASSWORD)
    cookie = f"{cookie_name(opened)}={token}"
    opened.close()
    with running(config, port) as desk:
        request = urllib.request.Request(f"{desk.url}/live", headers={"Cookie": cookie})
        with urllib.request.urlopen(request, timeout=20) as stream:
            assert stream.readline().startswith(b"retry:")
            assert desk.stop(10) == 0
    assert [line for line in desk.logged() if line["level"] in ("error", "critical")] == []


def test_a_second_start_goes_on_where_the_first_was_killed(config: Path, port: int, square: FakeSquare) -> None:
    with running(config, port) as first:
        starting.wait_until(lambda: heard(config), "the first poll")
        first.kill()
    square.say("Tim", "@wanderlust Where is my parcel?")
    with running(config, port) as second:
        starting.wait_until(lambda: waiting(config) == 1, "what was said meanwhile is on the desk")
        assert second.stop() == 0
    assert holds(config)


def test_ctrl_c_ends_it_cleanly_too(config: Path, port: int) -> None:
    with running(config, port) as desk:
        desk.process.send_signal(signal.SIGINT)
        assert desk.process.wait(10) == 0


def test_a_port_that_is_taken_is_named_before_anything_is_done(config: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        done = subprocess.run(
            command("run", "--config", str(config)), capture_output=True, text=True, check=False, timeout=30
        )
    assert done.returncode == 1
    assert re.fullmatch(rf"twoway: the inbox cannot listen on 127\.0\.0\.1, port {port} .+\n", done.stderr)
    assert not heard(config)
