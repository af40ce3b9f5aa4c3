"""Judges held against labels: parts, abstaining, one beside another, labels and guesses out of JSON."""

import time
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from models.scoring.labels import HEADS, LABELS, Guess, Head, guess, truths
from models.scoring.scorecard import ALL, SURE, Row, scorecard
from models.scoring.sheet import Sheet
from twoway.errors import Refused


def row(truth: str, *guesses: str, language: str = "de", abstained: bool = False, confidence: float = 0.8) -> Row:
    """A text with what each judge said."""
    return Row(language, truth, tuple(Guess(one, confidence) for one in guesses), (abstained,) * len(guesses))


def test_each_language_has_figures_of_its_own() -> None:
    [parts] = scorecard(
        [row("yes", "yes"), row("no", "yes", language="en"), row("no", "no", language="en")], 100
    ).judges
    assert {part: found.averages["accuracy"].value for part, found in parts.items()} == {
        ALL: pytest.approx(2 / 3), SURE: pytest.approx(2 / 3), "de": 1, "en": 1 / 2,
    }  # fmt: skip


def test_what_abstained_counts_with_its_best_guess_and_is_left_out_beside() -> None:
    [parts] = scorecard([row("yes", "yes"), row("yes", "no", abstained=True)], 100).judges
    assert (parts[ALL].averages["accuracy"].value, parts[ALL].abstained) == (1 / 2, 1 / 2)
    assert (parts[SURE].averages["accuracy"].value, parts[SURE].texts, parts[SURE].abstained) == (1, 1, 0)


def test_where_everything_abstained_nothing_is_claimed_of_the_rest() -> None:
    [parts] = scorecard([row("yes", "yes", abstained=True)], 100).judges
    assert SURE not in parts


def test_the_confusion_says_what_was_taken_for_what() -> None:
    [parts] = scorecard([row("no", "yes"), row("no", "yes"), row("yes", "yes")], 100).judges
    assert parts[ALL].confusion == {("no", "yes"): 2, ("yes", "yes"): 1}


def test_an_interval_holds_its_figure_and_is_the_same_again() -> None:
    dice = Random(4)
    rows = [row(dice.choice(("yes", "no")), dice.choice(("yes", "no"))) for _ in range(200)]
    first, again = scorecard(rows, 200, seed=7), scorecard(rows, 200, seed=7)
    assert first == again
    for found in first.judges[0][ALL].averages.values():
        assert found.low < found.value < found.high


def test_a_judge_beside_itself_differs_by_nothing() -> None:
    gaps = scorecard([row("yes", "yes", "yes"), row("no", "yes", "yes")], 100).differences
    assert all((gap.value, gap.low, gap.high, gap.better) == (0, 0, 0, 0) for gap in gaps[ALL].values())


def test_a_pair_is_drawn_together_so_that_a_small_constant_gain_is_seen() -> None:
    rows = [row("yes", "yes", "no")] * 20 + [row("yes", "yes", "yes")] * 90 + [row("yes", "no", "no")] * 90
    card = scorecard(rows, 400)
    gap = card.differences[ALL]["accuracy"]
    first, second = (parts[ALL].averages["accuracy"] for parts in card.judges)
    assert gap.value == pytest.approx(first.value - second.value)
    assert gap.low > 0
    assert first.low < second.high, "each alone, their intervals overlap"


def test_alone_there_is_no_difference() -> None:
    assert scorecard([row("yes", "yes")], 100).differences == {}


def test_ten_thousand_texts_are_scored_in_seconds() -> None:
    dice = Random(5)
    labels, languages = LABELS["sentiment"], ("de", "en", "fr")
    rows = [row(dice.choice(labels), dice.choice(labels), language=dice.choice(languages)) for _ in range(10_000)]
    started = time.perf_counter()
    scorecard(rows, 1_000)
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ({"sentiment": "neutral", "complaint": True, "lang": "de"}, {"sentiment": "neutral", "complaint": "yes"}),
        ({"spam": True}, {"noise": "yes"}),
        ({"spam": True, "noise": False}, {"noise": "no"}),
        ({"urgency": "now", "wants_answer": False}, {"urgency": "now", "wants_answer": "no"}),
        ({"complaint": None, "offensive": True}, {}),
    ],
)
def test_labels_are_the_keys_of_a_line(line: Mapping[str, Any], found: Mapping[str, str]) -> None:
    assert truths(line) == found


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"sentiment": "bad"}, "sentiment is 'bad'; it has to be negative, neutral, positive"),
        ({"complaint": "yes"}, "complaint is 'yes'; it has to be true or false"),
        ({"spam": 1}, "spam is '1'"),
        ({"urgency": ["now"]}, "urgency is"),
    ],
)
def test_a_wrong_label_is_named_with_what_it_may_be(line: Mapping[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        truths(line)


@pytest.mark.parametrize(
    ("head", "said", "found"),
    [
        ("sentiment", {"label": "positive", "positive": 0.6, "neutral": 0.4}, Guess("positive", 0.6)),
        ("complaint", {"flag": True, "probability": 0.9}, Guess("yes", 0.9)),
        ("complaint", {"flag": False, "probability": 0.25}, Guess("no", 0.75)),
        ("noise", {"flag": True}, Guess("yes", None)),
        ("urgency", {"label": "soon"}, Guess("soon", None)),
        ("urgency", None, None),
    ],
)
def test_a_guess_is_read_with_the_probability_of_what_was_guessed(head: Head, said: Any, found: Guess | None) -> None:
    assert guess({head: said}, head) == found


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("sentiment", {"label": "bad"}), ("sentiment", "positive"), ("sentiment", {}), ("sentiment", {"label": []}),
        ("sentiment", {"label": "positive", "positive": 1.2}), ("sentiment", {"label": "positive", "positive": "high"}),
        ("complaint", {"flag": "yes"}), ("complaint", True), ("complaint", {"flag": True, "probability": "0.9"}),
        ("complaint", {"flag": False, "probability": -1}), ("noise", [1]), ("noise", {"flag": None}),
    ],
)  # fmt: skip
def test_a_guess_of_another_form_is_refused(head: Head, said: Any) -> None:
    with pytest.raises(Refused, match=head):
        guess({head: said}, head)


def test_every_judgement_of_ours_can_be_scored_on_every_head() -> None:
    from models.rules import Rules

    [judged] = Rules().judge(["Das Paket ist kaputt!"])
    for head in HEADS:
        found = guess(judged.as_json(), head)
        assert found
        assert found.confidence is not None


def test_a_judge_silent_on_a_head_is_not_scored_there_and_it_is_said() -> None:
    sheet = Sheet(["theirs"])
    sheet.add({"lang": "de", "complaint": True, "noise": False}, [{"complaint": {"flag": True}}])
    assert set(sheet.score(100)) == {"complaint"}
    assert sheet.silent == {"noise": {"theirs": 1}}


def test_a_judge_that_speaks_only_where_it_likes_is_refused() -> None:
    sheet = Sheet(["theirs"])
    sheet.add({"complaint": True}, [{"complaint": {"flag": True}}])
    sheet.add({"complaint": True}, [{}])
    with pytest.raises(Refused, match="theirs says nothing of complaint for 1 texts"):
        sheet.score(100)


def test_texts_without_labels_are_counted_and_a_set_of_them_refused() -> None:
    sheet = Sheet(["ours"])
    sheet.add({"text": "Hi"}, [{}])
    assert (sheet.texts, sheet.unlabelled) == (0, 1)
    with pytest.raises(Refused, match="nothing to score"):
        sheet.score(100)
