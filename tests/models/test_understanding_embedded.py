"""The vectors of the model that ships: near where texts mean or say nearly the same, in one pass with the judgement."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.embedded.judge import Embedded
from models.judging import judge_once
from tests.store.desk import Desk, make
from twoway.store import likenesses

PARCEL = "Wo bleibt mein Paket? Es sollte am Montag da sein, und heute ist Donnerstag."
BREAD = "Das Roggenbrot war heute früh steinhart, schade um das Geld."


@pytest.fixture(scope="module")
def judge() -> Embedded:
    return Embedded(threads=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = make(tmp_path)
    yield found
    found.store.close()


@pytest.mark.parametrize(
    "near",
    [
        "Meine Sendung ist noch nicht angekommen, sie sollte am Montag geliefert werden.",
        "Where is my parcel? It was due on Monday.",
    ],
)
def test_a_text_is_nearer_to_what_means_the_same_than_to_another(judge: Embedded, near: str) -> None:
    parcel, same, other = judge.encode([PARCEL, near, BREAD])
    assert parcel @ same > parcel @ other


def test_a_cross_post_is_found_and_another_complaint_is_not(judge: Embedded, desk: Desk) -> None:
    for text in (PARCEL, BREAD, f"@paketdienst {PARCEL.replace('heute', 'heut')} 😡 #fail"):
        desk.hear(desk.mention(text=text))
    assert judge_once(desk.store, judge)
    desk.queue()
    assert likenesses.conversations(desk.store, 1, 10) == [3]
    assert likenesses.conversations(desk.store, 2, 10) == []
    assert desk.all("SELECT DISTINCT encoder, length(cells) FROM vectors") == [(judge.encoding, 384)]
