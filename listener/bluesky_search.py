"""What Bluesky is searched for, so that it gives at least all that the query counts; `listener.match` decides.

Bluesky finds posts that have all the words of a search, in any order, whatever their capitals; it knows no *or*, so
that each way to write a term is a search of its own: as words, as one hashtag, with ü and with ue.
"""

import re
from collections.abc import Iterator

from listener.words import spelt
from twoway.config import Query

_SPACES = re.compile(r"[\s_\-‐‑‒–—]+")
_OPERATORS = re.compile(r'["()|:]')


def searches(query: Query) -> list[str]:
    """What to search for, each a stream; none where the query names no word that has to be there."""
    terms = query.any or query.all[:1]
    # What has several ways to be written cannot be asked for beside another.
    others = (list(_ways(term)) for term in query.all if term not in terms)
    needed = [ways[0] for ways in others if len(ways) == 1]
    found = (" ".join((way, *needed)) for term in terms for way in _ways(term))
    return list(dict.fromkeys(found))


def _ways(term: str) -> Iterator[str]:
    """A term without what the search would take for more than a word."""
    for way in spelt(_SPACES.sub(" ", _OPERATORS.sub(" ", term)).strip()):
        yield way
        if " " in way and not way.startswith("#"):
            yield f"#{way.replace(' ', '')}"
