"""One entry of a feed: who said what and when, in plain text, whatever the feed's writing is like."""

import json
from calendar import timegm
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from twoway import clock
from twoway.channels.feed import Document
from twoway.channels.log import HandAddress
from twoway.domain import Author, Edited, Mention
from twoway.mail.html import to_text
from twoway.text import one_line, sha256, storable

REASON = "a feed only tells what was written; the answer is given on the page itself"
LONGEST_ID = 300
LONGEST_TEXT = 100_000
"""Characters; a feed that carries whole books is heard by its beginning."""
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before that there was no web: the date is a slip of a program."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is heard."""

    id: str
    link: str
    text: str
    author: Author
    language: str
    replies_to: tuple[str, ...]
    published: datetime | None
    """None: the feed does not say."""
    updated: datetime | None
    raw: bytes
    """As feedparser gave it, in JSON."""

    @property
    def key(self) -> str:
        """What a cursor remembers it by."""
        return sha256(self.id)[:16]

    @property
    def mark(self) -> str:
        """Another one once it says something else."""
        return sha256(self.text)[:12]

    @property
    def mention(self) -> Mention:
        """What is kept of it, if it is a mention."""
        now = clock.now()
        return Mention(
            id=self.id,
            author=self.author,
            text=self.text,
            created_at=min(self.published or now, now),
            address=self._address,
            visibility="public",
            raw=self.raw,
            reference=self.id,
            replies_to=self.replies_to,
            route="hand",
            route_reason=REASON,
            url=self.link,
            language=self.language,
            found=True,
        )

    @property
    def edited(self) -> Edited:
        """What is kept of it, if it is known and says something else now."""
        now = clock.now()
        return Edited(self.id, self.text, min(self.updated or now, now), self.raw, self._address)

    @property
    def _address(self) -> str:
        reach = f"{self.author.name} {self.link}".strip()
        return HandAddress("public", reach, f"{self.id} {self.mark}").written()


def read(document: Document, limit: int) -> Iterator[Entry]:
    """The first ``limit`` entries of the feed, each once, the oldest first; what is empty is passed over."""
    # Most feeds begin with the newest, which decides where dates do not.
    items = reversed(document.entries[:limit])
    read = [entry for item in items if (entry := _entry(item, document))]
    # Some programs give every entry the same id: then the page it leads to tells them apart.
    pages = Counter(known for known, _ in {(entry.id, entry.link or entry.mark) for entry in read})
    told = (
        replace(entry, id=sha256(f"{entry.id} {entry.link or entry.mark}")) if pages[entry.id] > 1 else entry
        for entry in read
    )
    yield from {entry.id: entry for entry in sorted(told, key=_age)}.values()


def _age(entry: Entry) -> datetime:
    """Of two versions in one feed the later counts."""
    return entry.updated or entry.published or OLDEST


def _entry(item: Mapping[str, Any], document: Document) -> Entry | None:
    link = _web(item.get("link", ""))
    title = one_line(_plain(item.get("title_detail")), 1_000)
    text = _text(title, _body(item)) or link
    known = storable(str(item.get("id") or link or "")).strip()
    if not text:
        return None
    return Entry(
        id=known if 0 < len(known) <= LONGEST_ID else sha256(known or text),
        link=link,
        text=text,
        author=_author(item, document),
        language=_language(item, document),
        replies_to=_answered(item),
        published=_moment(item, "published_parsed") or _moment(item, "updated_parsed"),
        updated=_moment(item, "updated_parsed"),
        raw=_raw(item),
    )


def _plain(detail: Any) -> str:
    """The readable text of a title or a body: HTML is not trusted, and not shown."""
    if not isinstance(detail, Mapping):
        return ""
    value = storable(str(detail.get("value") or ""))
    return (to_text(value) if "html" in str(detail.get("type")) else value).strip()[:LONGEST_TEXT]


def _body(item: Mapping[str, Any]) -> str:
    """The whole text where there is one, else the summary."""
    details = [*item.get("content", ()), item.get("summary_detail")]
    return next((text for detail in details if (text := _plain(detail))), "")


def _text(title: str, body: str) -> str:
    """Both in one, so that an edit of either is seen; where people only write, the title is where the text begins."""
    begins = title.rstrip("….").rstrip()
    return body if " ".join(body.split()).startswith(begins) else f"{title}\n\n{body}".strip()


def _author(item: Mapping[str, Any], document: Document) -> Author:
    detail = item.get("author_detail", {})
    source = item.get("source", {})
    name = detail.get("name") or item.get("author") or source.get("title") or document.title
    name = one_line(str(name), 200)
    url = _web(detail.get("href", ""))
    known = detail.get("email") or url or name
    return Author(" ".join(str(known).casefold().split())[:LONGEST_ID], name, name, url)


def _language(item: Mapping[str, Any], document: Document) -> str:
    """What is claimed: of the text, of the entry, of the feed."""
    details = [*item.get("content", ()), item.get("summary_detail"), item.get("title_detail")]
    claims = [detail.get("language") for detail in details if detail]
    claimed = next(filter(None, (*claims, item.get("language"), document.language)), "")
    return one_line(str(claimed), 35).partition("-")[0].lower()


def _answered(item: Mapping[str, Any]) -> tuple[str, ...]:
    """What it answers, where the feed says so (RFC 4685)."""
    found = item.get("thr_in-reply-to")
    reference = found.get("ref") if isinstance(found, Mapping) else ""
    return (storable(str(reference)),) if reference else ()


def _moment(item: Mapping[str, Any], name: str) -> datetime | None:
    parsed = item.get(name) if name in item else None
    try:
        moment = datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return moment if moment and moment > OLDEST else None


def _web(link: Any) -> str:
    """The address, if it is one that a browser may open."""
    found = one_line(str(link or ""), 2_000)
    return found if found.lower().startswith(("http://", "https://")) else ""


def _raw(item: Mapping[str, Any]) -> bytes:
    return json.dumps(item, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace")
