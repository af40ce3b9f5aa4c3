"""The brand's query in the words of X's search, at most as long as X takes; `listener.match` decides on what it finds.

https://docs.x.com/x-api/posts/search/integrate/build-a-query: spaces are *and*, ``OR`` has to be written, keywords are
whole words. What does not fit is asked for in several searches; what only leaves posts out is left out instead.
"""

import re
import unicodedata
from collections.abc import Iterator

from listener.words import spelt
from twoway.config import Query

_WORD = re.compile(r"[^\W_]\w*")
_RESERVED = {"or", "and", "not"}
_HANDLE = re.compile(r"@?(\w{1,15})", re.ASCII)
UNTOLD = "und"
"""X's name for a language that cannot be told."""


def searches(query: Query, handle: str, longest: int) -> list[str]:
    """What to search for; nothing where the query names no words, since that would be all of X.

    ``handle``: ours; posts of its and those that name it are heard elsewhere. X claims a language for each post: what
    it takes for one that is not asked for is not found. Raises ValueError for a query that cannot be asked in
    ``longest`` characters.
    """
    fixed = [*_needed(query), f"-from:{handle}", f"-@{handle}", "-is:retweet", *_languages(query)]
    room = longest - len(" ".join(fixed)) - len(" ()")
    if room < 0:
        raise ValueError(f"the words under all and the languages do not fit into the {longest} characters of a search")
    if not query.any:
        return [_narrowed(fixed, query, longest)] if query.all else []
    return [_narrowed([f"({' OR '.join(some)})", *fixed], query, longest) for some in _packed(query.any, room)]


def _needed(query: Query) -> list[str]:
    return [f"({' OR '.join(ways)})" if len(ways := _ways(term)) > 1 else ways[0] for term in query.all]


def _languages(query: Query) -> list[str]:
    spoken = [f"lang:{language}" for language in (*query.languages, UNTOLD)]
    return [f"({' OR '.join(spoken)})"] if query.languages else []


def _packed(terms: tuple[str, ...], room: int) -> Iterator[list[str]]:
    """The ways to write all terms, in as few lists as will do."""
    some: list[str] = []
    for way in dict.fromkeys(way for term in terms for way in _ways(term)):
        if len(way) > room:
            raise ValueError(f"the word {way} does not fit into a search")
        if some and len(" OR ".join((*some, way))) > room:
            yield some
            some = []
        some.append(way)
    yield some


def _narrowed(asked: list[str], query: Query, longest: int) -> str:
    """With what the query leaves out, as far as there is room: it costs money and would be passed over anyway."""
    search = " ".join(asked)
    for more in (*_unwanted(query), *_ignored(query)):
        if len(search) + 1 + len(more) <= longest:
            search += f" {more}"
    return search


def _unwanted(query: Query) -> Iterator[str]:
    return (f"-{_written(term)}" for term in query.none)


def _ignored(query: Query) -> Iterator[str]:
    found = (_HANDLE.fullmatch(author) for author in query.ignore_authors)
    return (f"-from:{match[1]}" for match in found if match and not match[1].isdecimal())


def _ways(term: str) -> list[str]:
    """How people write a term: with and without umlauts and accents, with a hyphen, as one word, as a hashtag."""
    apart = list(dict.fromkeys((*spelt(term), _plain(term))))
    if term.startswith("#"):
        return [_written(way) for way in apart]
    joined = [way for way in (re.sub(r"[\W_]+", "", way) for way in apart) if way]
    hyphened = [re.sub(r"\s+", "-", way) for way in apart]
    return list(dict.fromkeys((*map(_written, (*apart, *joined, *hyphened)), *(f"#{way}" for way in joined))))


def _plain(term: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", term) if not unicodedata.combining(sign))


def _written(term: str) -> str:
    """A word, a hashtag or a phrase as X reads it."""
    word = term.removeprefix("#")
    if _WORD.fullmatch(word) and word.lower() not in _RESERVED:
        return term
    words = " ".join(re.sub(r"[\"\\]+", " ", word).split())
    return f'"{words}"'
