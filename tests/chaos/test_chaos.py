"""A short chaos in every run of the tests: a world of each kind of platform, and every control."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.counting import lines
from tests.chaos.plan import KINDS


@pytest.mark.timeout(240)
def test_whatever_goes_wrong_each_answer_stands_once_and_each_control_shows_why() -> None:
    command = [sys.executable, "-m", "tests.chaos", "--short", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=230, check=False)
    assert done.returncode == 0, done.stderr[-8000:]
    told = json.loads(done.stdout)
    assert [row["kind"] for row in told["platforms"]] == list(KINDS)
    assert all(row["kills"] and row["counts"]["approved"] for row in told["platforms"])
    assert all(control["count"] for control in told["controls"])


def test_what_is_still_being_written_is_not_read_yet(tmp_path: Path) -> None:
    log = tmp_path / "received.jsonl"
    log.write_text('{"fault": 1}\n{"fault": 2}\n{"fau')
    assert list(lines(log)) == [{"fault": 1}, {"fault": 2}]
    log.write_text('{"fault": 1}\n')
    assert list(lines(log)) == [{"fault": 1}]
