"""Feeds (RSS, Atom): what a blog, a forum or a search tells to everybody; answered by a person on the page itself."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from twoway.channel import Channel, Limits, Policy
from twoway.config.sections import Searching
from twoway.config.values import FeedUrl, Name
from twoway.domain import Malformed
from twoway.errors import AuthFailed, ChannelError, Gone, RateLimited, Temporary
from twoway.ports import Access
from twoway.text import one_line, sha256
from twoway.waiting import retry_at

if TYPE_CHECKING:
    import httpx2

LARGEST = 5_000_000
"""Bytes of a feed; the largest that are meant for readers have a fifth of it."""
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)
_END = re.compile(rb"</\s*(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_TAIL = 4_096
"""Bytes at the end of a feed in which it has to be closed; some programs write remarks behind it."""
_BEGINNING = 2_000
"""Bytes of a damaged feed that are kept for whoever looks into it."""


class Settings(Searching):
    """The section ``[channels.NAME]`` of a channel of the kind feed."""

    url: FeedUrl
    title: Name | None = None
    """What people call it; None: what it calls itself."""


@dataclass(frozen=True, slots=True)
class Validators:
    """By what a server knows that we have seen its newest version."""

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Validators":
        """Those that came with an answer; what could not be sent back as it is, is none."""
        return cls(*(_sendable(headers.get(name, "")) for name in ("etag", "last-modified")))

    def headers(self) -> dict[str, str]:
        """The request for what is newer."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in asked.items() if value}


def _sendable(header: str) -> str:
    return header if header.isascii() and header.isprintable() and len(header) <= 500 else ""


@dataclass(frozen=True, slots=True)
class Document:
    """A feed as it was read."""

    title: str
    link: str
    language: str
    entries: tuple[Mapping[str, Any], ...]
    """As feedparser gives them, in the order of the feed."""
    validators: Validators = Validators()
    damage: Malformed | None = None
    """What is wrong with its writing, though something could be read."""


@dataclass(frozen=True)
class Feed:
    """One feed and how it is reached."""

    name: str
    http: "httpx2.Client"
    url: str
    title: str

    def fetch(self, operation: str, seen: Validators) -> Document | None:
        """The feed; None where nothing changed since it was ``seen``. Raises ChannelError."""
        answer = self._ask(operation, seen)
        if answer.status_code == 304 and seen.headers():
            return None
        if answer.status_code != 200:
            raise self._refusal(operation, answer)
        return self._read(operation, answer)

    def _ask(self, operation: str, seen: Validators) -> "httpx2.Response":
        import httpx2

        from twoway.http import AddressRefused, AnswerRefused

        try:
            # Feeds move, and every hop passes the address guard.
            return self.http.get(self.url, headers={"Accept": ACCEPT, **seen.headers()}, follow_redirects=True)
        except (httpx2.HTTPError, httpx2.InvalidURL, AddressRefused, AnswerRefused) as error:
            said = one_line(str(error), 300) or type(error).__name__
            raise Temporary(self.name, operation, said) from error

    def _refusal(self, operation: str, answer: "httpx2.Response") -> ChannelError:
        status = answer.status_code
        said = f"{status} {one_line(answer.reason_phrase, 100)}".strip()
        if status in (401, 407):
            return AuthFailed(self.name, operation, f"{said}: the feed asks for a login")
        if status == 410:
            return Gone(self.name, operation, f"{said}: the feed was taken down for good")
        if status == 404:
            return Temporary(self.name, operation, f"{said}: no feed at this address")
        if status == 429 or (status == 503 and "retry-after" in answer.headers):
            return RateLimited(self.name, operation, said, retry_at(answer.headers.get("retry-after", "")))
        return Temporary(self.name, operation, said)

    def _read(self, operation: str, answer: "httpx2.Response") -> Document:
        kind = answer.headers.get("content-type", "")
        try:
            # From where the owner says it is, not from where it led this time: ids may be resolved against it.
            found = _parse(answer.content, kind, self.url.partition("?")[0])
        except Exception as error:  # whatever a hostile feed makes a lenient parser stumble over
            said = f"the feed cannot be read: {type(error).__name__}"
            raise Temporary(self.name, operation, said) from error
        if not found.get("version"):
            said = f"this is no feed but {one_line(kind.partition(';')[0], 60) or 'something else'}"
            raise Temporary(self.name, operation, said)
        damage = _damage(found, answer.content)
        if damage and not _END.search(answer.content[-_TAIL:].replace(b"\0", b"")):
            # Half an entry would be heard as words that nobody wrote.
            raise Temporary(self.name, operation, "the feed ends in the middle")
        about = found["feed"]
        return Document(
            title=self.title or one_line(about.get("title", ""), 200) or urlsplit(self.url).hostname or self.name,
            link=about.get("link", ""),
            language=about.get("language", ""),
            entries=tuple(found["entries"]),
            validators=Validators.of(answer.headers),
            damage=damage,
        )


def _parse(body: bytes, content_type: str, url: str) -> Any:
    import feedparser

    # In a stream: bytes as they are would be taken for the name of a file.
    headers = {"content-type": content_type, "content-location": url}
    return feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False)


def _damage(found: Any, body: bytes) -> Malformed | None:
    import feedparser

    error = found.get("bozo_exception")
    if error is None or isinstance(error, feedparser.CharacterEncodingOverride | feedparser.NonXMLContentType):
        return None
    # Without the place in the text, which is another one after every new entry.
    said = one_line(str(getattr(error, "getMessage", lambda: error)()), 200)
    reason = f"the feed is not written correctly: {said}"
    return Malformed(sha256(reason), reason, body[:_BEGINNING])


def connect(settings: Settings, access: Access) -> Feed:
    """The way to the feed; the first request is made by whoever uses it."""
    return Feed(access.name, access.http(largest=LARGEST), settings.url, settings.title or "")


def check(connection: Feed) -> None:
    """Reads the feed once."""
    connection.fetch("check", Validators())


CHANNEL = Channel(
    kind="feed",
    label="Feed",
    settings=Settings,
    connect=connect,
    check=check,
    limits=Limits(length=None, poll_seconds=900),
    policy=Policy(),
    collector="listener.feed:Collector",
    sender="responders.by_hand:Sender",
)
