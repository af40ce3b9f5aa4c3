"""The desk of a journey beside its model: the customer, the clock, the configuration, and what must always be true."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from responders import review
from tests.store.desk import ANSWER_SECONDS, Desk, own_post
from tests.store.platform import Platform
from tests.store.small_world import Said, Talk
from twoway import clock
from twoway.domain import Deleted, Edited
from twoway.errors import Refused
from twoway.store import approvals, channels, clocks, conversations, deliveries, moves, open_store
from twoway.store import users as people
from twoway.store.audit import audit
from twoway.store.deliveries import Claim
from twoway.store.eyes import Rules

START = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
LEASE, UNDO, LASTS = timedelta(minutes=3), timedelta(seconds=10), timedelta(hours=4)
LATE = 5 * 3600
NEVER, AT_ONCE = timedelta(days=9999), timedelta(days=-1)
REVIEWERS, EVERYBODY = ("petra", "eve"), ("petra", "eve", "bo")
TALKS = st.integers(0, 1)
JUMPS = st.sampled_from([1, 11, 200, 3600, LATE, 90_000, -60, -3600])


@cache
def template() -> Path:
    """A file with a channel and three people, to be copied for each journey."""
    folder = Path(tempfile.mkdtemp(prefix="journeys-"))
    with time_machine.travel(START, tick=False):
        desk = Desk(open_store(folder / "twoway.db"))
        for name in REVIEWERS:
            desk.person(name, "approver")
        desk.person("bo", "agent")
    desk.store.close()
    return folder / "twoway.db"


class Copied(Desk):
    """A desk on a copy of the template."""

    def __post_init__(self) -> None:
        """Everybody is there already."""
        self.channel = channels.by_name(self.store, self.name).id
        self.stream = channels.stream(self.store, self.channel, "mentions")


class World(RuleBasedStateMachine):
    """Two conversations, and everything that happens to them from outside."""

    @initialize()
    def open(self) -> None:
        """A new desk."""
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.travel = time_machine.travel(START, tick=False)
        self.time = self.travel.start()
        self.desk = Copied(open_store(Path(shutil.copy(template(), self.folder))))
        self.users = {name: people.by_login(self.desk.store, name) for name in EVERYBODY}
        self.outlet = Platform().outlet(self.desk, undo_seconds=int(UNDO.total_seconds()))
        self.talks: list[Talk] = []
        self.screens: dict[str, tuple[int, int, review.Prepared, bool, tuple[Any, ...]]] = {}
        self.claims: dict[str, Claim] = {}
        self.rules = Rules(approval_seconds=int(LASTS.total_seconds()))
        self.ask(False, False)
        self.names = 0
        self.posted: dict[str, str] = {}
        self.next_send = START
        self.say(0)
        self.say(1)

    def teardown(self) -> None:
        """The audit holds over all that happened; what stands there was approved, once."""
        if not hasattr(self, "desk"):
            return
        try:
            self.look_at_clocks()
            assert audit(self.desk.store).broken() == []
            sent = self.desk.all("SELECT p.key FROM parts p WHERE p.state = 'sent'")
            assert {key for (key,) in sent} <= set(self.posted)
        finally:
            self.desk.store.close()
            self.travel.stop()
            shutil.rmtree(self.folder)

    @property
    def now(self) -> datetime:
        """The moment."""
        return clock.now()

    def attempt(self, right: bool, act: Callable[[], Any]) -> bool:
        """Does it, and finds that it was refused where it ought to be, and only there."""
        refused = ""
        try:
            act()
        except Refused as refusal:
            refused = str(refusal)
        assert bool(refused) is not right, refused or "let through"
        return right

    def talk(self, number: int) -> tuple[int, Talk]:
        """A conversation and its model."""
        return number + 1, self.talks[number]

    @rule(number=TALKS)
    def say(self, number: int) -> None:
        """The customer writes."""
        self.names += 1
        name = f"m{self.names}"
        if number >= len(self.talks):
            self.talks.append(Talk())
            number = len(self.talks) - 1
            self.talks[number].state, self.talks[number].said = "open", [Said(name, self.now)]
        else:
            self.talks[number].speak(Said(name, self.now), self.now)
        self.desk.hear(self.desk.mention(id=name, thread=f"t{number}"))
        self.work_off()

    def work_off(self) -> None:
        """Judge and queue keep up."""
        self.desk.judge()
        self.desk.queue()

    @rule(number=TALKS, which=st.integers(0, 3), delete=st.booleans())
    def change(self, number: int, which: int, delete: bool) -> None:
        """The customer edits or deletes."""
        _, talk = self.talk(number)
        one = talk.said[which % len(talk.said)]
        self.names += 1
        if delete:
            self.desk.change(Deleted(one.name, self.now))
            if not one.gone:
                one.gone = True
                talk.turn(self.now)
        else:
            self.desk.change(Edited(one.name, f"other words {self.names}", self.now, b""))
            if not one.gone:
                talk.speak(None, self.now)
                one.at, one.order = self.now, Said("", self.now).order
        self.work_off()

    @rule(number=TALKS)
    def answer_elsewhere(self, number: int) -> None:
        """A colleague answers in the native app."""
        _, talk = self.talk(number)
        self.names += 1
        self.desk.change(own_post(f"theirs-{self.names}", talk.said[0].name, "we called"))
        talk.turn(self.now)
        talk.elsewhere.append((self.now, Said("", self.now).order))
        if talk.state == "open" and not talk.owed():
            talk.state = "waiting"

    @rule(silent=st.booleans())
    def wake(self, silent: bool) -> None:
        """What is snoozed comes back; what waited long enough is resolved."""
        rows = self.desk.all("SELECT id FROM conversations WHERE snoozed_until <= ?", clock.stamp(self.now))
        moves.wake_once(self.desk.store, AT_ONCE if silent else NEVER)
        for at, talk in enumerate(self.talks, 1):
            if talk.state == "snoozed" and (at,) in rows:
                talk.state = "open"
            elif talk.state == "waiting" and silent and not talk.under_way():
                talk.state = "resolved"

    @rule()
    def expire(self) -> None:
        """The schedule looks for what was approved too long ago."""
        approvals.expire_once(self.desk.store)
        for talk in self.talks:
            if talk.yes and talk.yes.state == "pending" and talk.yes.until <= self.now:
                talk.turn(self.now)
                talk.state = "open"

    @rule()
    def look_at_clocks(self) -> None:
        """The schedule looks for what runs out; it brings back what was put aside."""
        before = self.raised()
        while clocks.clock_once(self.desk.store):
            pass
        for talk, was, is_ in zip(self.talks, before, self.raised(), strict=True):
            if talk.state == "snoozed" and was != is_:
                talk.state = "open"

    def raised(self) -> list[tuple[str | None, str | None]]:
        """What was raised of each conversation."""
        found = [clocks.of_conversation(self.desk.store, at) for at in range(1, len(self.talks) + 1)]
        return [(one.warned_at, one.breached_at) for one in found]

    @rule(seconds=JUMPS)
    def jump(self, seconds: int) -> None:
        """Time goes on, or a clock is set right."""
        self.time.shift(max(timedelta(seconds=seconds), START - self.now))

    @rule(four=st.booleans(), second=st.booleans())
    def ask(self, four: bool, second: bool) -> None:
        """The configuration changes."""
        self.rules = Rules(four, second, self.rules.approval_seconds)
        channels.register(self.desk.store, self.desk.name, "square", ANSWER_SECONDS, self.rules)

    @invariant()
    def the_desk_is_as_the_model(self) -> None:
        """State, what is owed, the draft and what is under way."""
        if not hasattr(self, "desk"):
            return
        for at, talk in enumerate(self.talks, 1):
            found = conversations.by_id(self.desk.store, at)
            assert (found.state, found.awaiting_since is not None) == (talk.state, talk.owed())
            draft = self.desk.draft(at)
            kept = (talk.draft.words, talk.draft.state) if talk.draft else None
            assert ((draft.text, draft.state) if draft else None) == kept
            states = [row.state for row in deliveries.of_conversation(self.desk.store, at)]
            under_way = [state for state in states if state in ("pending", "sending", "unknown")]
            assert under_way == ([talk.yes.state] if talk.yes and talk.under_way() else [])
        assert self.desk.consistent()
