"""HTML mail made readable plain text: never shown as HTML, nothing hidden in links, scripts gone."""

import re
from collections import Counter
from html.parser import HTMLParser

LONGEST = 500_000
"""Characters of HTML that are read."""
TOO_DEEP = 2_000
"""Open elements; the sanitizer's time grows with the square of them, so deeper nesting is stripped, not understood."""

_DEEPEST = 10
"""Quotes in quotes that are still marked one by one."""

_BLOCKS = {"p", "div", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "blockquote", "hr"}
_KEPT = _BLOCKS | {"a", "br", "li", "td", "th", "img"}
_SCHEMES = {"http", "https", "mailto"}
_DROPPED = {"script", "style", "title", "head", "template", "noscript", "svg", "math", "iframe", "object"}
_SPACES = re.compile(r"[ \t\r\n\f\u00a0\u200b\u200c\ufeff]+")
_TAG = re.compile(r"<[^<>]*>")
_NESTING = re.compile(
    r"<(/?)(?!(?:p|br|li|tr|td|th|img|hr|meta|link|input|col|option|dt|dd)\b)([a-z][a-z0-9]*)", re.IGNORECASE
)
_MAILTO = re.compile(r"^mailto:", re.IGNORECASE)


def to_text(html: str) -> str:
    """The text that a person would read; links as ``text (url)``, quotes as ``> ``, pictures by their words."""
    import nh3

    html = html[:LONGEST]
    if _too_deep(html):
        html = _TAG.sub(" ", html)
    clean = nh3.clean(
        html,
        tags=_KEPT,
        clean_content_tags=_DROPPED,
        attributes={"a": {"href"}, "img": {"alt"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    return reader.text()


def _too_deep(html: str) -> bool:
    """Whether more elements are open at once than any mail program writes."""
    standing: Counter[str] = Counter()
    depth = 0
    for end, name in _NESTING.findall(html):
        step = -1 if end else 1
        if step > 0 or standing[name] > 0:
            standing[name] += step
            depth += step
        if depth > TOO_DEEP:
            return True
    return False


class _Reader(HTMLParser):
    """Reads what the sanitizer left: balanced tags, so that nesting can be counted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._pre = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens blocks and quotes, remembers where a link begins."""
        if tag in _BLOCKS:
            self._end(tag == "p")
        if tag == "br":
            self._end(False, always=True)
        elif tag == "li":
            self._end(False)
            self._line.append("- ")
        elif tag in ("td", "th"):
            self._line.append(" ")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self._line)))
        elif tag == "img":
            self._line.append(dict(attrs).get("alt") or "")
        self._quotes += tag == "blockquote"
        self._pre += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        """Closes blocks and quotes, writes a link's address behind its words."""
        if tag in _BLOCKS or tag == "li":
            self._end(tag == "p")
        if tag == "a" and self._links:
            self._link(*self._links.pop())
        self._quotes -= tag == "blockquote"
        self._pre -= tag == "pre"

    def handle_data(self, data: str) -> None:
        """Collects words; white space is one space, except in ``pre``."""
        if not self._pre:
            self._line.append(_SPACES.sub(" ", data))
            return
        first, *rest = data.split("\n")
        self._line.append(first)
        for line in rest:
            self._end(False, always=True)
            self._line.append(line)

    def _link(self, url: str, start: int) -> None:
        shown = "".join(self._line[start:]).strip()
        plain = _MAILTO.sub("", url)
        if plain and not url.startswith("#") and plain.rstrip("/") not in (shown, shown.rstrip("/")):
            self._line.append(f" ({plain})" if shown else plain)

    def _end(self, paragraph: bool, *, always: bool = False) -> None:
        """The line ends here; an empty one is kept only where it was asked for, a paragraph asks for one around it."""
        line = "".join(self._line) if self._pre else _SPACES.sub(" ", "".join(self._line)).strip()
        self._line.clear()
        self._links = [(url, 0) for url, _ in self._links]
        if line or always:
            self._lines.append(self._mark() + line)
        if paragraph and self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._mark().rstrip())

    def _mark(self) -> str:
        return "> " * min(self._quotes, _DEEPEST)

    def text(self) -> str:
        """What was read, without runs of empty lines."""
        self._end(False)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in self._lines)).strip()
