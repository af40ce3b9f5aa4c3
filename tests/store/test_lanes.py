"""Lanes with owners, tags, and the score of a conversation, part by part."""

import json
from datetime import timedelta

import pytest

from responders.queue import placing, queue_once
from tests.conftest import Freeze
from tests.store.desk import ANSWER_SECONDS, Desk, judgement
from twoway import clock
from twoway.config import Lanes
from twoway.errors import Refused
from twoway.store import erasing, inbox, judgements, lanes, moves, tags
from twoway.store.audit import audit
from twoway.store.clocks import clock_once
from twoway.store.queueing import Judged, Placed

RULES = Lanes.model_validate({"super": {"tags": ["VIP"]}})


def place(judged: Judged) -> Placed:
    return placing(judged, RULES)


def hear(desk: Desk, *, severe: bool = False, **how: bool) -> None:
    """Somebody says something, and the queue acts on it."""
    desk.hear(desk.mention())
    found = judgements.unjudged(desk.store, 9)
    judgements.keep(desk.store, [(words, judgement(complaint=severe, now=severe, **how)) for words in found])
    queue_once(desk.store, rules=RULES)


def line(desk: Desk, conversation: int = 1) -> inbox.Line:
    found = inbox.line(desk.store, conversation)
    assert found is not None
    return found


def alerts(desk: Desk) -> list[str]:
    return [row[0] for row in desk.all("SELECT rule FROM alerts ORDER BY id")]


def test_an_extremely_unhappy_customer_goes_to_the_owner_who_is_told(desk: Desk) -> None:
    lanes.keep_owners(desk.store, {"unhappy": desk.agent.login, "super": None})
    hear(desk, severe=True)
    assert (line(desk).lane, line(desk).assignee_id) == ("severe", None)
    hear(desk, severe=True)
    assert (line(desk, 2).lane, line(desk, 2).assignee_id) == ("unhappy", desk.agent.id)
    assert alerts(desk) == ["severe_complaint", "lane", "severe_complaint"]
    assert [found.id for found in inbox.lines(desk.store, "open")] == [2, 1]


def test_whoever_has_taken_it_keeps_it(desk: Desk) -> None:
    lanes.keep_owners(desk.store, {"unhappy": desk.agent.login})
    desk.said()
    moves.take(desk.store, 1, desk.approver.id)
    moves.set_lane(desk.store, 1, "unhappy", desk.approver.id)
    assert (line(desk).assignee_id, alerts(desk)) == (desk.approver.id, ["lane"])


@pytest.mark.parametrize("login", [None, "nobody@square", "reader"])
def test_an_owner_who_cannot_write_gets_nothing(desk: Desk, login: str | None) -> None:
    desk.person("reader", "viewer")
    lanes.keep_owners(desk.store, {"unhappy": login})
    desk.said()
    moves.set_lane(desk.store, 1, "unhappy", desk.approver.id)
    assert line(desk).assignee_id is None


def test_a_lane_is_told_once_each_time_it_is_entered(desk: Desk) -> None:
    desk.said(id="a")
    for lane in ("super", "super", "answer"):
        moves.set_lane(desk.store, 1, lane, desk.agent.id)
    assert alerts(desk) == ["lane"]
    desk.said(id="b", replies_to=("a",))
    moves.set_lane(desk.store, 1, "super", desk.agent.id)
    assert alerts(desk) == ["lane", "lane"]


def test_a_tag_lifts_what_is_open_of_its_author_and_its_end_lets_it_down(desk: Desk) -> None:
    hear(desk)
    tags.add(desk.store, 1, "  VIP ", desk.agent.id, place)
    assert (line(desk).lane, line(desk).points, tags.of_author(desk.store, 1)) == ("super", {"standing": 9}, ["VIP"])
    tags.remove(desk.store, 1, "VIP", desk.agent.id, place)
    assert (line(desk).lane, line(desk).points, tags.of_author(desk.store, 1)) == ("answer", {}, [])
    assert audit(desk.store).broken() == []


def test_what_a_person_has_placed_stays_whatever_tag_comes(desk: Desk) -> None:
    hear(desk)
    moves.set_lane(desk.store, 1, "severe", desk.agent.id)
    tags.add(desk.store, 1, "VIP", desk.agent.id, place)
    assert line(desk).lane == "severe"


@pytest.mark.parametrize("tag", ["", "   ", "x" * 41])
def test_a_tag_is_a_word_or_two(desk: Desk, tag: str) -> None:
    desk.said()
    with pytest.raises(Refused):
        tags.add(desk.store, 1, tag, desk.agent.id, place)


def test_tags_stand_in_no_event_and_go_with_their_author(desk: Desk) -> None:
    desk.said()
    tags.add(desk.store, 1, "secret word", desk.agent.id, place)
    assert not [row for row in desk.all("SELECT data FROM events") if "secret" in row[0]]
    erasing.author(desk.store, 1, desk.approver.id)
    assert tags.of_author(desk.store, 1) == []


def test_the_score_grows_as_time_runs_out_and_falls_with_the_answer(desk: Desk, freeze: Freeze) -> None:
    travel = freeze(clock.now())
    hear(desk)
    assert line(desk).points == {}
    travel.shift(timedelta(seconds=ANSWER_SECONDS * 0.8))
    clock_once(desk.store)
    assert line(desk).points == {"time": 10}
    travel.shift(timedelta(seconds=ANSWER_SECONDS))
    clock_once(desk.store)
    assert (line(desk).points, line(desk).rank) == ({"time": 20}, 220)
    desk.answered()
    moves.reopen(desk.store, 1, None, desk.agent.id)
    assert (line(desk).points, line(desk).rank) == ({}, 200)


def test_nothing_is_short_of_time_once_the_customer_is_asked(desk: Desk, freeze: Freeze) -> None:
    travel = freeze(clock.now())
    hear(desk)
    travel.shift(timedelta(seconds=2 * ANSWER_SECONDS))
    clock_once(desk.store)
    moves.wait(desk.store, 1, None, desk.agent.id)
    assert (line(desk).points, line(desk).rank) == ({}, 200)


def test_further_words_add_reasons_and_take_none(desk: Desk) -> None:
    desk.hear(desk.mention(id="a"))
    desk.judge(complaint=True)
    queue_once(desk.store)
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    desk.judge(now=True)
    queue_once(desk.store)
    assert json.loads(line(desk).score) == {"complaint": 20, "urgency": 25, "repeated": 3}
    assert audit(desk.store).broken() == []
