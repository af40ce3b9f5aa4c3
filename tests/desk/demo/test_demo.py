"""The demo: once through without a browser, and live for a person."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.desk.process import command
from tests.servers import starting
from twoway.store import open_store
from twoway.store.audit import audit

COUNTED = {"heard", "judged", "noise", "queued", "drafted", "approved", "sent", "answered", "reopened", "closed"}
Play = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Runs `twoway demo` in an empty folder; its own files go to ``data`` in it."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        return subprocess.run(
            command("demo", *words),
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )

    return run


def test_once_plays_the_whole_journey_and_counts_it(play: Play, tmp_path: Path) -> None:
    done = play("--once", "--json", "--data", "data")
    figures: dict[str, Any] = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert COUNTED | {"audit"} <= set(figures)
    assert all(figures[name] > 0 for name in COUNTED)
    assert figures["heard"] == figures["judged"]
    assert figures["approved"] == figures["sent"] == figures["on_the_square"]
    assert figures["alerts"] >= 1
    assert figures["digests"] == 2
    assert figures["audit"] == "holds"
    with closing(open_store(tmp_path / "data" / "twoway.db")) as store:
        assert audit(store).ok


def test_every_answer_stands_on_the_square_once_as_it_was_approved(play: Play, tmp_path: Path) -> None:
    play("--once", "--json", "--data", "data")
    with closing(sqlite3.connect(tmp_path / "data" / "square.db")) as square:
        handle = "SELECT id FROM accounts WHERE handle = 'fjordlicht'"
        posted = [row[0] for row in square.execute(f"SELECT text FROM posts WHERE account = ({handle})")]
    with closing(sqlite3.connect(tmp_path / "data" / "twoway.db")) as desk:
        approved = [
            part
            for (body,) in desk.execute("SELECT w.body FROM approvals a JOIN previews w ON w.sha256 = a.sha256")
            for part in json.loads(body)["parts"]
        ]
    assert sorted(posted) == sorted(approved)


def test_a_folder_that_holds_a_desk_is_refused_and_left_as_it_is(play: Play, tmp_path: Path) -> None:
    play("--once", "--data", "data")
    before = {path: path.read_bytes() for path in (tmp_path / "data").iterdir()}
    done = play("--once", "--data", "data")
    assert done.returncode == 1
    assert re.fullmatch(r"twoway: \S+/twoway\.db is there already; name an empty folder: --data DIR\n", done.stderr)
    assert {path: path.read_bytes() for path in (tmp_path / "data").iterdir()} == before


@pytest.mark.parametrize("file", ["twoway.toml", "twoway.db"])
def test_a_real_desk_is_never_touched(play: Play, tmp_path: Path, file: str) -> None:
    (tmp_path / "data").mkdir()
    if file == "twoway.toml":
        (tmp_path / "data" / file).write_text("[desk]\nbrand = 'Real'\n")
    else:
        open_store(tmp_path / "data" / file).close()
    before = (tmp_path / "data" / file).read_bytes()
    done = play("--data", "data")
    assert done.returncode == 1
    assert "give the demo another folder" in done.stderr
    assert (tmp_path / "data" / file).read_bytes() == before
    assert not (tmp_path / "data" / "square.db").exists()


def test_without_a_folder_nothing_is_left_behind(play: Play, tmp_path: Path) -> None:
    assert play("--once").returncode == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("twoway")] == []


def test_live_prints_three_addresses_and_ends_when_told(tmp_path: Path) -> None:
    [port] = starting.free_ports(1)
    out = tmp_path / "out"
    with out.open("wb") as written:
        process = subprocess.Popen(
            command("demo", "--port", str(port), "--data", str(tmp_path / "data")),
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        starting.wait_until(lambda: "Ctrl-C" in out.read_text(), "the demo is open", seconds=60)
        addresses = re.findall(r"http://127\.0\.0\.1:\d+\S*", out.read_text())
        assert [_status(url) for url in addresses] == [200, 200, 200]

        def in_the_inbox() -> int:
            with closing(sqlite3.connect(tmp_path / "data" / "twoway.db")) as desk:
                return int(desk.execute("SELECT count(*) FROM drafts").fetchone()[0])

        starting.wait_until(lambda: in_the_inbox() > 2, "customers came, and answers were begun", seconds=40)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
    assert '"level": "error"' not in out.read_text()


def _status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return int(answer.status)
