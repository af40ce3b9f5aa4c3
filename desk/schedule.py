"""When the desk does what: one process, one scheduler, every job a plain function that claims its work."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

import structlog

from desk.jobs import Job
from desk.wiring import Desk
from twoway import clock
from twoway.errors import ChannelError
from twoway.store import channels

log = structlog.get_logger(__name__)

JUDGE_EVERY = 1
DELIVER_EVERY = 1
CLOCK_EVERY = 5
ALERT_EVERY = 1
WATCH_EVERY = 60
AUDIT_EVERY = 300
SEAL_EVERY = 10
DIGEST_EVERY = 30
WAKE_EVERY = 30
FORGET_EVERY = 600
DELETED_KEPT = timedelta(hours=20)
"""How long words stay that their author took back: platforms want them gone within a day."""
LISTEN_SECONDS = 300
"""How long one wait for a platform's call lasts."""
SPREAD = 5
"""Seconds over which the first polls of many channels are spread."""


def worker_name() -> str:
    """A name that no other process ever has; deliveries are claimed by it."""
    return f"{os.getpid()}-{secrets.token_hex(8)}"


def judge_all(desk: Desk) -> bool:
    """Judge, queue and propose until nothing is left; whether there was anything."""
    from models.judging import judge_once
    from models.topics import Topics
    from responders.draft import draft_once
    from responders.queue import queue_once

    store, topics, config = desk.store, Topics(desk.config.topics), desk.config
    worked = False
    while any(
        (
            judge_once(store, desk.judge, topics=topics),
            queue_once(store, reach=config.alerts.reach, rules=config.lanes),
            draft_once(store, desk.writer()),
        )
    ):
        worked = True
    return worked


def collect(desk: Desk, name: str) -> bool:
    """Poll a channel; whether anything was heard."""
    from listener.collect import collect_once

    return collect_once(desk.store, name, partial(desk.collector, name), standing=partial(desk.standing, name))


def deliver_all(desk: Desk, worker: str) -> None:
    """Send whatever is due."""
    from responders.deliver import deliver_once

    while deliver_once(desk.store, desk.outlets(), worker):
        pass


def seal_all(desk: Desk) -> None:
    """Seal the record up to now."""
    from twoway.store.events import seal_once

    while seal_once(desk.store):
        pass


def clock_all(desk: Desk) -> None:
    """Warn of every clock that runs out soon, tell of those that have, bring back what was promised for now."""
    from twoway.store.clocks import clock_once
    from twoway.store.follow_ups import follow_up_once

    while any((clock_once(desk.store), follow_up_once(desk.store))):
        pass


def alert_all(desk: Desk) -> None:
    """Send every alert that is due."""
    from desk.alerts import alert_once

    while alert_once(desk):
        pass


def watch(desk: Desk) -> bool:
    """Look for what is not happening: silent channels, logins and budgets that end; whether any of it is news."""
    from desk.alerts.watch import watch_once

    return watch_once(desk)


def examine(desk: Desk) -> bool:
    """The nightly audit, once its hour has come; whether it was made."""
    from desk.audits import audit_once

    clock_all(desk)  # what came due while the desk was away is raised before anybody asks whether it was
    return audit_once(desk)


def digest_all(desk: Desk) -> None:
    """Send every digest whose hour has come."""
    from desk.digest import digest_once

    while digest_once(desk):
        pass


def wake(desk: Desk) -> None:
    """Bring back what was snoozed and what was approved too long ago; resolve what waited long enough."""
    from twoway.store.approvals import expire_once
    from twoway.store.moves import wake_once

    expire_once(desk.store)
    wake_once(desk.store, desk.config.conversation.resolve_waiting_after)


def forget(desk: Desk) -> None:
    """Erase what is older than its channel keeps, or more than it can follow, and what was taken back."""
    from twoway.store import erasing

    now, rounds = clock.now(), 0
    for name in desk.names:
        days = desk.keep_days(name)
        channel = channels.by_name(desk.store, name).id
        unfollowed = desk.unfollowed(name)
        while days and erasing.retain_once(desk.store, channel, now - timedelta(days=days)):
            rounds += 1
        beyond = erasing.beyond(desk.store, channel, desk.most_kept(name), unfollowed)
        while beyond and erasing.retain_once(desk.store, channel, beyond, unfollowed):
            rounds += 1
    while erasing.forget_deleted_once(desk.store, now - DELETED_KEPT):
        rounds += 1
    if rounds:
        desk.store.tidy()


def start(desk: Desk) -> Callable[[], None]:
    """Set everything going in the background; the returned function stops it cleanly, after the work in hand."""
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    # A late job is still due: the default would skip what is more than a second late. One that comes round while it is
    # being done ends at once by itself (`Job`); the library would warn of it.
    defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 3}
    workers = {"default": ThreadPoolExecutor(len(desk.names) + 10)}
    scheduler = BackgroundScheduler(executors=workers, job_defaults=defaults, timezone="UTC")
    jobs, worker = Jobs(scheduler), worker_name()
    for at, name in enumerate(desk.names):
        poll = partial(collect, desk, name)
        jobs.every(desk.poll_seconds(name), f"collect {name}", poll, after=at % SPREAD, then="judge")
    jobs.every(JUDGE_EVERY, "judge", partial(judge_all, desk), then="alert")
    jobs.every(DELIVER_EVERY, "deliver", partial(deliver_all, desk, worker))
    jobs.every(CLOCK_EVERY, "clock", partial(clock_all, desk))
    jobs.every(ALERT_EVERY, "alert", partial(alert_all, desk))
    jobs.every(WATCH_EVERY, "watch", partial(watch, desk), then="alert")
    jobs.every(AUDIT_EVERY, "audit", partial(examine, desk), then="alert")
    jobs.every(DIGEST_EVERY, "digest", partial(digest_all, desk))
    jobs.every(SEAL_EVERY, "seal", partial(seal_all, desk))
    jobs.every(WAKE_EVERY, "wake", partial(wake, desk))
    jobs.every(FORGET_EVERY, "forget", partial(forget, desk))
    scheduler.start()
    stopped = Event()
    for name in filter(desk.can_wake, desk.names):
        Thread(target=_listen, args=(desk, name, jobs, stopped), daemon=True, name=f"wake {name}").start()
    return partial(_stop, scheduler, stopped)


def _stop(scheduler: Any, stopped: Event) -> None:
    stopped.set()
    scheduler.shutdown(wait=True)


def _listen(desk: Desk, name: str, jobs: "Jobs", stopped: Event) -> None:
    """Poll a channel at once when its platform calls; what a call misses, the next regular poll hears."""
    while not stopped.is_set():
        called = channels.by_name(desk.store, name).paused_at is None and _called(desk, name)
        if called:
            jobs.call(f"collect {name}")
        stopped.wait(1 if called else desk.poll_seconds(name))


def _called(desk: Desk, name: str) -> bool:
    try:
        return desk.wait(name, LISTEN_SECONDS)
    except ChannelError as error:
        log.info("cannot listen", channel=name, said=error.said)  # the poll meets the same and shows it in the health
        return False


class Jobs:
    """The jobs of a schedule, by name."""

    def __init__(self, scheduler: Any) -> None:
        self._scheduler = scheduler
        self._jobs: dict[str, Job] = {}

    def every(
        self, seconds: float, name: str, work: Callable[[], object], after: int = 0, then: str | None = None
    ) -> None:
        """Do something again and again; ``then`` is a job that need not wait for its time where this did something."""

        def done() -> None:
            if _loudly(name, work) and then:
                self.call(then)

        first = clock.now() + timedelta(seconds=after)
        self._jobs[name] = Job(done)
        self._scheduler.add_job(self._jobs[name].run, "interval", seconds=seconds, id=name, next_run_time=first)

    def call(self, name: str) -> None:
        """Let a job run at once, also once more after it has ended that is just running."""
        if self._scheduler.running and self._jobs[name].call():
            with suppress(LookupError):  # the desk is just being stopped
                self._scheduler.modify_job(name, next_run_time=clock.now())


def _loudly(name: str, job: Callable[[], object]) -> object:
    """What a job says; what it did not expect is logged whole, and it is tried again at its next time."""
    try:
        return job()
    except Exception:
        log.exception("job failed", job=name)
        return None
