"""The clock of what is owed: promises by channel and lane, standing still, warning and breach, each raised once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
import time_machine

from tests.store.desk import ANSWER_SECONDS, Desk, make, own_post
from twoway import clock, hours
from twoway.hours import Calendar, Shift
from twoway.store import alerts, channels, clocks, moves, open_store
from twoway.store.audit import Check, audit
from twoway.store.clocks import clock_once
from twoway.store.promises import Promise, Promises

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
"""A Monday, noon in Berlin."""
HOUR = timedelta(hours=1)
OFFICE = Calendar("Europe/Berlin", tuple(Shift(day, 540, 1020) for day in range(5)), "DE")

Go = Callable[[timedelta], None]


@pytest.fixture
def go() -> Iterator[Go]:
    """Time stands at noon and goes on when told to."""
    with time_machine.travel(NOON, tick=False) as travelling:
        yield lambda by: travelling.shift(by)


@pytest.fixture
def desk(tmp_path: Path, go: Go) -> Iterator[Desk]:
    """A desk that was opened at noon."""
    made = make(tmp_path)
    yield made
    made.store.close()


def promise(desk: Desk, *, first: int = ANSWER_SECONDS, **others: object) -> None:
    values = {"next": timedelta(seconds=first), **others}
    channels.register(desk.store, desk.name, "square", first, None, Promises(**values))  # type: ignore[arg-type]


def raised(desk: Desk) -> list[str]:
    """The rules of the alerts that clocks raised, in their order."""
    return [row[0] for row in desk.all("SELECT rule FROM alerts WHERE rule LIKE 'clock.%' ORDER BY id")]


def due(desk: Desk, conversation: int = 1) -> str | None:
    return desk.conversation(conversation).due_at


def noise(desk: Desk) -> None:
    desk.hear(desk.mention())
    desk.judge(noise=True)
    desk.queue("noise")


def test_only_working_time_counts(desk: Desk) -> None:
    promise(desk, first=6 * 3600, calendar=OFFICE)
    desk.said()
    assert due(desk) == clock.stamp(NOON + 22 * HOUR)  # five hours today, one tomorrow from nine


def test_a_lane_may_have_a_promise_of_its_own(desk: Desk) -> None:
    promise(desk, lanes={"severe": Promise(HOUR / 4, HOUR / 2)})
    desk.said()
    assert due(desk) == clock.stamp(NOON + HOUR)
    moves.set_lane(desk.store, 1, "severe", desk.agent.id)
    assert due(desk) == clock.stamp(NOON + HOUR / 4)


def test_a_further_answer_has_a_target_of_its_own(desk: Desk, go: Go) -> None:
    promise(desk, next=3 * HOUR)
    desk.said(id="a")
    assert clocks.of_conversation(desk.store, 1).target == "first"
    desk.answered()
    go(HOUR)
    desk.said(id="b", replies_to=("a",))
    assert (clocks.of_conversation(desk.store, 1).target, due(desk)) == ("next", clock.stamp(NOON + 4 * HOUR))


def test_an_answer_made_elsewhere_is_a_first_answer_too(desk: Desk, go: Go) -> None:
    promise(desk, next=3 * HOUR)
    desk.said(id="a")
    go(HOUR / 2)
    desk.change(own_post("ours", "a"))
    go(HOUR / 2)
    desk.said(id="b", replies_to=("a",))
    assert due(desk) == clock.stamp(NOON + 4 * HOUR)


def test_another_promise_holds_for_what_is_owed_already(desk: Desk) -> None:
    desk.said()
    promise(desk, first=7200, calendar=OFFICE)
    assert due(desk) == clock.stamp(NOON + 2 * HOUR)


def test_a_channel_registered_without_promises_keeps_those_it_has(desk: Desk) -> None:
    promise(desk, calendar=OFFICE, lanes={"severe": Promise(HOUR, HOUR)})
    before = desk.all("SELECT hours, next_seconds FROM channels"), desk.all("SELECT * FROM lane_targets")
    channels.register(desk.store, desk.name, "square", ANSWER_SECONDS)
    assert (desk.all("SELECT hours, next_seconds FROM channels"), desk.all("SELECT * FROM lane_targets")) == before


def test_time_in_noise_to_check_does_not_count(desk: Desk, go: Go) -> None:
    promise(desk, calendar=OFFICE)
    noise(desk)
    go(4 * HOUR)
    moves.set_lane(desk.store, 1, "answer", desk.agent.id)
    assert due(desk) == clock.stamp(NOON + 5 * HOUR)
    go(HOUR / 2)
    moves.set_lane(desk.store, 1, "noise", desk.agent.id)
    go(20 * HOUR)  # over night, of which half an hour before five and three and a half from nine on are working time
    moves.set_lane(desk.store, 1, "answer", desk.agent.id)
    assert due(desk) == clock.stamp(NOON + 25 * HOUR)
    assert audit(desk.store).broken() == []


def test_there_is_no_clock_while_the_customer_is_asked(desk: Desk, go: Go) -> None:
    desk.said()
    moves.wait(desk.store, 1, None, desk.agent.id)
    go(9 * HOUR)
    assert not clock_once(desk.store)
    assert clocks.of_conversation(desk.store, 1).warn_at is None


def test_a_warning_comes_before_the_breach_and_each_once(desk: Desk, go: Go) -> None:
    desk.said()
    go(HOUR / 2)
    assert (clock_once(desk.store), raised(desk)) == (False, [])
    go(HOUR / 4)
    assert (clock_once(desk.store), clock_once(desk.store), raised(desk)) == (True, False, ["clock.warning"])
    go(HOUR / 4)
    assert (clock_once(desk.store), clock_once(desk.store)) == (True, False)
    assert raised(desk) == ["clock.warning", "clock.breach"]
    assert [kind for kind in desk.kinds() if kind in ("conversation.warned", "conversation.breached")] == [
        "conversation.warned",
        "conversation.breached",
    ]


def test_of_what_is_too_late_already_nobody_is_warned(desk: Desk, go: Go) -> None:
    desk.said()
    go(2 * HOUR)
    assert (clock_once(desk.store), clock_once(desk.store), raised(desk)) == (True, False, ["clock.breach"])


def test_nothing_is_raised_of_what_was_answered_in_time(desk: Desk, go: Go) -> None:
    desk.said()
    desk.answered()
    go(2 * HOUR)
    assert (clock_once(desk.store), raised(desk)) == (False, [])


def test_what_is_owed_anew_is_raised_anew(desk: Desk, go: Go) -> None:
    desk.said(id="a")
    go(2 * HOUR)
    clock_once(desk.store)
    desk.answered()
    desk.said(id="b", replies_to=("a",))
    go(2 * HOUR)
    assert clock_once(desk.store)
    assert raised(desk) == ["clock.breach", "clock.breach"]


def test_what_gets_more_time_is_raised_anew_when_that_runs_out(desk: Desk, go: Go) -> None:
    desk.said()
    go(2 * HOUR)
    clock_once(desk.store)
    promise(desk, first=4 * 3600)
    assert (clock_once(desk.store), desk.all("SELECT breached_at FROM conversations")) == (False, [(None,)])
    go(2 * HOUR)
    assert clock_once(desk.store)
    assert raised(desk) == ["clock.breach", "clock.breach"]


def test_its_warning_brings_back_what_was_put_aside(desk: Desk, go: Go) -> None:
    desk.said()
    moves.snooze(desk.store, 1, None, NOON + 9 * HOUR, desk.agent.id)
    go(HOUR)
    clock_once(desk.store)
    assert desk.conversation().state == "open"


def test_a_restart_raises_nothing_twice(desk: Desk, go: Go) -> None:
    desk.said()
    go(2 * HOUR)
    clock_once(desk.store)
    with closing(open_store(desk.store.path)) as again:
        assert not clock_once(again)
    assert raised(desk) == ["clock.breach"]


def test_two_processes_raise_each_once(desk: Desk, go: Go) -> None:
    for _ in range(20):
        desk.said()
    go(2 * HOUR)
    ready = Barrier(2)

    def work() -> None:
        with closing(open_store(desk.store.path)) as store:
            ready.wait(10)
            while clock_once(store, batch=3):
                pass

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work) for _ in range(2)]:
            done.result(30)
    assert raised(desk) == ["clock.breach"] * 20
    assert desk.one("SELECT count(*) FROM events WHERE kind = 'conversation.breached'")[0] == 20


def test_a_fault_between_mark_and_alert_leaves_neither(desk: Desk, go: Go, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.said()
    go(2 * HOUR)

    def fail(*given: object, **more: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(alerts, "raise_alert", fail)
        with pytest.raises(ConnectionError):
            clock_once(desk.store)
    assert (desk.all("SELECT breached_at FROM conversations"), desk.kinds()[-1]) == ([(None,)], "conversation.opened")
    assert clock_once(desk.store)
    assert raised(desk) == ["clock.breach"]


def test_the_audit_finds_a_breach_that_was_never_raised(desk: Desk, go: Go) -> None:
    desk.said()
    go(2 * HOUR)
    desk.write()  # somebody is at work
    assert "raised" in [check.name for check in audit(desk.store).broken()]
    clock_once(desk.store)
    assert audit(desk.store).broken() == []


def test_a_file_on_which_nobody_worked_since_is_not_blamed(desk: Desk, go: Go) -> None:
    desk.said()
    go(2 * HOUR)
    assert audit(desk.store).broken() == []


@pytest.fixture
def upgraded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A debt over the night, and then a release of the holidays that knows the next day as one."""
    promise(desk, first=8 * ANSWER_SECONDS, calendar=OFFICE)
    desk.said()
    assert due(desk) == "2026-11-24T11:00:00.000000Z"
    monkeypatch.setattr(hours, "_version", lambda library: "999.0")
    monkeypatch.setattr(hours, "holidays", lambda region, year: frozenset({date(2026, 11, 24)}))
    hours._day.cache_clear()
    yield
    hours._day.cache_clear()


def test_what_is_owed_is_counted_anew_when_other_holidays_are_installed(desk: Desk, upgraded: None) -> None:
    for _ in range(2):
        promise(desk, first=8 * ANSWER_SECONDS, calendar=OFFICE)
        assert due(desk) == "2026-11-25T11:00:00.000000Z"
    assert audit(desk.store).broken() == []


def due_check(desk: Desk) -> Check:
    return next(check for part in audit(desk.store).promises for check in part.checks if check.name == "due")


def test_the_audit_blames_nobody_for_an_upgrade_and_says_what_it_did_not_ask(desk: Desk, upgraded: None) -> None:
    found = due_check(desk)
    assert found.ok
    assert f"than the present ones counted it ({desk.name})" in found.asked
    promise(desk, first=8 * ANSWER_SECONDS, calendar=OFFICE)
    assert "Not asked" not in due_check(desk).asked


def test_a_moment_that_no_release_counted_is_found(desk: Desk) -> None:
    promise(desk, first=8 * ANSWER_SECONDS, calendar=OFFICE)
    desk.said()
    with desk.store.write() as db:
        db.execute("UPDATE conversations SET due_at = '2026-11-25T11:00:00.000000Z'")
    assert not due_check(desk).ok
