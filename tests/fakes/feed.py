"""The fake blog: a feed on loopback that anyone writes into, with faults to order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape as html
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape as xml

import httpx2

from desk.loopback import running
from tests.fakes.faults import Faults
from tests.fakes.faulty import Faulty, Receive, Send
from twoway import clock
from twoway.http import Guard, client
from twoway.text import sha256

PATH, OLD_PATH = "/feed.xml", "/old.xml"
"""Where the feed is, and where it was."""
SITE = "https://blog.example.org"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:thr="http://purl.org/syndication/thread/1.0">'


def guarded(**how: Any) -> httpx2.Client:
    """What `Access.http` gives a channel: the real client, allowed to reach this machine."""
    return client(guard=Guard(("127.0.0.0/8",)), **how)


@dataclass(frozen=True)
class Told:
    """An entry of the blog."""

    id: str
    author: str
    text: str
    at: datetime
    answers: str = ""
    title: str = ""

    def rss(self) -> str:
        """As RSS writes it, the text as HTML."""
        reply = f'<thr:in-reply-to ref="{xml(self.answers)}"/>' if self.answers else ""
        return (
            f"<item><guid isPermaLink='false'>{xml(self.id)}</guid><link>{SITE}/{xml(self.id)}</link>"
            f"<title>{xml(self.title)}</title><author>{xml(self.author)}</author>{reply}"
            f"<pubDate>{format_datetime(self.at)}</pubDate><description>{xml(html(self.text))}</description></item>"
        )


@dataclass
class FakeFeed:
    """A running blog: what it tells, how many entries its feed shows, how it answers."""

    faults: Faults
    url: str = ""
    entries: list[Told] = field(default_factory=list)
    shown: int = 100
    validators: frozenset[str] = frozenset({"etag", "last-modified"})
    """Those that it gives and minds."""
    folder: str = ""
    """Where the old path was."""
    status: int = 200
    """What it answers to everything, where that is not 200."""
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/rss+xml; charset=utf-8"})
    body: bytes | None = None
    """What it gives in place of the feed."""

    def tell(self, author: str, text: str, *, answers: str = "", title: str = "") -> str:
        """Somebody writes; the entry's id."""
        number = f"entry-{len(self.entries) + 1}"
        self.entries.append(Told(number, author, text, clock.now() + timedelta(seconds=1), answers, title))
        return number

    def edit(self, entry: str, text: str) -> None:
        """Somebody changes what they wrote."""
        self.entries = [replace(one, text=text) if one.id == entry else one for one in self.entries]

    def document(self) -> bytes:
        """The feed, newest first."""
        newest = self.entries[::-1][: self.shown]
        items = "\n".join(entry.rss() for entry in newest)
        return f"{HEAD}<channel><title>Petras Blog</title><link>{SITE}</link>\n{items}\n</channel></rss>".encode()

    async def serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """The ASGI application."""
        asked = {name.decode(): value.decode() for name, value in scope["headers"]}
        body = self.document() if self.body is None else self.body
        marks = {"etag": f'"{sha256(body)[:16]}"', "last-modified": sha256(body)[:16]}
        marks = {name: value for name, value in marks.items() if name in self.validators}
        known = {"etag": asked.get("if-none-match"), "last-modified": asked.get("if-modified-since")}
        same = bool(marks) and all(known[name] == value for name, value in marks.items())
        status = {PATH: 304 if same and self.status == 200 else self.status, f"{self.folder}{OLD_PATH}": 301}.get(
            scope["path"], 404
        )
        moved = {"location": PATH} if status == 301 else {}
        headers = [(name.encode(), value.encode()) for name, value in {**self.headers, **marks, **moved}.items()]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body if status == 200 else b""})

    def asked(self) -> list[int]:
        """The status of each answer that it gave."""
        return [entry["status"] for entry in self.faults.log()]


@contextmanager
def fake_feed(folder: Path) -> Iterator[FakeFeed]:
    """A blog on loopback; its record lies in ``folder``."""
    feed = FakeFeed(Faults(folder))
    with running(Faulty(feed.serve, feed.faults)) as url:
        feed.url = f"{url}{PATH}"
        yield feed
