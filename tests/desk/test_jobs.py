"""The schedule's jobs run one at a time, nobody warns of it, and no call is lost."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier, Event, Thread

import pytest

from desk import schedule
from desk.jobs import Job
from tests.desk.conftest import Open

LIMIT = 20


class Work:
    """Takes as long as it is let; counts how often it was done."""

    def __init__(self) -> None:
        self.begun, self.go, self.done = Event(), Event(), 0

    def __call__(self) -> None:
        self.begun.set()
        assert self.go.wait(LIMIT)
        self.done += 1


@contextmanager
def in_hand(job: Job, work: Work) -> Iterator[None]:
    """While another thread is at it."""
    thread = Thread(target=job.run)
    thread.start()
    assert work.begun.wait(LIMIT)
    yield
    work.go.set()
    thread.join(LIMIT)


def test_what_comes_round_meanwhile_is_passed_over() -> None:
    job = Job(work := Work())
    with in_hand(job, work):
        job.run()
        assert work.done == 0
    assert work.done == 1


def test_a_call_meanwhile_has_it_done_once_more() -> None:
    job = Job(work := Work())
    with in_hand(job, work):
        assert not job.call()
        assert not job.call()
    assert work.done == 2


def test_a_call_at_rest_has_to_be_run_and_is_then_answered() -> None:
    job = Job(work := Work())
    work.go.set()
    assert job.call()
    job.run()
    assert work.done == 1
    job.run()
    assert work.done == 2


@pytest.mark.parametrize("fault", [RuntimeError, SystemExit])
def test_work_that_raises_is_done_again_when_it_comes_round(fault: type[BaseException]) -> None:
    done = [0]

    def work() -> None:
        done[0] += 1
        if done[0] == 1:
            raise fault

    job = Job(work)
    with pytest.raises(fault):
        job.run()
    assert job.call()
    job.run()
    assert done == [2]


def test_of_many_calls_at_any_moment_none_is_lost() -> None:
    """After each call something is left to do only until the work was begun once more."""
    left, job, start = [0], Job(lambda: left.__setitem__(0, 0)), Barrier(4)

    def caller() -> None:
        start.wait(LIMIT)
        for _ in range(2000):
            left[0] = 1
            if job.call():
                job.run()

    threads = [Thread(target=caller) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert left == [0]


def test_a_job_that_takes_longer_than_its_turn_is_not_warned_of(
    opened: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scene, work, turns, enough = opened(), Work(), [0], Event()

    def turn(desk: object) -> None:
        turns[0] += 1
        if turns[0] == 10:
            enough.set()

    for every in ("JUDGE_EVERY", "DELIVER_EVERY", "CLOCK_EVERY"):
        monkeypatch.setattr(schedule, every, 0.05)
    monkeypatch.setattr(schedule, "judge_all", lambda desk: work())
    monkeypatch.setattr(schedule, "clock_all", turn)
    with caplog.at_level(logging.WARNING, "apscheduler"):
        stop = schedule.start(scene.desk)
        assert enough.wait(LIMIT)
        work.go.set()
        stop()
    assert caplog.messages == []
