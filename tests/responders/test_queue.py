"""Which lane, how pressing: decided by nothing but the judgement, and what the author said before."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from responders.queue import lane, placing, queue_once, score
from tests.store.desk import Desk, make
from twoway import clock
from twoway.config import Lanes
from twoway.store.queueing import Judged

NOW = "2026-11-23T11:00:00.000000Z"
CALM = Judged(1, 1, None, 0, 0, 0, "calm", 0, 0, "neutral", None, NOW)
COMPLAINT = replace(CALM, complaint=1, wants_answer=1, sentiment="negative")
PRAISE = replace(CALM, sentiment="positive")


def before(judged: Judged, *said: tuple[int, Judged]) -> Judged:
    """The same, after these words so many days ago."""
    days = [(clock.stamp(clock.parse(NOW) - timedelta(days=ago)), one) for ago, one in said]
    return replace(judged, past=json.dumps([(at, one.complaint, one.severe, one.sentiment) for at, one in days]))


def tagged(judged: Judged, *tags: str) -> Judged:
    return replace(judged, tags=json.dumps(tags))


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (CALM, "mention"),
        (replace(CALM, wants_answer=1), "answer"),
        (replace(CALM, complaint=1), "answer"),
        (replace(CALM, complaint=1, severe=1), "severe"),
        (replace(CALM, noise=1, wants_answer=1), "noise"),
        (replace(CALM, noise=1, complaint=1), "answer"),
        (replace(CALM, noise=1, abstained=1), "answer"),
    ],
)
def test_a_lane_follows_from_the_judgement(judged: Judged, expected: str) -> None:
    assert lane(judged) == expected


GRAVE = replace(COMPLAINT, severe=1)
ASKED = replace(CALM, wants_answer=1)


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (before(GRAVE, (9, GRAVE)), "unhappy"),
        (before(GRAVE, (31, GRAVE)), "severe"),
        (before(GRAVE, (9, COMPLAINT)), "severe"),
        (before(COMPLAINT, (1, COMPLAINT), (2, COMPLAINT), (3, COMPLAINT)), "unhappy"),
        (before(COMPLAINT, (1, COMPLAINT), (2, ASKED), (3, COMPLAINT)), "answer"),
        # Whoever thanks us now is not furious, whatever was before.
        (before(PRAISE, (1, GRAVE), (2, GRAVE)), "mention"),
        (before(PRAISE, (1, PRAISE), (2, PRAISE)), "super"),
        (before(ASKED, (1, PRAISE), (2, PRAISE), (3, PRAISE)), "super"),
        (before(PRAISE, (1, PRAISE), (2, PRAISE), (3, COMPLAINT)), "mention"),
        (before(PRAISE, (1, PRAISE), (31, PRAISE)), "mention"),
        (tagged(CALM, "VIP"), "super"),
        (tagged(GRAVE, "VIP"), "super"),
        (tagged(CALM, "angry"), "unhappy"),
        (tagged(CALM, "other"), "mention"),
        (tagged(replace(CALM, noise=1), "VIP"), "noise"),
    ],
)
def test_some_customers_reach_their_owner_first(judged: Judged, expected: str) -> None:
    rules = Lanes.model_validate({"unhappy": {"tags": ["angry"]}, "super": {"tags": ["VIP"]}})
    assert lane(judged, rules) == expected


def test_a_rule_that_is_off_is_no_reason() -> None:
    rules = Lanes.model_validate({"unhappy": {"severe": 0, "complaints": 0}, "super": {"praise": 0}})
    assert lane(before(GRAVE, (1, GRAVE), (1, GRAVE), (1, GRAVE)), rules) == "severe"
    assert lane(before(PRAISE, (1, PRAISE), (1, PRAISE)), rules) == "mention"


def test_a_single_grave_complaint_can_be_enough() -> None:
    assert lane(GRAVE, Lanes.model_validate({"unhappy": {"severe": 1}})) == "unhappy"


def test_what_speaks_for_a_mention_is_told_part_by_part() -> None:
    judged = replace(before(COMPLAINT, (1, ASKED), (2, PRAISE), (40, PRAISE)), urgency="now", followers=1000)
    assert score(judged) == {"complaint": 20, "urgency": 25, "reach": 9, "repeated": 6, "standing": 3}
    assert score(tagged(CALM, "VIP")) == {"standing": 9}
    assert score(CALM) == {}


def test_nothing_weighs_more_than_a_lane() -> None:
    often = [(1, PRAISE)] * 50
    most = replace(tagged(before(COMPLAINT, *often), "VIP"), urgency="now", followers=10**9)
    assert sum(score(most).values()) + 20 < 100


def test_a_place_is_lane_and_score() -> None:
    assert (placing(ASKED).lane, placing(ASKED).score) == ("answer", {})


def test_queueing_goes_on_until_nothing_is_left(tmp_path_factory: pytest.TempPathFactory) -> None:
    desk: Desk = make(tmp_path_factory.mktemp("queue"))
    desk.hear(desk.mention(), desk.mention(), desk.mention())
    desk.judge()
    assert [queue_once(desk.store, 2) for _ in range(3)] == [True, True, False]
    assert len(desk.all("SELECT id FROM conversations")) == 3
    desk.store.close()
