"""`twoway demo --once`: the whole journey without a browser, from the first words to the sealed record."""

from typing import Any

from desk import schedule
from desk.demo.customers import Customers
from desk.demo.reviewer import Reviewer
from desk.demo.story import scenes
from desk.demo.world import Files, World, world
from twoway.store import figures, sessions
from twoway.store.audit import audit


def play(files: Files) -> dict[str, Any]:
    """Play it in those files and count what happened. ``audit`` says whether every promise holds."""
    with world(files, web_port=8620, undo_seconds=0, digest="00:00") as found:
        customers = Customers(found)
        _, session = sessions.begin(found.desk.store, found.person.id, "script")
        reviewer = Reviewer(found, session)
        _round(found, reviewer)  # the square starts to be heard now, so nobody has spoken yet
        for scene in scenes():
            customers.say(scene)
        _round(found, reviewer)
        for scene in scenes():
            customers.follow_up(scene)
        _round(found, reviewer)
        sessions.end(found.desk.store, session.id)
        return _figures(found, customers)


def _round(found: World, reviewer: Reviewer) -> None:
    """What the schedule does, one after the other, with a reviewer in between."""
    desk = found.desk
    for name in desk.names:
        schedule.collect(desk, name)
    schedule.judge_all(desk)
    schedule.clock_all(desk)
    schedule.alert_all(desk)  # before anybody answers: nobody is told of what is answered already
    reviewer.work()
    schedule.deliver_all(desk, schedule.worker_name())


def _figures(found: World, customers: Customers) -> dict[str, Any]:
    desk = found.desk
    schedule.collect(desk, "square")  # our own answers are heard and recognised
    schedule.digest_all(desk)
    schedule.seal_all(desk)
    report = audit(desk.store)
    return {
        **figures.journey(desk.store),
        "on_the_square": sum(customers.answers(scene) for scene in scenes()),
        "alerts": len(found.received.alerts),
        "digests": len(found.received.mails),
        "audit": "holds" if report.ok else "broken",
    }
