"""What the words of a text say for each head: hits of the lexicon, turned by negation, strengthened, weakened.

Groups named ``negation``, ``stronger``, ``weaker`` and ``turn`` change what stands around them; every other group says
something itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.terms import Hit, Lexicon
from models.words import Token

OPERATORS = frozenset({"negation", "stronger", "weaker", "turn"})

_BEFORE = 4
"""A negation reaches this many tokens forward: „nicht wirklich gut“."""
_AFTER = 3
"""German negates behind the verb as well: „gefällt mir nicht“."""
_FLIPPED = -0.8
_EXCUSED = -0.35
"""A negated bad word is only faintly good: „nicht kaputt“."""
_STRONGER, _WEAKER, _LOUD = 1.3, 0.6, 1.25
_AFTER_TURN, _BEFORE_TURN = 1.25, 0.75
"""What follows a „but“ is what is meant."""


@dataclass(frozen=True, slots=True)
class Say:
    """One finding: the words as they stood, and what they weigh for each head."""

    words: str
    group: str
    weights: Mapping[str, float]


def evidence(tokens: Sequence[Token], lexicon: Lexicon) -> list[Say]:
    """Everything the lexicon finds in the tokens, in order."""
    return list(_Reading(tokens, list(lexicon.hits(tokens))).says())


@dataclass(slots=True)
class _Reading:
    tokens: Sequence[Token]
    hits: list[Hit]

    def says(self) -> Iterator[Say]:
        marks = {i: hit.group.name for hit in self.hits if hit.group.name in OPERATORS for i in hit.at}
        clauses, turns = self._clauses(marks)
        for hit in self.hits:
            if hit.group.name in OPERATORS:
                continue
            near = [i for i in self._near(hit) if clauses[i] == clauses[hit.at[0]]]
            negator = self._negator(hit, near, marks)
            weights = hit.group.weights if negator is None else _negated(hit)
            factor = self._strength(hit, near, marks) * _turned(hit.at[0], turns)
            yield Say(self._words(hit, negator), hit.group.name, {h: w * factor for h, w in weights.items()})

    def _clauses(self, marks: Mapping[int, str]) -> tuple[list[int], list[int]]:
        """The number of the clause each token stands in, and where clauses turn („aber“)."""
        numbers, turns, clause = [], [], 0
        for i, token in enumerate(self.tokens):
            if marks.get(i) == "turn":
                turns.append(i)
            clause += token.kind in ("stop", "mark") or marks.get(i) == "turn"
            numbers.append(clause)
        return numbers, turns

    def _near(self, hit: Hit) -> range:
        return range(max(0, hit.at[0] - _BEFORE), min(len(self.tokens), hit.at[-1] + _AFTER + 1))

    def _negator(self, hit: Hit, near: Sequence[int], marks: Mapping[int, str]) -> int | None:
        negators = [i for i in near if marks.get(i) == "negation"]
        before = [i for i in negators if i < hit.at[0]]
        after = [
            i for i in negators if i > hit.at[-1] and self.tokens[i].text in ("nicht", "nich", "nie", "nix", "nichts")
        ]
        # „ärgert mich nicht“ is rare, „gefällt mir nicht“ is not.
        good = hit.group.negated is not None or hit.group.weights.get("sentiment", 0.0) > 0
        if before:
            return before[-1]
        return after[0] if after and good else None

    def _strength(self, hit: Hit, near: Sequence[int], marks: Mapping[int, str]) -> float:
        before = [marks.get(i) for i in near if hit.at[0] - 2 <= i < hit.at[0]]
        factor = _STRONGER if "stronger" in before else _WEAKER if "weaker" in before else 1.0
        return factor * (_LOUD if any(self.tokens[i].loud for i in hit.at) else 1.0)

    def _words(self, hit: Hit, negator: int | None) -> str:
        at = sorted({*hit.at, *([] if negator is None else [negator])})
        return " ".join(self.tokens[i].raw[:40] for i in at)


def _negated(hit: Hit) -> Mapping[str, float]:
    if hit.group.negated is not None:
        return hit.group.negated
    plain = dict(hit.group.weights)
    sentiment = plain.get("sentiment", 0.0)
    if sentiment > 0:
        return {**plain, "sentiment": sentiment * _FLIPPED, "complaint": 0.6 * sentiment, "answer": 0.3}
    if sentiment < 0:
        return {head: weight * _EXCUSED for head, weight in plain.items()}
    return plain


def _turned(at: int, turns: Sequence[int]) -> float:
    if not turns:
        return 1.0
    return _AFTER_TURN if at > turns[0] else _BEFORE_TURN
