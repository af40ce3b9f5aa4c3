"""What the inbox lists, what the door keeps, what the figures count."""

from datetime import timedelta

import pytest

from tests.conftest import Freeze
from tests.store.desk import ANSWER_SECONDS, Desk, own_post
from twoway import clock
from twoway.store import drafts, figures, inbound, inbox, moves, outcomes

DAY = timedelta(days=1)


def listed(desk: Desk, name: str) -> list[int]:
    return [line.id for line in inbox.lines(desk.store, name)]


def test_the_most_pressing_stands_first(desk: Desk) -> None:
    first = desk.said()
    desk.hear(desk.mention())
    desk.judge()
    (severe,) = desk.queue("severe", 300)
    third = desk.said()
    assert listed(desk, "open") == [severe, first, third]


def test_each_state_has_its_list(desk: Desk) -> None:
    opened, waiting, snoozed, closed = (desk.said() for _ in range(4))
    moves.wait(desk.store, waiting, None, desk.agent.id)
    moves.snooze(desk.store, snoozed, None, clock.now() + DAY, desk.agent.id)
    moves.close(desk.store, closed, None, "done", desk.agent.id)
    names = ("open", "waiting", "snoozed", "resolved")
    assert [listed(desk, name) for name in names] == [[opened], [waiting], [snoozed], [closed]]
    assert {name: inbox.counts(desk.store)[name] for name in names} == dict.fromkeys(names, 1)


def test_noise_and_praise_are_listed_apart(desk: Desk) -> None:
    for lane in ("noise", "mention"):
        desk.hear(desk.mention())
        desk.judge(wants=False)
        desk.queue(lane)
    assert (listed(desk, "noise"), listed(desk, "mentions"), listed(desk, "open")) == ([1], [2], [])


def test_what_is_submitted_waits_for_an_approver(desk: Desk) -> None:
    number = desk.said()
    desk.write(conversation=number)
    assert listed(desk, "approve") == []
    drafts.submit(desk.store, number, desk.agent.id)
    assert listed(desk, "approve") == [number]


def test_what_is_to_be_given_by_hand_is_listed(desk: Desk) -> None:
    number = desk.said()
    desk.approve(number, route="hand")
    assert listed(desk, "hand") == [number]


def test_trouble_lists_doubts_and_failures_until_a_further_answer(desk: Desk) -> None:
    first, second = desk.said(), desk.said()
    for number in (first, second):
        desk.approve(number)
        held = desk.claim()
        desk.begin(held)
        if number == first:
            outcomes.fail(desk.store, held, "refused")
        else:
            outcomes.doubt(desk.store, held, "broke", clock.now())
    assert listed(desk, "trouble") == [first, second]
    desk.approve(first)
    assert listed(desk, "trouble") == [second]


def test_what_is_overdue_is_listed(desk: Desk, freeze: Freeze) -> None:
    number = desk.said()
    assert listed(desk, "overdue") == []
    freeze(clock.now() + timedelta(seconds=ANSWER_SECONDS + 1))
    assert listed(desk, "overdue") == [number]


def test_a_line_shows_what_was_said_last_and_pages_turn(desk: Desk) -> None:
    first = desk.said(id="a")
    desk.said(id="b", replies_to=("a",), text="and another thing")
    second = desk.said()
    line = inbox.line(desk.store, first)
    assert line is not None
    assert (line.text, line.author, line.draft) == ("and another thing", "Kim", None)
    assert [found.id for found in inbox.lines(desk.store, "open", limit=1, offset=1)] == [second]
    assert [found.id for found in inbox.of_author(desk.store, 1, but=first)] == [second]
    assert inbox.line(desk.store, 99) is None


@pytest.mark.parametrize("name", inbox.LISTS)
def test_every_list_can_be_asked(desk: Desk, name: str) -> None:
    assert listed(desk, name) == []
    assert inbox.counts(desk.store)[name] == 0


def test_the_door_keeps_a_request_once_and_in_order(desk: Desk) -> None:
    first = inbound.put(desk.store, desk.channel, "text/plain", b"\x00one", unique_id="x")
    assert inbound.put(desk.store, desk.channel, "text/plain", b"again", unique_id="x") is None
    second = inbound.put(desk.store, desk.channel, "text/plain", b"two")
    door = inbound.ChannelDoor(desk.store, desk.channel)
    assert [(found.id, found.body) for found in door.after(0, 10)] == [(first, b"\x00one"), (second, b"two")]
    assert [found.id for found in door.after(first or 0, 10)] == [second]
    assert inbound.ChannelDoor(desk.store, 99).after(0, 10) == []


def test_figures_count_heard_wanted_answered_and_owed(desk: Desk) -> None:
    since = clock.now()
    desk.answered(desk.said())
    desk.said(id="elsewhere")
    desk.change(own_post("theirs", "elsewhere"))
    desk.said()
    desk.hear(desk.mention())
    desk.judge(wants=False, noise=True)
    desk.queue("noise")
    (found,) = figures.by_channel(desk.store, since, clock.now() + DAY)
    assert (found.heard, found.wanted, found.answered, found.awaiting, found.noise) == (4, 3, 2, 1, 1)
    (before,) = figures.by_channel(desk.store, since - DAY, since)
    assert (before.heard, before.answered) == (0, 0)


def test_the_journey_is_counted_over_everything(desk: Desk) -> None:
    desk.answered(desk.said(), after="resolved")
    found = figures.journey(desk.store)
    assert found == {
        "heard": 1,
        "judged": 1,
        "noise": 0,
        "queued": 1,
        "drafted": 1,
        "approved": 1,
        "sent": 1,
        "answered": 1,
        "reopened": 0,
        "closed": 1,
    }
