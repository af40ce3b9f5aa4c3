"""The square as a program of its own."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0", "--token-env", "PATH"], "stays on this machine"),
        (["--host", "square.example", "--token-env", "PATH"], "stays on this machine"),
        (["--token-env", "NO_SUCH_VARIABLE"], "not set or empty"),
    ],
)
def test_a_wrong_start_is_refused_in_one_line(tmp_path, arguments: list[str], said: str) -> None:
    command = [sys.executable, "-m", "desk.square", "--file", str(tmp_path / "s.db"), "--port", "0", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
