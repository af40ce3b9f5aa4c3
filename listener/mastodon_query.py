"""What Mastodon is searched for, so that it gives at least what the query counts; `listener.match` decides on it.

Hashtags are in the timeline of a tag, which takes four further ones (https://docs.joinmastodon.org/methods/timelines/).
Words are asked of the search (https://docs.joinmastodon.org/methods/search/): it knows phrases and *and*, but no *or*,
so that each way to write a term is a search of its own.
"""

import re
from collections.abc import Iterator

from listener.words import Term, fold, spelt
from twoway.config import Query

TAGS = 5
"""Hashtags of one request: one, and at most four more."""
_SIGNS = re.compile(r"[\":\\]+")
"""That mean something to the search, even within a phrase."""


def tags(query: Query) -> list[tuple[str, ...]]:
    """Hashtags to read, as many together as one request takes; none where the query names no word."""
    terms = query.any or query.all[:1]
    found = list(dict.fromkeys(tag for term in terms for tag in _tags(term)))
    return [tuple(found[at : at + TAGS]) for at in range(0, len(found), TAGS)]


def searches(query: Query) -> list[str]:
    """What to search for; nothing where the query names no word, since that would be everything."""
    terms = query.any or query.all[:1]
    # A word with an umlaut has two ways to be written, and asking for one would leave out the other.
    needed = [_phrase(term) for term in query.all if term in terms or not _ways(term)[1:]]
    found = (" ".join(dict.fromkeys((way, *needed))) for term in terms for way in _ways(term))
    return list(dict.fromkeys(found))


def _tags(term: str) -> Iterator[str]:
    """A term as a hashtag; accents and capitals make no difference to Mastodon."""
    body = Term.of(term).tag
    if body and not body.isdecimal():
        yield from ("".join(sign for sign in way.casefold() if sign.isalnum()) for way in spelt(term))


def _ways(term: str) -> list[str]:
    """A term as it is written in words; a hashtag is none."""
    return [] if fold(term).startswith("#") else [way for way in map(_phrase, spelt(term)) if way]


def _phrase(term: str) -> str:
    words = " ".join(_SIGNS.sub(" ", term).split())
    return f'"{words}"' if words else ""
