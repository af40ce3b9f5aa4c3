"""Says of everything that a channel shows whether it counts as a mention, and why; nothing is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from listener.match import Matcher, Verdict
from twoway.domain import Mention, OwnPost, Page
from twoway.ports import Collector


@dataclass(frozen=True, slots=True)
class Explained:
    """A post and what is decided about it."""

    stream: str
    id: str
    author: str
    at: datetime | None
    url: str
    text: str
    matched: bool
    why: tuple[str, ...]


def explain(collector: Collector, matcher: Matcher) -> Iterator[Explained]:
    """Every post from the collector's own beginning on, stream by stream. Raises ChannelError."""
    for stream in collector.streams():
        for page in collector.collect(stream, None):
            yield from _page(stream, page, matcher)


def _page(stream: str, page: Page, matcher: Matcher) -> Iterator[Explained]:
    for mention in page.mentions:
        yield _mention(stream, mention, matcher.verdict(mention))
    for post in (change for change in page.changes if isinstance(change, OwnPost)):
        yield Explained(stream, post.id, "", post.created_at, post.url, post.text, False, ("it is a post of ours",))
    for found in page.malformed:
        yield Explained(stream, found.id, "", None, "", "", False, (f"it cannot be read: {found.reason}",))


def _mention(stream: str, mention: Mention, verdict: Verdict) -> Explained:
    author = mention.author.handle or mention.author.name
    words = f"{mention.title}\n\n{mention.text}".strip()
    return Explained(stream, mention.id, author, mention.created_at, mention.url, words, verdict.matched, verdict.why)
