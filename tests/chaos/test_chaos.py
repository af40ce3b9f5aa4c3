"""A short chaos in every run of the tests: a world of each kind of platform, and every control."""

import json
import subprocess
import sys

import pytest

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
