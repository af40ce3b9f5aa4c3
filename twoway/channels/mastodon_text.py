"""What a post says, read from the HTML in which Mastodon gives it; nothing hidden in links, nothing executed."""

import re
import unicodedata
from collections.abc import Mapping
from html.parser import HTMLParser

LONGEST = 200_000
"""Characters of HTML that are read."""

NAMED = re.compile(r"(?<![=/\w])@(\w+(?:[\w.-]*\w)?)((?:@[\w-]+(?:\.[\w-]+)*)?)")
"""Somebody's handle in a text: the name, and the domain where one is written."""

_BLOCKS = {"p", "div", "ul", "ol", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
_DROPPED = {"script", "style", "template", "title"}
_LINES = re.compile(r"[ \t]*[\r\n]+[ \t]*")
_GAPS = re.compile(r"\n{3,}")


def to_text(html: str, handles: Mapping[str, str] | None = None, *, wary: bool = True) -> str:
    """The text that a person would read.

    ``handles`` are those of the people mentioned, by the address that their link has: a link shows only half a handle.
    ``wary``: a link that shows something else than where it leads says both.
    """
    reader = _Reader(handles or {}, wary)
    reader.feed(html if len(html) <= LONGEST else html[: html.rfind("<", 0, LONGEST)])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self, handles: Mapping[str, str], wary: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._handles, self._wary = handles, wary
        self._parts: list[str] = []
        self._link: tuple[str, bool, int] | None = None
        """Where the open link leads, whether it is a mention or a hashtag, and where its words begin."""
        self._dropped = 0
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._dropped += 1
        elif tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append("\n- ")
        elif tag in _BLOCKS:
            self._parts.append("\n\n")
        elif tag == "a" and self._link is None:
            found = dict(attrs)
            named = "mention" in (found.get("class") or "").split()
            self._link = (found.get("href") or "", named, len(self._parts))
        self._verbatim += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self._dropped = max(0, self._dropped - 1)
        elif tag in _BLOCKS:
            self._parts.append("\n\n")
        elif tag == "a" and self._link:
            self._end_link(*self._link)
        self._verbatim = max(0, self._verbatim - (tag == "pre"))

    def _end_link(self, href: str, named: bool, begin: int) -> None:
        words = "".join(self._parts[begin:])
        if named and href in self._handles:
            words = f"@{self._handles[href]}"
        elif self._wary and not named and href and words.strip() not in (href, href.rstrip("/")):
            words = f"{words} ({href})"
        self._parts[begin:] = [words]
        self._link = None

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self._parts.append(data if self._verbatim else _LINES.sub(" ", data))

    def text(self) -> str:
        """The whole, without empty lines at its ends."""
        return _GAPS.sub("\n\n", "".join(self._parts)).strip()


def same_words(one: str, other: str) -> bool:
    """Whether two texts say the same; handles may be written with or without their domain, in any case."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> list[str]:
    return NAMED.sub(r"@\1", unicodedata.normalize("NFC", text)).casefold().split()


def length(text: str, warning: str, link: int) -> int:
    """How long Mastodon takes a post to be: characters as people count them, mentions without domain, links alike.

    ``link`` is what this server reserves for one; where that is more than usual, every beginning of a link counts so.
    """
    from mastodon import Mastodon

    return int(Mastodon.get_status_length(text, warning)) + max(0, link - 23) * text.lower().count("://")
