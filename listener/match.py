"""Decides what is a mention: pure, the same on every channel.

    addressed to the brand          always
    come upon (a search, a feed)    one of any, each of all, none of none, in a language, by nobody and nowhere ignored

What a platform's own search gives is a superset; here it is decided. Own posts are no mentions to begin with: a
collector knows them and gives them as OwnPost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from listener.words import Term, Words, fold
from twoway.config import Query
from twoway.domain import Mention, Page
from twoway.ports import Collector, LanguageOf

UNKNOWN = "und"
"""What is said of a text whose language cannot be told."""
Test = tuple[bool, str]
"""Whether it was passed, and what was found, in plain words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a post is a mention, and why."""

    matched: bool
    why: tuple[str, ...]


class Matcher:
    """Holds posts against a query."""

    def __init__(self, query: Query, language_of: LanguageOf) -> None:
        self._any, self._all, self._none = (tuple(map(Term.of, terms)) for terms in (query.any, query.all, query.none))
        self._languages, self._language_of = query.languages, language_of
        self._authors = {_handle(author): author for author in query.ignore_authors}
        self._sites = tuple(site.lower().rstrip(".") for site in query.ignore_sites)

    def verdict(self, mention: Mention) -> Verdict:
        """Is it one? Where not, every reason why not; else every one why."""
        if not mention.found:
            return Verdict(True, ("it was addressed to the brand",))
        tests = list(self._tests(mention))
        failed = tuple(said for passed, said in tests if not passed)
        return Verdict(not failed, failed or tuple(said for _, said in tests) or ("the query asks for nothing",))

    def _tests(self, mention: Mention) -> Iterator[Test]:
        words = Words.of(f"{mention.title}\n{mention.text}")
        if self._any:
            held = [term for term in self._any if words.hold(term)]
            yield bool(held), f"it has {_names(held)}" if held else "it has none of the words under any"
        if self._all:
            lacking = [term for term in self._all if not words.hold(term)]
            yield not lacking, f"it lacks {_names(lacking)}" if lacking else f"it has {_names(self._all)}"
        if excluded := [term for term in self._none if words.hold(term)]:
            yield False, f"it has {_names(excluded)}, which is under none"
        if self._languages:
            yield self._language(mention)
        yield from self._ignored(mention)

    def _language(self, mention: Mention) -> Test:
        """Platforms claim a language that nobody chose, and short texts are hard to tell: one of the two is enough."""
        claimed = mention.language.partition("-")[0].lower()
        told = {claimed, self._language_of(mention.text)} - {"", UNKNOWN}
        if not told:
            return True, "its language cannot be told"
        return not told.isdisjoint(self._languages), f"its language is {' or '.join(sorted(told))}"

    def _ignored(self, mention: Mention) -> Iterator[Test]:
        author = mention.author
        for known in dict.fromkeys(_handle(name) for name in (author.id, author.handle, author.url)):
            if known in self._authors:
                yield False, f"its author {self._authors[known]} is ignored"
        for host in dict.fromkeys((_host(mention.url), _host(author.url))):
            for site in self._sites:
                if host == site or host.endswith(f".{site}"):
                    yield False, f"the site {site} is ignored"


class Sieve:
    """A collector that gives only what is a mention; cursors, changes and everything else stay as they are.

    A change of something that was no mention is no news to the store.
    """

    def __init__(self, collector: Collector, matcher: Matcher) -> None:
        self._collector, self._matcher = collector, matcher

    def streams(self) -> list[str]:
        """Those of the collector."""
        return self._collector.streams()

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """The collector's pages. Raises ChannelError."""
        for page in self._collector.collect(stream, cursor):
            yield replace(page, mentions=tuple(one for one in page.mentions if self._matcher.verdict(one).matched))


def _names(terms: list[Term] | tuple[Term, ...]) -> str:
    return ", ".join(f"“{term.written}”" for term in terms)


def _handle(written: str) -> str:
    return fold(written).strip().removeprefix("@").rstrip("/")


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
