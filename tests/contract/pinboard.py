"""The pinboard set-up: a channel of a package of its own, made from the page about adding a channel, and installed."""

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.fakes.pinboard import BRAND, TOKEN, FakePinboard, fake_pinboard
from twoway import channels as kinds
from twoway.channel import load
from twoway.http import Guard, client
from twoway.ports import Access, Collector, Sender

PAGE = (Path(__file__).parents[2] / "docs/adding-a-channel.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"```(?:python|toml)\n# (\S+)\n(.*?)```", PAGE, re.DOTALL))
MOVED = {
    "twoway/channels/pinboard.py": "twoway_pinboard/channel.py",
    "listener/pinboard.py": "twoway_pinboard/listener.py",
    "responders/pinboard.py": "twoway_pinboard/responders.py",
}
"""Where the page says that each file goes in a package of its own."""


def write(folder: Path) -> Path:
    """The package's source, word by word from the page."""
    package = folder / "source"
    (package / "twoway_pinboard").mkdir(parents=True)
    (package / "twoway_pinboard/__init__.py").write_text('"""The pinboard, as a channel of twoway."""\n')
    (package / "pyproject.toml").write_text(BLOCKS["pyproject.toml"])
    for path, there in MOVED.items():
        code = BLOCKS[path]
        for ours, theirs in MOVED.items():
            code = code.replace(_module(ours), _module(theirs))
        (package / there).write_text(code)
    return package


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def install(folder: Path) -> Path:
    """By pip, without a network: what `pip install twoway-pinboard` would do."""
    where = folder / "installed"
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--no-build-isolation", "--quiet"]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", "--target", where, write(folder)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return where


@pytest.fixture(scope="session")
def pinboard_installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the package is."""
    return str(install(tmp_path_factory.mktemp("pinboard")))


@pytest.fixture
def pinboard_package(pinboard_installed: str) -> Iterator[None]:
    """The package, installed beside the desk's own; other tests know nothing of it."""
    sys.path.append(pinboard_installed)
    _forget()
    yield
    sys.path.remove(pinboard_installed)
    _forget()


def _forget() -> None:
    importlib.invalidate_caches()
    kinds.paths.cache_clear()
    kinds.channel.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "twoway_pinboard"]:
        del sys.modules[name]


class PinboardRig:
    """The fake board and the brand's login to it; nobody there can change or take back a note."""

    can = frozenset({
        "outage", "history", "public", "api", "look", "doubt", "answers", "lists", "found", "absent", "key",
    })  # fmt: skip
    secret = TOKEN
    name = "our pinboard"
    page_size = "twoway_pinboard.listener.PAGE"

    def __init__(self, platform: FakePinboard) -> None:
        self.platform = platform
        self.kind = kinds.channel("pinboard")
        self.settings = self.kind.settings(url=platform.url, token=SecretStr(TOKEN), handle=BRAND)
        no_door: Any = None
        http = partial(client, guard=Guard(("127.0.0.1",)))
        self.connection = self.kind.connect(self.settings, Access(self.name, "desk-under-test", no_door, http))

    def collector(self, since: datetime | None = None) -> Collector:
        made: Collector = load(self.kind.collector)(self.connection, self.settings, since)
        return made

    def sender(self) -> Sender:
        made: Sender = load(self.kind.sender)(self.connection, self.settings)
        return made

    def say(self, customer: str, text: str, *, private: bool = False, reply_to: str = "") -> str:
        by = re.sub(r"\W", "", customer.lower())
        return str(self.platform.board.pin(by, text, int(reply_to) if reply_to else None)["id"])

    def heard_as(self, said: str) -> str:
        return said

    def answer_elsewhere(self, said: str, text: str) -> None:
        self.platform.board.pin(BRAND, text, int(said))

    def drop_next_send(self, *, accepted: bool) -> None:
        self.platform.faults.order("drop-after" if accepted else "drop-before", method="POST")

    def refuse_login(self) -> None:
        self.connection.http.headers["Authorization"] = "Bearer revoked"

    def in_our_name(self, expected: int) -> list[str]:
        return [note["text"] for note in self.platform.board.of(BRAND)]

    def _cannot(self, *arguments: Any, **options: Any) -> Any:
        raise NotImplementedError("nobody can on a pinboard; its rig does not say so either")

    edit = delete = _cannot


@contextmanager
def open_pinboard(request: pytest.FixtureRequest) -> Iterator[PinboardRig]:
    """The set-up."""
    request.getfixturevalue("pinboard_package")
    with fake_pinboard(request.getfixturevalue("tmp_path")) as platform:
        rig = PinboardRig(platform)
        yield rig
        rig.connection.http.close()
