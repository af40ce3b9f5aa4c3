"""Journeys of a conversation beside a small model of it: whoever does what in whatever order, at whatever time.

``HYPOTHESIS_PROFILE=long`` plays thousands of journeys.
"""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.store.desk import receipt
from tests.store.journey_people import People
from tests.store.journey_world import LATE, LEASE, TALKS
from tests.store.small_world import Talk
from twoway.store import deliveries, doubts, outcomes
from twoway.store.deliveries import Claim

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
WORKERS = st.sampled_from(["one", "two"])
ENDS = st.sampled_from(["sent", "sent", "lost", "lost but there", "retry", "fail", "dies"])


class Journey(People):
    """With two workers, some of which die."""

    @rule(
        number=TALKS,
        worker=WORKERS,
        end=ENDS,
        waits=st.sampled_from([11, 11, LATE]),
        takes=st.sampled_from([0, 0, LATE]),
    )
    def deliver(self, number: int, worker: str, end: str, waits: int, takes: int) -> None:
        """The straight way on: approved, its undo time passes or more, a worker takes it up and sends, soon or late."""
        self.answer(number, "petra", "waiting")
        self.jump(waits)
        self.claim(worker)
        self.jump(takes)
        self.send(worker, end)

    @rule(worker=WORKERS)
    def claim(self, worker: str) -> None:
        """A worker looks for something to send."""
        due = [
            at
            for at, talk in enumerate(self.talks, 1)
            if talk.yes and talk.yes.state == "pending" and talk.yes.due <= self.now and talk.fresh(self.now)
        ]
        if self.next_send > self.now:
            due = []
        held = deliveries.claim(self.desk.store, worker, {"square": timedelta(0)}, LEASE)
        assert (held is not None) == bool(due)
        if held:
            assert held.delivery.conversation_id in due
            yes = self.talks[held.delivery.conversation_id - 1].yes
            assert yes is not None
            assert held.preview.parts == (yes.words,)
            yes.state, yes.worker, yes.lease, yes.begun = "sending", worker, self.now + LEASE, False
            self.claims[worker] = held
            self.next_send = self.now

    @precondition(lambda self: self.claims)
    @rule(worker=WORKERS, end=ENDS)
    def send(self, worker: str, end: str) -> None:
        """A worker goes on with what it took up; it may be long after."""
        held = self.claims.get(worker)
        if held is None:
            return
        talk = self.talks[held.delivery.conversation_id - 1]
        part = deliveries.next_part(self.desk.store.read(), held.delivery.id, held.preview)
        mine = talk.yes is not None and talk.yes.state == "sending" and talk.yes.worker == worker
        mine = mine and self.desk.delivery(held.delivery.id).state == "sending"
        right = mine and talk.fresh(self.now)
        began = part is not None and outcomes.begin_part(self.desk.store, held, part, LEASE)
        assert began == right
        if not began:
            if mine:
                talk.withdraw(self.now)
            return
        assert talk.yes is not None
        assert part is not None
        talk.yes.begun, talk.yes.lease = True, self.now + LEASE
        self.finish(held, talk, end)

    def finish(self, held: Claim, talk: Talk, end: str) -> None:
        """The platform answers, or does not."""
        store, key = self.desk.store, deliveries.parts(self.desk.store.read(), held.delivery.id)[0].key
        if end in ("sent", "lost but there"):
            assert key not in self.posted, "sent twice"
            self.posted[key] = f"ours-{len(self.posted)}"
        if end == "sent":
            self.desk.send_begun(held, self.posted[key])
            talk.arrive()
        elif end.startswith("lost"):
            outcomes.doubt(store, held, end, self.now)
            assert talk.yes is not None
            talk.yes.state = "unknown"
        elif end == "retry":
            outcomes.retry(store, held, "slower", self.now)
            talk.go_on(self.now, self.now)
        elif end == "fail":
            outcomes.fail(store, held, "refused")
            talk.fail(self.now)

    @rule()
    def end_leases(self) -> None:
        """Workers that gave no sign are given up."""
        doubts.expire(self.desk.store)
        for talk in self.talks:
            yes = talk.yes
            if yes and yes.state == "sending" and yes.lease and yes.lease < self.now:
                if yes.begun:
                    yes.state = "unknown"
                else:
                    talk.go_on(self.now, self.now)

    @rule()
    def read_back(self) -> None:
        """A doubt is looked into on the platform."""
        doubt = doubts.take(self.desk.store, ["square"], timedelta(0))
        if doubt is None:
            return
        talk = self.talks[doubt.delivery.conversation_id - 1]
        assert talk.yes is not None
        assert talk.yes.state == "unknown"
        if doubt.part.key in self.posted:
            doubts.found(self.desk.store, doubt.delivery.id, 0, receipt(self.posted[doubt.part.key]))
            talk.arrive()
        else:
            doubts.absent(self.desk.store, doubt.delivery.id)
            talk.go_on(self.now, self.now)


TestJourneys = Journey.TestCase
TestJourneys.settings = settings(
    max_examples=3000 if LONG else 60,
    stateful_step_count=50 if LONG else 30,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestJourneys.pytestmark = pytest.mark.timeout(3600 if LONG else 120)
