"""What Bluesky is searched for, so that it gives at least all that the query counts; `listener.match` decides.

Bluesky finds posts that have all the words of a search, in any order, whatever their capitals; for one of several
words there is a search each. It does not find a phrase that is written as one hashtag, nor ue where ü was searched for,
so that these are searches of their own.
"""

import re
from collections.abc import Iterator

from twoway.config import Query

_SPACES = re.compile(r"[\s_\-‐‑‒–—]+")
_OPERATORS = re.compile(r'["()|:]')
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


def searches(query: Query) -> list[str]:
    """What to search for, each a stream; none where the query names no word that has to be there."""
    if query.any:
        return list(dict.fromkeys(written for term in query.any for written in _ways(term)))
    every = " ".join(_plain(term) for term in query.all)
    return list(dict.fromkeys(_spellings(every))) if every.strip() else []


def _ways(term: str) -> Iterator[str]:
    plain = _plain(term)
    yield from _spellings(plain)
    words = plain.split(" ")
    if len(words) > 1 and not plain.startswith("#"):
        yield from _spellings(f"#{''.join(words)}")


def _spellings(plain: str) -> Iterator[str]:
    yield plain
    yield plain.translate(_SPELT_OUT)


def _plain(term: str) -> str:
    """A term without what the search would take for more than a word."""
    return _SPACES.sub(" ", _OPERATORS.sub(" ", term)).strip()
