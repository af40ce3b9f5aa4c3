"""Feeds for tests: a desk that reads one, and documents to put into it."""

from datetime import UTC, datetime
from typing import Any

import httpx2

from listener.feed import Collector
from tests.contract.rig import Desk
from twoway.channels import feed
from twoway.channels.feed import Feed, Settings
from twoway.domain import Mention, Page
from twoway.ports import Access

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://blog.example.org/feed.xml?token=hush"


def rss(*items: str, head: str = "<title>Petras Blog</title>") -> bytes:
    """A feed of these items."""
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


def item(guid: str, text: str = "x", *more: str) -> str:
    """An item."""
    return f"<item><guid isPermaLink='false'>{guid}</guid><description>{text}</description>{''.join(more)}</item>"


class Paper:
    """A feed without a network: it says what it was told to."""

    name = "paper"
    page_size = "listener.feed.PAGE"

    def __init__(self, body: bytes = b"", **headers: str) -> None:
        self.body, self.headers, self.status = body, {"content-type": "application/rss+xml", **headers}, 200
        transport = httpx2.MockTransport(self._serve)
        self.feed = Feed(self.name, httpx2.Client(transport=transport), URL, "")

    def _serve(self, request: httpx2.Request) -> httpx2.Response:
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        return httpx2.Response(self.status, headers=headers, content=self.body)

    def collector(self, since: datetime | None = None) -> Collector:
        """The hearing half."""
        return Collector(self.feed, Settings(url=URL), since)

    def pages(self, cursor: str | None = None, since: datetime | None = None) -> list[Page]:
        """What is heard now."""
        return list(self.collector(since).collect("entries", cursor))


def desk(paper: Any, since: datetime | None = None) -> Desk:
    """A desk that reads the feed."""
    return Desk(paper, since)


def heard(body: bytes, since: datetime = datetime(2000, 1, 1, tzinfo=UTC), **headers: str) -> list[Mention]:
    """What is heard of a feed that was empty until now."""
    paper = Paper(rss())
    [start] = paper.pages(since=since)
    paper.body, paper.headers = body, {**paper.headers, **headers}
    return [mention for page in paper.pages(start.cursor) for mention in page.mentions]


def connected(url: str, http: Any) -> Feed:
    """The channel's connection to a feed that is served."""
    door: Any = None
    return feed.connect(Settings(url=url), Access("blog", "desk-under-test", door, http))
