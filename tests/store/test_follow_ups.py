"""What was promised by a time: it comes back with its conversation, is told once, and ends when a person says so."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from threading import Barrier

import pytest

from tests.conftest import Freeze
from tests.store.desk import Desk
from twoway import clock
from twoway.errors import NotFound, Refused
from twoway.store import clocks, erasing, exporting, follow_ups, inbox, moves, open_store
from twoway.store.audit import audit
from twoway.store.follow_ups import follow_up_once

DAY = timedelta(days=1)


def promise(desk: Desk, days: float = 2, said: str = "call on Tuesday", conversation: int = 1) -> int:
    return follow_ups.add(desk.store, conversation, said, clock.now() + timedelta(days=days), desk.agent.id)


def alerts(desk: Desk) -> list[str]:
    return [row[0] for row in desk.all("SELECT rule FROM alerts WHERE rule = 'follow_up'")]


PUT_AWAY: list[Callable[[Desk], None]] = [
    lambda desk: moves.wait(desk.store, 1, None, desk.agent.id),
    lambda desk: moves.close(desk.store, 1, None, "settled", desk.agent.id),
    lambda desk: moves.snooze(desk.store, 1, None, clock.now() + 9 * DAY, desk.agent.id),
]


@pytest.mark.parametrize("put_away", PUT_AWAY)
def test_its_time_brings_the_conversation_back_and_tells_once(
    desk: Desk, freeze: Freeze, put_away: Callable[[Desk], None]
) -> None:
    desk.said()
    promise(desk)
    put_away(desk)
    freeze(clock.now() + DAY)
    assert (follow_up_once(desk.store), desk.conversation().state == "open") == (False, False)
    freeze(clock.now() + DAY)
    assert (follow_up_once(desk.store), follow_up_once(desk.store)) == (True, False)
    assert (desk.conversation().state, alerts(desk)) == ("open", ["follow_up"])
    clocks.clock_once(desk.store)
    assert audit(desk.store).broken() == []


def test_what_is_done_before_its_time_is_told_to_nobody(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    number = promise(desk)
    follow_ups.finish(desk.store, 1, number, desk.approver.id)
    freeze(clock.now() + 3 * DAY)
    assert (follow_up_once(desk.store), alerts(desk)) == (False, [])
    (found,) = follow_ups.of_conversation(desk.store, 1)
    assert (found.user_id, found.done_by, found.text) == (desk.agent.id, desk.approver.id, "call on Tuesday")


def test_what_is_done_stays_done(desk: Desk) -> None:
    desk.said()
    number = promise(desk)
    follow_ups.finish(desk.store, 1, number, desk.approver.id)
    follow_ups.finish(desk.store, 1, number, desk.agent.id)
    assert follow_ups.of_conversation(desk.store, 1)[0].done_by == desk.approver.id
    assert desk.kinds().count("follow_up.done") == 1


def test_two_processes_tell_of_each_once(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    for _ in range(20):
        promise(desk)
    freeze(clock.now() + 3 * DAY)
    ready = Barrier(2)

    def work() -> None:
        with closing(open_store(desk.store.path)) as store:
            ready.wait(10)
            while follow_up_once(store, batch=3):
                pass

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work) for _ in range(2)]:
            done.result(30)
    assert alerts(desk) == ["follow_up"] * 20
    assert desk.kinds().count("follow_up.due") == 20


def test_a_silent_customer_s_conversation_stays_while_something_is_promised(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    number = promise(desk, days=20)
    moves.wait(desk.store, 1, None, desk.agent.id)
    freeze(clock.now() + 15 * DAY)
    assert not moves.wake_once(desk.store, 14 * DAY)
    follow_ups.finish(desk.store, 1, number, desk.agent.id)
    assert moves.wake_once(desk.store, 14 * DAY)
    assert desk.conversation().state == "resolved"


def test_promises_are_a_list_by_their_time(desk: Desk) -> None:
    for _ in range(3):
        desk.said()
    done = promise(desk, days=1, conversation=3)
    promise(desk, days=3, conversation=1)
    promise(desk, days=2, conversation=2)
    promise(desk, days=9, conversation=2)
    follow_ups.finish(desk.store, 3, done, desk.agent.id)
    lines = inbox.lines(desk.store, "promised")
    assert ([line.id for line in lines], inbox.counts(desk.store)["promised"]) == ([2, 1], 2)
    assert lines[0].promised_at == follow_ups.of_conversation(desk.store, 2)[0].due_at


@pytest.mark.parametrize("said", ["", "  ", "x" * 501])
def test_a_promise_has_words(desk: Desk, said: str) -> None:
    desk.said()
    with pytest.raises(Refused):
        promise(desk, said=said)


def test_a_promise_lies_ahead_and_belongs_to_a_conversation(desk: Desk) -> None:
    desk.said()
    with pytest.raises(Refused, match="lies ahead"):
        promise(desk, days=-1)
    with pytest.raises(NotFound):
        promise(desk, conversation=9)
    with pytest.raises(NotFound):
        follow_ups.finish(desk.store, 2, promise(desk), desk.agent.id)


def test_the_audit_finds_a_promise_that_was_forgotten(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    promise(desk)
    freeze(clock.now() + 3 * DAY)
    assert "promised" not in [check.name for check in audit(desk.store).broken()]
    freeze(clock.now() + DAY)
    desk.write()  # somebody is at work
    assert "promised" in [check.name for check in audit(desk.store).broken()]


def test_its_words_are_in_no_event_are_exported_and_go_with_the_author(desk: Desk) -> None:
    desk.said()
    promise(desk, said="secret word")
    assert not [row for row in desk.all("SELECT data FROM events") if "secret" in row[0]]
    (line,) = exporting.about(desk.store, 1)
    assert [told["text"] for told in line["follow_ups"]] == ["secret word"]
    erasing.author(desk.store, 1, desk.approver.id)
    assert follow_ups.of_conversation(desk.store, 1) == []
