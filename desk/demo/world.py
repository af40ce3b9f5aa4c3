"""The demo's world: the square, the receivers, a configuration that names them, and the desk of a made-up brand."""

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

from fastapi import FastAPI

from desk.demo import receivers, story
from desk.demo.receivers import Received
from desk.loopback import running
from desk.square.app import create_app
from desk.square.board import Board, Rules
from desk.wiring import Desk, open_desk
from twoway.config import load
from twoway.errors import NotFound, Refused
from twoway.store import desk as stamps
from twoway.store import open_store, users
from twoway.store.users import User

MARK = "# Written by `twoway demo`; everything named here is on this machine and made up.\n"
CONFIG = Template(
    MARK
    + """\
[desk]
brand = "$brand"
timezone = "$zone"
database = "$database"
allow_private = ["127.0.0.0/8"]

[web]
port = $port

[channels.square]
kind = "square"
url = "$square"
token = "file:$folder/square.token"
handle = "$handle"
signature = "Viele Grüße, {initials}"
undo_seconds = $undo
poll_seconds = 2

[channels.counter]
kind = "log"
undo_seconds = $undo
poll_seconds = 2

[alerts]
urls = ["file:$folder/alerts.url"]
quote = "short"

[digest]
recipients = [
  { address = "leitung@fjordlicht.example", language = "de", at = "$digest" },
  { address = "lead@fjordlicht.example", language = "en", at = "$digest" },
]

[digest.smtp]
host = "127.0.0.1"
port = $smtp
security = "none"
sender = "desk@fjordlicht.example"
"""
)


@dataclass(frozen=True, slots=True)
class Files:
    """Where a demo keeps what it writes."""

    folder: Path
    config: Path
    database: Path

    @classmethod
    def of(cls, folder: Path, config: Path | None = None, database: Path | None = None) -> "Files":
        """The files of a demo in ``folder``, two of which may stand elsewhere."""
        return cls(folder, config or folder / "twoway.toml", (database or folder / "twoway.db").absolute())

    def claim(self) -> None:
        """Make sure that nothing here is a real desk's. Raises Refused; then nothing was touched."""
        if self.config.exists() and not self.config.read_text("utf-8", "replace").startswith(MARK):
            raise Refused(f"{self.config} was not written by a demo; give the demo another folder: --data DIR")
        if self.database.exists() and not _is_demo(self.database):
            raise Refused(f"{self.database} is a real desk's database; give the demo another folder: --data DIR")
        self.folder.mkdir(parents=True, exist_ok=True)


def _is_demo(database: Path) -> bool:
    store = open_store(database, create=False)
    try:
        return bool(stamps.stamp(store).demo)
    finally:
        store.close()


@dataclass
class World:
    """Everything of a running demo."""

    folder: Path
    desk: Desk
    board: Board
    rules: Rules
    square: str
    receivers: str
    received: Received
    person: User
    """Who sits at the desk: a visitor in the browser, or the scripted reviewer."""


@contextmanager
def world(files: Files, *, web_port: int, undo_seconds: int, digest: str) -> Iterator[World]:
    """A demo in those files, which are made, or continued if a demo made them. Raises Refused for a real desk's.

    ``digest`` is the time of day, in the brand's zone, at which the digest is due.
    """
    files.claim()
    folder = files.folder
    received = Received()
    with ExitStack() as stack:
        app = _square(folder)
        square = stack.enter_context(running(app))
        shown = stack.enter_context(running(receivers.create_app(received)))
        smtp = stack.enter_context(receivers.mail_server(received))
        _secret(folder / "alerts.url", f"{shown.replace('http:', 'json:')}/alerts")
        values = {
            "brand": story.BRAND,
            "handle": story.HANDLE,
            "port": web_port,
            "zone": story.ZONE,
            "square": square,
            "smtp": smtp,
            "folder": _quoted(folder.absolute()),
            "database": _quoted(files.database),
        }
        files.config.write_text(CONFIG.substitute(values, undo=undo_seconds, digest=digest), encoding="utf-8")
        desk = open_desk(load(files.config), demo=True)
        stack.callback(desk.close)
        board: Board = app.state.board
        yield World(folder, desk, board, app.state.rules, square, shown, received, _person(desk))


def _quoted(path: Path) -> str:
    """As it stands between the quotes of a TOML string."""
    return json.dumps(str(path), ensure_ascii=False)[1:-1]


def _square(folder: Path) -> FastAPI:
    token = _secret(folder / "square.token")
    return create_app(folder / "square.db", token=token, brand_handle=story.HANDLE, brand_name=story.BRAND)


def _secret(path: Path, value: str = "") -> str:
    """The secret in a file only its owner may read; made where it is missing, or set to ``value``."""
    if value or not path.exists():
        path.touch(mode=0o600)
        path.write_text(value or secrets.token_urlsafe(24), encoding="utf-8")
    return path.read_text("utf-8")


def _person(desk: Desk) -> User:
    try:
        return users.by_login(desk.store, "demo")
    except NotFound:
        return users.add(desk.store, "demo", "Alex Brandt", "AB", "admin", None)
