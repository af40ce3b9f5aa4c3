"""Lexicons: groups of words with one meaning and what each meaning weighs for which head.

A lexicon is a TOML file of groups. ``words`` are separated by spaces: ``kaputt`` is that word, ``defekt*`` takes every
ending, ``*gebuehr*`` every compound. ``phrases`` are separated by ``|``; ``...`` in them passes over up to three words.
All other keys of a group are weights for the heads ``sentiment`` (its sign is its direction), ``complaint``,
``answer``, ``noise`` and ``urgency``; the table ``negated`` holds what the words weigh behind a negation, where that
is not simply less or the opposite.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from typing import Any

from models.words import Kind, Token, fold

GAP = "..."
_GAP_WORDS = 3
_SHORTEST_STEM = 3
_SHORTEST_UNMARKED = 6
"""A word this long may have lost its umlaut marks (``Kundigung``); shorter ones are other words (``schon``)."""

_MET = 8_192
"""Words that a lexicon remembers having looked up: texts say the same ones again and again."""

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Group:
    """Words of one meaning."""

    name: str
    weights: Weights
    negated: Weights | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a group was met: the positions of its words among the tokens."""

    group: Group
    at: tuple[int, ...]


@dataclass(slots=True)
class Lexicon:
    """The words of one language, ready to be found."""

    words: dict[str, Group] = field(default_factory=dict)
    compounds: dict[str, Group] = field(default_factory=dict)
    phrases: dict[str, list[tuple[tuple[str, ...], Group]]] = field(default_factory=dict)
    _found: Callable[[str, Kind], Group | None] = field(init=False)

    def __post_init__(self) -> None:
        self._found = lru_cache(_MET)(self._look_up)

    def add(self, name: str, entry: Mapping[str, object]) -> None:
        """Take in a group as its file states it. Raises ValueError for a word that is already in another."""
        weights = {head: float(w) for head, w in entry.items() if isinstance(w, int | float)}
        negated = entry.get("negated")
        group = Group(name, weights, dict(negated) if isinstance(negated, Mapping) else None)
        for word in chain.from_iterable(map(_spellings, str(entry.get("words", "")).split())):
            self._add_word(word, group)
        for phrase in str(entry.get("phrases", "")).split("|"):
            self._add_phrase(phrase.split(), group)

    def _add_word(self, word: str, group: Group) -> None:
        table = self.compounds if word.startswith("*") else self.words
        if table.setdefault(word.strip("*") if word.startswith("*") else word, group) is not group:
            raise ValueError(f"{word!r} is in {group.name} and in another group")

    def _add_phrase(self, words: list[str], group: Group) -> None:
        if words:
            pattern = tuple(w if w == GAP else fold(w) or w for w in words)
            self.phrases.setdefault(pattern[0], []).append((pattern, group))

    def knows(self, token: Token) -> bool:
        """Does any entry take this word by itself?"""
        return self._found(token.text, token.kind) is not None

    def hits(self, tokens: Sequence[Token]) -> Iterator[Hit]:
        """Every group met, in order; a word counts once, in the longest phrase that holds it."""
        used: set[int] = set()
        for start, token in enumerate(tokens):
            if start in used:
                continue
            if hit := self._phrase(tokens, start, used) or self._word(token, start):
                used.update(hit.at)
                yield hit

    def _phrase(self, tokens: Sequence[Token], start: int, used: set[int]) -> Hit | None:
        best: Hit | None = None
        for key in _keys(tokens[start]):
            for pattern, group in self.phrases.get(key, ()):
                at = _follow(pattern, tokens, start)
                if at and used.isdisjoint(at) and (best is None or len(at) > len(best.at)):
                    best = Hit(group, at)
        return best

    def _word(self, token: Token, at: int) -> Hit | None:
        group = self._found(token.text, token.kind)
        return Hit(group, (at,)) if group else None

    def _look_up(self, text: str, kind: Kind) -> Group | None:
        for key in _keys(Token(text, text, kind)):
            if group := self.words.get(key):
                return group
        if kind == "word":
            return next((group for part, group in self.compounds.items() if part in text), None)
        return None


def _keys(token: Token) -> Iterator[str]:
    """The entries that take this token, the most exact first."""
    yield token.text
    if token.kind == "word":
        for length in range(min(len(token.text), 40), _SHORTEST_STEM - 1, -1):
            yield token.text[:length] + "*"


def _follow(pattern: tuple[str, ...], tokens: Sequence[Token], start: int) -> tuple[int, ...] | None:
    """Positions of the pattern's words from ``start`` on; None where they do not follow."""
    at, here, room = [start], start + 1, 0
    for wanted in pattern[1:]:
        if wanted == GAP:
            room = _GAP_WORDS
            continue
        while here < len(tokens) and room and tokens[here].kind == "word" and not _takes(wanted, tokens[here].text):
            here, room = here + 1, room - 1
        if here >= len(tokens) or not _takes(wanted, tokens[here].text):
            return None
        at.append(here)
        here, room = here + 1, 0
    return tuple(at)


def _takes(pattern: str, word: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern


def _spellings(word: str) -> set[str]:
    """An entry folded, and as it looks to someone who types no umlauts."""
    if not word.strip("*").isalnum():
        return {word}  # an emoticon
    forms = {fold(word)}
    if len(word.strip("*")) >= _SHORTEST_UNMARKED:
        forms.add(fold(word.translate(str.maketrans("äöüÄÖÜ", "aouAOU"))))
    return forms


LANGUAGES = ("de", "en")
"""What the rules speak."""


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language in LANGUAGES, emoji included."""
    found = Lexicon()
    for name in (f"{language}_mood", f"{language}_service", "emoji"):
        for group, entry in _read(name).items():
            if group != "common":
                found.add(group, entry)
    return found


@cache
def common(language: str) -> frozenset[str]:
    """Words that say little but tell the language, folded."""
    return frozenset(map(fold, _read(f"{language}_service")["common"]["words"].split()))


def _read(name: str) -> dict[str, dict[str, Any]]:
    with files("models").joinpath("lexicon", f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
