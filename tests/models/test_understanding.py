"""What is kept of a judge that encodes: vectors, topics, who said the same lately; of one that does not, nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.alike import same_words
from models.judging import judge_again, judge_once
from models.rules import Rules
from models.topics import Topics
from tests.conftest import Freeze
from tests.fakes.encoder import FakeEncoder
from tests.store.desk import Desk, make
from twoway import clock
from twoway.config import Topic
from twoway.domain import Edited
from twoway.store import likenesses
from twoway.store.queueing import Placed

LAMP = "Die Lampe, die ich bei euch gekauft habe, flackert seit gestern, und niemand meldet sich."
BREAD = "Das Brot war heute früh steinhart, so etwas habe ich noch nie erlebt."
KNOWN = ("lampe", "brot", "paket")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = make(tmp_path)
    yield found
    found.store.close()


def hear(desk: Desk, *texts: str) -> None:
    desk.hear(*(desk.mention(text=text, author=f"kim{number}") for number, text in enumerate(texts)))


def say(desk: Desk, judge: FakeEncoder, *texts: str) -> None:
    hear(desk, *texts)
    assert judge_once(desk.store, judge)
    desk.queue()


def test_every_mention_gets_a_vector_in_the_pass_that_judges_it(desk: Desk) -> None:
    judge = FakeEncoder(*KNOWN)
    say(desk, judge, LAMP, BREAD)
    assert judge.passes == [2]
    assert desk.all("SELECT mention_id, encoder FROM vectors") == [(1, "fake 1"), (2, "fake 1")]
    assert desk.one("SELECT count(*) FROM mentions WHERE judgement_id IS NULL")[0] == 0


def test_the_rules_judge_without_vectors(desk: Desk) -> None:
    hear(desk, LAMP)
    assert judge_once(desk.store, Rules())
    assert desk.one("SELECT count(*) FROM vectors")[0] == 0
    assert desk.one("SELECT count(*) FROM judgements")[0] == 1


def test_who_says_the_same_is_found_among_all_that_is_judged_at_once(desk: Desk) -> None:
    say(desk, FakeEncoder(*KNOWN), LAMP, BREAD, f"@other {LAMP.lower()} #frech")
    assert likenesses.conversations(desk.store, 1, 10) == [3]
    assert likenesses.conversations(desk.store, 2, 10) == []


def test_who_said_the_same_before_is_found(desk: Desk) -> None:
    judge = FakeEncoder(*KNOWN)
    for text in (LAMP, BREAD, f"RT {LAMP}"):
        say(desk, judge, text)
    assert likenesses.conversations(desk.store, 3, 10) == [1]


def test_near_vectors_alone_are_not_the_same(desk: Desk) -> None:
    say(desk, FakeEncoder(*KNOWN), LAMP, "Habt ihr diese Lampe auch in Grün?")
    assert likenesses.conversations(desk.store, 1, 10) == []


def test_what_was_said_long_ago_is_another_matter(desk: Desk, freeze: Freeze) -> None:
    at, judge = freeze(), FakeEncoder(*KNOWN)
    say(desk, judge, LAMP)
    at.shift(timedelta(days=15))
    say(desk, judge, LAMP)
    assert likenesses.conversations(desk.store, 2, 10) == []
    at.shift(timedelta(days=13))
    say(desk, judge, LAMP)
    assert likenesses.conversations(desk.store, 3, 10) == [2]


def test_what_is_judged_again_long_after_is_alike_still(desk: Desk, freeze: Freeze) -> None:
    at = freeze()
    say(desk, FakeEncoder(*KNOWN), LAMP, LAMP)
    at.shift(timedelta(days=60))
    newer = FakeEncoder(*KNOWN, encoding="fake 2")
    newer.model = "fake 2"
    assert judge_again(desk.store, newer, lambda _: Placed("answer", {})) == 2
    assert desk.all("SELECT mention_id, encoder FROM vectors") == [(1, "fake 2"), (2, "fake 2")]
    assert likenesses.conversations(desk.store, 1, 10) == [2]


def test_words_that_were_edited_to_something_else_are_alike_no_more(desk: Desk) -> None:
    judge = FakeEncoder(*KNOWN)
    say(desk, judge, LAMP, LAMP)
    desk.change(Edited("post-2", BREAD, clock.now(), b"edited"))
    assert judge_once(desk.store, judge)
    assert likenesses.conversations(desk.store, 1, 10) == []


def test_topics_are_what_the_sentences_of_the_configuration_are_near_to(desk: Desk) -> None:
    topics = Topics([Topic(name="Licht", sentence="eine Lampe"), Topic(name="Post", sentence="mein Paket")])
    judge = FakeEncoder(*KNOWN)
    hear(desk, LAMP, BREAD, "Das Paket mit der Lampe fehlt, das Paket!")
    judge_once(desk.store, judge, topics=topics)
    found = desk.all("SELECT mention_id, name FROM topics ORDER BY mention_id, similarity DESC")
    assert found == [(1, "Licht"), (3, "Post"), (3, "Licht")]


def test_the_sentences_are_read_once_for_all_batches(desk: Desk) -> None:
    topics, judge = Topics([Topic(name="Licht", sentence="eine Lampe")]), FakeEncoder(*KNOWN)
    hear(desk, LAMP, BREAD, LAMP)
    while judge_once(desk.store, judge, batch=1, topics=topics):
        pass
    assert judge.passes == [1, 1, 1, 1]


@pytest.mark.parametrize(
    "copy",
    [
        f"@kaffeenord {LAMP}",
        f"{LAMP} https://x.example/abc #fail",
        LAMP.replace("flackert", "flakcert"),
        LAMP.upper(),
        f"Guten Tag, {LAMP} Gruß, Anna",
        f"{LAMP} 😡😡",
    ],
)
def test_a_copy_that_was_lightly_edited_has_the_same_words(copy: str) -> None:
    assert same_words(LAMP, copy)


@pytest.mark.parametrize(("one", "other"), [(LAMP, BREAD), ("👍", "👎"), ("Danke!", "Nein."), ("", LAMP)])
def test_other_texts_have_other_words(one: str, other: str) -> None:
    assert not same_words(one, other)


@pytest.mark.parametrize("text", ["👍", "", "Danke!", "\x00", "http://x.example"])
def test_any_text_has_its_own_words(text: str) -> None:
    assert same_words(text, text)
