"""Our own labelled texts keep to their guide, and none is another one over again."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scoring.averages import confusion, kappa
from models.scoring.labels import HEADS, LABELS, truths
from tests.models import corpus
from tests.models.near_duplicates import JACCARD, grams, jaccard, near_duplicates

SOURCES = corpus.sources()
ROWS = [json.loads(line) for path in SOURCES for line in path.read_text("utf-8").splitlines()]
TEXTS = [row["text"] for row in ROWS]
MOST = 0.01
"""Near-duplicate pairs, as a share of the texts."""


def test_there_are_enough_texts_of_enough_trades() -> None:
    assert len(ROWS) >= 1200
    assert len(SOURCES) > 20


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_file_keeps_to_the_guide(path: Path) -> None:
    assert corpus.mistakes(path.stem, path.read_text("utf-8")) == []


def test_an_id_is_there_once_in_all_files() -> None:
    assert [name for name, times in Counter(row["id"] for row in ROWS).items() if times > 1] == []


def test_texts_are_not_written_over_again() -> None:
    pairs = [(ROWS[one]["id"], ROWS[other]["id"]) for one, other in near_duplicates(TEXTS)]
    assert len(pairs) < MOST * len(TEXTS), pairs


def test_german_and_english_have_their_shares() -> None:
    counted = Counter(row["lang"] for row in ROWS)
    for lang, (least, most) in corpus.SHARES.items():
        assert least <= counted[lang] / len(ROWS) <= most, (lang, counted)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_label_of_every_head_is_there_in_both_languages(lang: str) -> None:
    labels = [truths(row) for row in ROWS if row["lang"] == lang]
    for head in HEADS:
        assert {found[head] for found in labels} == set(LABELS[head])


def test_every_kind_of_hard_text_is_there() -> None:
    assert {kind for row in ROWS for kind in row["hard"]} == corpus.HARD


GOOD = {
    "id": "bakery-001", "lang": "de", "trade": "bakery", "text": "Gibt es morgen Brezeln?", "sentiment": "neutral",
    "complaint": False, "wants_answer": True, "urgency": "calm", "noise": False, "hard": [],
}  # fmt: skip


def written(*rows: Any) -> str:
    """A corpus file of rows."""
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def test_a_good_file_has_no_mistakes() -> None:
    other = {**GOOD, "id": "bakery-002", "text": "Siehe https://brot.example/x oder www.example.com, a@brot.example"}
    assert corpus.mistakes("bakery", written(GOOD, other)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"sentiment": "bad"}, {"sentiment": None}, {"complaint": "yes"}, {"complaint": 1}, {"wants_answer": 0},
        {"urgency": "soonish"}, {"noise": "false"}, {"complaint": True, "noise": True}, {"hard": "irony"},
        {"hard": ["ironic"]}, {"hard": ["irony", "irony"]}, {"lang": "fr"}, {"trade": "butcher"},
        {"id": "butcher-001"}, {"id": "bakery-1"}, {"text": ""}, {"text": " Hallo"}, {"text": 5}, {"extra": 1},
        {"text": "a\x00b"}, {"text": "Mu\u0308ll"}, {"text": "Siehe https://brot.de/x"}, {"text": "a@brot.de"},
    ],
    ids=str,
)  # fmt: skip
def test_a_planted_mistake_is_seen(change: dict[str, Any]) -> None:
    assert corpus.mistakes("bakery", written({**GOOD, **change}))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text * 2,
        lambda text: text.replace("}", ""),
        lambda text: f"{text}\n",
        lambda text: text.rstrip("\n"),
        lambda text: text.replace('"noise": false, ', ""),
        lambda _: "[]\n",
    ],
    ids=["an id twice", "no JSON", "an empty line", "no end", "a key missing", "no object"],
)
def test_a_spoiled_file_is_seen(spoil: Callable[[str], str]) -> None:
    assert corpus.mistakes("bakery", spoil(written(GOOD)))


def test_a_planted_near_duplicate_is_found_among_all() -> None:
    long = max(TEXTS, key=len)
    found = near_duplicates([*TEXTS, long.upper().replace("E", "e", 3) + " !"])
    assert (TEXTS.index(long), len(TEXTS)) in found


def test_slots_filled_into_one_sentence_are_near_duplicates() -> None:
    things = ["Hose", "Jacke", "Mütze", "Lampe"]
    texts = [f"Guten Tag, meine {thing} ist leider mit einem Riss bei mir angekommen, was nun?" for thing in things]
    assert len(near_duplicates(texts)) == 6


def test_different_words_for_the_same_thing_are_none() -> None:
    assert near_duplicates(["Wo bleibt mein Paket?", "Mein Paket ist noch nicht da.", "Paket???"]) == []


@given(st.lists(st.text("ab ", max_size=12), max_size=12))
def test_no_pair_is_missed_and_none_invented(texts: list[str]) -> None:
    sets = [grams(text) for text in texts]
    all_pairs = [(i, j) for j in range(len(sets)) for i in range(j)]
    assert near_duplicates(texts) == [(i, j) for i, j in all_pairs if jaccard(sets[i], sets[j]) > JACCARD]


@pytest.mark.timeout(20)
def test_thousands_of_texts_take_seconds() -> None:
    dice = Random(1)
    words = [word for text in TEXTS for word in text.split()]
    assert near_duplicates([" ".join(dice.choices(words, k=25)) for _ in range(2_000)]) == []


@pytest.mark.parametrize("head", HEADS)
def test_a_second_labelling_that_saw_only_text_and_guide_agrees(head: str) -> None:
    again = {row["id"]: row for row in map(json.loads, corpus.SECOND.read_text("utf-8").splitlines())}
    assert again.keys() == {row["id"] for row in ROWS}
    assert kappa(confusion((truths(row)[head], truths(again[row["id"]])[head]) for row in ROWS)) > 0.8
