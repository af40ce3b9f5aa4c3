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
    recent = [at for at, one in enumerate(read) if one.mention_id >= since]
    if not recent:
        return []  # judged again, long after
    near = nearest(rows[recent], vectors.blocks(store, encoding, since), _CANDIDATES, ALIKE)
    words = likenesses.words(store, {one.id for some in near for one in some})
    alike = [
        [own.mention_id, *(one.id for one in some if one.id != own.mention_id and _same(own, words.get(one.id)))]
        for own, some in zip((read[at] for at in recent), near, strict=True)
    ]
    return [some for some in alike if len(some) > 1]


def _same(one: Unjudged, other: str | None) -> bool:
    return other is not None and same_words(one.words, other)
