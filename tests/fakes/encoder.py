"""A judge that encodes: every judgement alike, a vector by the words it knows."""

from collections.abc import Sequence

import numpy as np

from tests.store.desk import judgement
from twoway.domain import Judgement
from twoway.vectors import Matrix


class FakeEncoder:
    """Each word of ``known`` is a direction; texts that use the same words are near."""

    model = "fake 1"

    def __init__(self, *known: str, encoding: str = "fake 1") -> None:
        self.encoding = encoding
        self.known = known
        self.passes: list[int] = []
        """How many texts each pass had."""

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        return [judgement(model=self.model) for _ in texts]

    def why(self, text: str) -> tuple[str, ...]:
        return ()

    def encode(self, texts: Sequence[str]) -> Matrix:
        self.passes.append(len(texts))
        counts = [[1e-3, *(text.casefold().count(word) for word in self.known)] for text in texts]
        rows = np.array(counts, dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def judge_and_encode(self, texts: Sequence[str]) -> tuple[list[Judgement], Matrix]:
        return self.judge(texts), self.encode(texts)
