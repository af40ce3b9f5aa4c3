"""Topics that the configuration names, each with a sentence: a text is about those that its vector is near to."""

from collections.abc import Sequence

from twoway.config import Topic
from twoway.nearness import ABOUT
from twoway.ports import Encoder
from twoway.vectors import Matrix

Found = list[tuple[str, float]]
"""Names, and how near; the nearest first."""


class Topics:
    """Finds them in texts. The sentences are encoded once an encoder."""

    def __init__(self, written: Sequence[Topic] = ()) -> None:
        self._names = [topic.name for topic in written]
        self._sentences = [topic.sentence for topic in written]
        self._encoding = ""
        self._rows: Matrix

    def of(self, encoder: Encoder, rows: Matrix) -> list[Found]:
        """What each of the texts whose vectors these are is about."""
        if not self._names:
            return [[] for _ in rows]
        if self._encoding != encoder.encoding:
            self._rows = encoder.encode(self._sentences)
            self._encoding = encoder.encoding
        return [self._near(cosines) for cosines in rows @ self._rows.T]

    def _near(self, cosines: Matrix) -> Found:
        found = zip(self._names, map(float, cosines), strict=True)
        return sorted(((name, round(near, 4)) for name, near in found if near >= ABOUT), key=lambda one: -one[1])
