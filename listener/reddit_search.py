"""What Reddit is searched for, so that it gives at least all that the query counts; `listener.match` decides.

Its search knows OR and phrases, and takes no more than 512 characters: a few long searches, not one for each word.
"""

import re
from collections.abc import Iterable, Iterator

from listener.words import spelt
from twoway.config import Query

LONGEST = 512
_OPERATORS = re.compile(r'["\\()\[\]{}:^~*?!&|+/#-]+')


def searches(query: Query) -> list[str]:
    """What to search for, each a stream; none where the query names no word that has to be there."""
    if query.any:
        return _packed(list(dict.fromkeys(written for term in query.any for written in _ways(term))))
    every = _every(query.all)
    return [every] if every else []


def _every(terms: Iterable[str]) -> str:
    """As many of the terms as fit: what is left out makes the search find more."""
    made = ""
    for term in terms:
        ways = list(dict.fromkeys(_ways(term)))
        longer = f"{made} ({' OR '.join(ways)})" if len(ways) > 1 else f"{made} {' '.join(ways)}"
        made = longer.strip() if len(longer) <= LONGEST else made
    return made


def _ways(term: str) -> Iterator[str]:
    """A term as people write it: with ü or ue, whichever stands in the query, as words or as one."""
    words = _phrase(term).strip('"')
    for written in (words, words.replace(" ", "")):
        yield from (_phrase(way) for way in spelt(written) if way)


def _phrase(term: str) -> str:
    words = " ".join(_OPERATORS.sub(" ", term).split())
    return f'"{words[:200]}"' if words else ""


def _packed(terms: list[str]) -> list[str]:
    made: list[str] = []
    for term in terms:
        if made and len(made[-1]) + len(term) + 4 <= LONGEST:
            made[-1] = f"{made[-1]} OR {term}"
        else:
            made.append(term)
    return made
