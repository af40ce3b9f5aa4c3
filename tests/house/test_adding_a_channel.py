"""The code on the page about adding a channel works as it stands there."""

import ast
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import SecretStr

from tests.fakes.pinboard import TOKEN, FakePinboard, Pinboard, fake_pinboard
from tests.house import files
from tests.house.rules import broken
from twoway import clock
from twoway.channel import load
from twoway.domain import Absent, Draft, Found, Page, Part
from twoway.errors import AuthFailed, Rejected
from twoway.http import Guard, client
from twoway.ports import Access

PAGE = (files.ROOT / "docs" / "adding-a-channel.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE, re.DOTALL))
MODULES = [path for path in BLOCKS if path.endswith("pinboard.py")]


@pytest.fixture(autouse=True)
def modules(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in MODULES:
        module = ModuleType(path.removesuffix(".py").replace("/", "."))
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(compile(BLOCKS[path], path, "exec"), module.__dict__)


@pytest.fixture
def pinboard(tmp_path: Path) -> Iterator[FakePinboard]:
    with fake_pinboard(tmp_path) as found:
        yield found


@pytest.fixture
def board(pinboard: FakePinboard) -> Pinboard:
    return pinboard.board


class Halves:
    """The channel, connected."""

    def __init__(self, url: str) -> None:
        self.channel = load("twoway.channels.pinboard:CHANNEL")
        settings = self.channel.settings(url=url, token=SecretStr(TOKEN), handle="kaffeenord")
        guard = Guard(("127.0.0.0/8",))
        access = Access("board", "desk", None, lambda **options: client(guard=guard, **options))  # type: ignore[arg-type]
        self.connection = self.channel.connect(settings, access)
        self.collector = load(self.channel.collector)(self.connection, settings, None)
        self.sender = load(self.channel.sender)(self.connection, settings)


@pytest.fixture
def halves(pinboard: FakePinboard) -> Halves:
    return Halves(pinboard.url)


@pytest.mark.parametrize("path", MODULES)
def test_it_keeps_the_rules_of_the_house(path: str) -> None:
    assert broken(path, BLOCKS[path]) == []
    assert ast.get_docstring(ast.parse(BLOCKS[path]))


def test_it_hears_what_comes_after_it_was_set_up(board: Pinboard, halves: Halves) -> None:
    board.pin("anna", "before")
    (start,) = halves.collector.collect("notes", None)
    assert start == Page("1")
    board.pin("anna", "Where is my parcel?")
    board.pin("kaffeenord", "We are looking", answers=2)
    board.notes.append({"id": 4})
    (page,) = halves.collector.collect("notes", start.cursor)
    assert [mention.text for mention in page.mentions] == ["Where is my parcel?"]
    assert [change.replies_to for change in page.changes] == [("2",)]
    assert len(page.malformed) == 1
    assert page.cursor == "4"


def test_what_is_approved_is_sent_once_and_found(board: Pinboard, halves: Halves) -> None:
    (start,) = halves.collector.collect("notes", None)
    board.pin("anna", "Where is my parcel?")
    (page,) = halves.collector.collect("notes", start.cursor)
    preview = halves.sender.preview(Draft("On its way."), page.mentions[0].address)
    part = Part(preview, 0, "key-1")
    assert halves.sender.look(preview).there
    assert halves.sender.find(part, clock.now()) == Absent("not among our notes")
    receipt = halves.sender.send(part)
    assert board.notes[-1]["text"] == "@anna On its way."
    assert halves.sender.find(part, clock.now()) == Found(receipt)
    began = clock.now() - timedelta(minutes=1)
    assert [(post.id, post.key, post.text) for post in halves.sender.recent(began)] == [
        (receipt.remote_id, "key-1", "@anna On its way.")
    ]
    assert list(halves.sender.recent(clock.now())) == []


def test_it_says_what_to_do_next(board: Pinboard, halves: Halves) -> None:
    halves.channel.check(halves.connection)
    halves.connection.http.headers["Authorization"] = "Bearer revoked"
    with pytest.raises(AuthFailed, match=r"board: check: 401 .*who are you"):
        halves.channel.check(halves.connection)
    address = '{"handle":"anna","note":1}'
    with pytest.raises(Rejected, match="300 are allowed"):
        halves.sender.preview(Draft("x" * 300), address)
