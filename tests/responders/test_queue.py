"""Which lane, how pressing: decided by nothing but the judgement."""

from dataclasses import replace

import pytest

from responders.queue import lane, queue_once, rank
from tests.store.desk import Desk, make
from twoway.store.queueing import Judged

CALM = Judged(1, 1, None, 0, 0, 0, "calm", 0, 0, "neutral", None)


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


def test_what_is_more_pressing_stands_higher() -> None:
    answer = replace(CALM, wants_answer=1)
    order = [
        CALM,
        answer,
        replace(answer, urgency="soon"),
        replace(answer, urgency="now"),
        replace(answer, urgency="now", complaint=1),
        replace(answer, urgency="now", complaint=1, severe=1),
    ]
    assert [rank(one) for one in order] == sorted({rank(one) for one in order})


def test_reach_never_lifts_into_another_lane() -> None:
    famous = replace(CALM, followers=10**9)
    assert rank(CALM) < rank(famous) < rank(replace(CALM, wants_answer=1))


def test_queueing_goes_on_until_nothing_is_left(tmp_path_factory: pytest.TempPathFactory) -> None:
    desk: Desk = make(tmp_path_factory.mktemp("queue"))
    desk.hear(desk.mention(), desk.mention(), desk.mention())
    desk.judge()
    assert [queue_once(desk.store, 2) for _ in range(3)] == [True, True, False]
    assert len(desk.all("SELECT id FROM conversations")) == 3
    desk.store.close()
