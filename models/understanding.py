"""What the vectors of mentions are for: topics, and what was said by others as well."""

from collections.abc import Sequence
from datetime import timedelta

from models.alike import same_words
from models.topics import Topics
from twoway import clock
from twoway.nearness import ALIKE
from twoway.ports import Encoder
from twoway.store import Store, likenesses, vectors
from twoway.store.judgements import Unjudged
from twoway.store.vectors import Fresh
from twoway.vectors import Matrix, nearest, pack

RECENT = timedelta(days=14)
"""How far back a mention is compared with others."""
MOST = 50_000
"""With how many others at most: what a batch may cost, however much was imported at once."""
_CANDIDATES = 30
"""Whose words are compared."""


def keep(store: Store, encoder: Encoder, read: Sequence[Unjudged], rows: Matrix, topics: Topics) -> None:
    """Keep the vectors of these mentions with their topics, and join those that say the same as others lately."""
    about = topics.of(encoder, rows)
    fresh = [Fresh(one.mention_id, one.version, pack(row), of) for one, row, of in zip(read, rows, about, strict=True)]
    vectors.keep(store, encoder.encoding, fresh)
    if found := _alike(store, encoder.encoding, read, rows):
        likenesses.keep(store, found)


def _alike(store: Store, encoding: str, read: Sequence[Unjudged], rows: Matrix) -> list[list[int]]:
    since = vectors.first_since(store, clock.now() - RECENT, MOST)
    found = [
        [near.id for near in some] for some in nearest(rows, vectors.blocks(store, encoding, since), _CANDIDATES, ALIKE)
    ]
    words = likenesses.words(store, {number for some in found for number in some})
    alike = [
        [one.mention_id, *(other for other in some if other != one.mention_id and _same(one, words.get(other)))]
        for one, some in zip(read, found, strict=True)
    ]
    return [some for some in alike if len(some) > 1]


def _same(one: Unjudged, other: str | None) -> bool:
    return other is not None and same_words(one.words, other)
