"""The lexicon files: well-formed, folded, found."""

import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from models.terms import LANGUAGES, Lexicon, lexicon
from models.words import excerpt, fold, tokens

FILES = ["de_mood", "de_service", "en_mood", "en_service", "emoji"]
HEADS = {"sentiment", "complaint", "answer", "noise", "urgency"}


def _groups(name: str) -> dict[str, dict[str, object]]:
    return tomllib.loads(files("models").joinpath("lexicon", f"{name}.toml").read_text("utf-8"))


def _found(found: Lexicon, text: str) -> list[str]:
    return [hit.group.name for hit in found.hits(tokens(excerpt(text)))]


@pytest.mark.parametrize("name", FILES)
def test_every_weight_is_for_a_head_that_exists(name: str) -> None:
    weights = {key for group in _groups(name).values() for key in group} - {"words", "phrases", "negated"}
    negated = {key for group in _groups(name).values() for key in dict(group.get("negated", {}))}  # type: ignore[call-overload]
    assert weights | negated <= HEADS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_stands_in_one_group_only(language: str) -> None:
    phrases: Counter[str] = Counter()
    for name in (f"{language}_mood", f"{language}_service"):
        for group in _groups(name).values():
            phrases.update(
                {fold(p) and " ".join(p.split()) for p in str(group.get("phrases", "")).split("|") if p.strip()}
            )
    assert [phrase for phrase, times in phrases.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lexicon_is_rich(language: str) -> None:
    found = lexicon(language)
    assert len(found.words) > 600
    assert sum(map(len, found.phrases.values())) > 250


@pytest.mark.parametrize(
    "text",
    [
        "unverschämt",
        "UNVERSCHÄMTE",
        "unverschaemt",
        "unverschamt",
        "unverschämter",
        "unverscha\u0308mt",
    ],
)
def test_german_inflection_case_and_umlauts_do_not_matter(text: str) -> None:
    assert _found(lexicon("de"), text) == ["rage"]


@pytest.mark.parametrize("text", ["suuuuper", "SUPER", "super"])
def test_drawn_out_words_are_themselves(text: str) -> None:
    assert _found(lexicon("de"), text) == ["good"]


def test_schon_is_not_schoen() -> None:
    assert _found(lexicon("de"), "schon") == []
    assert _found(lexicon("de"), "schön") == ["good"]


def test_words_are_found_at_word_boundaries_only() -> None:
    assert "good" not in _found(lexicon("de"), "Gutschein Gutachten begutachtet")
    assert "rage" not in _found(lexicon("en"), "assume classic grass scunthorpe")


def test_a_longer_phrase_takes_the_words_from_a_shorter_one() -> None:
    assert _found(lexicon("de"), "nicht schlecht") == ["good"]
    assert _found(lexicon("en"), "not happy") == ["unhappy"]


def test_a_phrase_passes_over_a_few_words_but_not_over_a_full_stop() -> None:
    assert _found(lexicon("de"), "seit drei langen Wochen") == ["missing"]
    assert "missing" not in _found(lexicon("de"), "seit. Drei Wochen")


def test_a_word_in_two_groups_is_refused() -> None:
    twice = Lexicon()
    twice.add("one", {"words": "kaputt*", "sentiment": -1})
    with pytest.raises(ValueError, match="kaputt"):
        twice.add("two", {"words": "kaputt*", "sentiment": 1})
