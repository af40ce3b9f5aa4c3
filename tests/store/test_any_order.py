"""Whatever happens in whatever order: clocks equal the facts, the audit holds, nothing is sent twice."""

import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from responders.queue import placing
from tests.store.desk import Desk, judgement, make, own_post, receipt
from twoway import clock
from twoway.domain import Bounced, Deleted, Edited
from twoway.errors import Refused
from twoway.store import (
    approvals,
    corrections,
    deliveries,
    doubts,
    drafts,
    judgements,
    moves,
    outcomes,
    queueing,
    receipts,
    rejudging,
)
from twoway.store.audit import audit
from twoway.store.corrections import Said
from twoway.store.deliveries import Claim
from twoway.store.queueing import Placed

FEW = st.integers(0, 3)
DAY = timedelta(days=1)
ENDS = st.sampled_from(["sent", "sent", "heard", "lost", "lost but there", "retry", "fail", "withdraw", "dies"])


class Journey(RuleBasedStateMachine):
    """A desk of a few conversations, two claims at most, and everything that people and platforms do."""

    @initialize()
    def open(self) -> None:
        """A new desk."""
        self.folder = tempfile.TemporaryDirectory()
        self.desk: Desk = make(Path(self.folder.name))
        self.heard = 0
        self.held: list[Claim] = []
        self.posted: list[str] = []

    def teardown(self) -> None:
        """The audit holds over all that happened."""
        if hasattr(self, "desk"):
            report = audit(self.desk.store)
            self.desk.store.close()
            self.folder.cleanup()
            assert report.broken() == []
            assert max(Counter(self.posted).values(), default=1) == 1

    def _try(self, act: Callable[..., Any], *arguments: Any, **named: Any) -> None:
        """People are refused now and then; what was refused has changed nothing."""
        with suppress(Refused):
            act(*arguments, **named)

    def _conversation(self, number: int) -> int:
        found = self.desk.all("SELECT id FROM conversations ORDER BY id")
        return int(found[number % len(found)][0]) if found else 1

    @rule(thread=FEW, private=st.booleans(), author=st.sampled_from(["kim", "eve"]))
    def hear(self, thread: int, private: bool, author: str) -> None:
        """Somebody says something in one of a few threads."""
        self.heard += 1
        visibility = "private" if private else "public"
        self.desk.hear(
            self.desk.mention(id=f"m{self.heard}", thread=f"t{thread}", visibility=visibility, author=author)
        )

    @precondition(lambda self: self.heard)
    @rule(number=st.integers(0, 99), what=st.sampled_from(["edit", "address", "delete", "elsewhere", "bounce"]))
    def change(self, number: int, what: str) -> None:
        """Something changes on the platform."""
        name, now = f"m{1 + number % self.heard}", clock.now()
        changes = {
            "edit": Edited(name, f"words {number % 2}", now, b""),
            "address": Edited(name, f"words of {name}", now, b"", '{"v":2}'),
            "delete": Deleted(name, now),
            "elsewhere": own_post(f"theirs-{number}", name),
            "bounce": Bounced((f"ours-{number % (len(self.posted) + 1)}",), "nobody there", now, b""),
        }
        self.desk.change(changes[what])

    @rule(wants=st.booleans(), noise=st.booleans(), some=st.integers(1, 3))
    def judge(self, wants: bool, noise: bool, some: int) -> None:
        """The judge works."""
        found = judgements.unjudged(self.desk.store, some)
        judgements.keep(self.desk.store, [(words, judgement(wants=wants, noise=noise)) for words in found])

    @rule(lane=st.sampled_from(["severe", "answer", "mention", "noise"]), some=st.integers(1, 3))
    def queue(self, lane: str, some: int) -> None:
        """The queue works."""
        for judged in queueing.unqueued(self.desk.store, some):
            alarms = ["severe_complaint"] if lane == "severe" else []
            queueing.enqueue(self.desk.store, judged, Placed(lane, {}), alarms)

    @rule(number=FEW, wants=st.booleans(), noise=st.booleans(), urgency=st.sampled_from(["calm", "now"]))
    def correct(self, number: int, wants: bool, noise: bool, urgency: str) -> None:
        """Somebody says how a mention is to be judged."""
        found = self.desk.all("SELECT id, version FROM mentions")
        if found:
            mention, version = found[number % len(found)]
            said = Said(wants_answer=wants, noise=noise, urgency=urgency, complaint=False)
            self._try(corrections.correct, self.desk.store, mention, version, said, self.desk.agent.id, placing)

    @rule(wants=st.booleans(), noise=st.booleans(), some=st.integers(1, 3), model=st.sampled_from(["test 2", "test 3"]))
    def judge_again(self, wants: bool, noise: bool, some: int, model: str) -> None:
        """Another model judges what is stored."""
        found = rejudging.outdated(self.desk.store, model, 0, some)
        judged = [(words, judgement(wants=wants, noise=noise, model=model)) for words in found]
        rejudging.replace(self.desk.store, judged, placing)

    @rule()
    def work_off(self) -> None:
        """Judge and queue keep up."""
        self.desk.judge()
        self.desk.queue()

    @rule(number=FEW, text=st.sampled_from(["Hello", "Sorry"]))
    def write(self, number: int, text: str) -> None:
        """Somebody writes."""
        self._try(self._write, number, text)

    def _write(self, number: int, text: str) -> None:
        if self.desk.all("SELECT 1 FROM conversations"):
            self.desk.write(text, conversation=self._conversation(number))

    @rule(number=FEW, act=st.sampled_from(["submit", "drop", "hand_back"]))
    def move_draft(self, number: int, act: str) -> None:
        """Somebody submits, returns or puts away."""
        conversation, user = self._conversation(number), self.desk.agent.id
        extra = ("why",) if act == "hand_back" else ()
        if self.desk.all("SELECT 1 FROM conversations"):
            self._try(getattr(drafts, act), self.desk.store, conversation, user, *extra)

    @rule(
        number=FEW,
        parts=st.integers(1, 2),
        after=st.sampled_from(["waiting", "resolved"]),
        route=st.sampled_from(["api", "api", "hand"]),
    )
    def approve(self, number: int, parts: int, after: str, route: str) -> None:
        """Somebody approves the draft in work."""
        conversation = self._conversation(number)
        if self.desk.all("SELECT 1 FROM mentions WHERE conversation_id = ?", conversation):
            self._try(self.desk.approve, conversation, parts=parts, after=after, route=route)

    @rule(number=FEW)
    def undo(self, number: int) -> None:
        """Somebody takes an approval back."""
        self._try(approvals.undo, self.desk.store, self._conversation(number), self.desk.approver.id)

    @rule(number=FEW, act=st.sampled_from(["close", "wait", "snooze", "reopen", "noise", "answer"]))
    def decide(self, number: int, act: str) -> None:
        """Somebody decides what becomes of a conversation."""
        if not self.desk.all("SELECT 1 FROM conversations"):
            return
        store, conversation, user = self.desk.store, self._conversation(number), self.desk.agent.id
        acts: dict[str, Callable[[], None]] = {
            "close": lambda: moves.close(store, conversation, None, "settled", user),
            "wait": lambda: moves.wait(store, conversation, None, user),
            "snooze": lambda: moves.snooze(store, conversation, None, clock.now() + DAY, user),
            "reopen": lambda: moves.reopen(store, conversation, None, user),
            "noise": lambda: moves.set_lane(store, conversation, "noise", user),
            "answer": lambda: moves.set_lane(store, conversation, "answer", user),
        }
        self._try(acts[act])

    @rule(silence=st.sampled_from([-DAY, DAY]))
    def wake(self, silence: timedelta) -> None:
        """The clock of silence runs, or has run out."""
        moves.wake_once(self.desk.store, silence)

    @rule(lease=st.sampled_from([-DAY, DAY]))
    def claim(self, lease: timedelta) -> None:
        """A worker takes an answer; some die at once."""
        held = deliveries.claim(self.desk.store, f"w{len(self.held)}", {"square": timedelta(0)}, lease)
        if held:
            self.held.append(held)

    @rule(number=FEW, parts=st.integers(1, 2), end=ENDS, after=st.sampled_from(["waiting", "resolved"]))
    def answer(self, number: int, parts: int, end: str, after: str) -> None:
        """Somebody approves, a worker takes it up and sends the first part."""
        self.work_off()
        self.approve(number, parts, after, "api")
        self.claim(DAY)
        if self.held:
            self.send(len(self.held) - 1, end)

    @precondition(lambda self: self.held)
    @rule(number=FEW, end=ENDS)
    def send(self, number: int, end: str) -> None:
        """A worker sends one part, and it ends so or so."""
        store, held = self.desk.store, self.held[number % len(self.held)]
        part = deliveries.next_part(store.read(), held.delivery.id, held.preview)
        if part is None or not outcomes.begin_part(store, held, part, -DAY if end == "dies" else DAY):
            return
        now = clock.now()
        if end in ("sent", "heard", "lost but there"):
            name = f"ours-{len(self.posted)}"
            self.posted.append(part.key)
        match end:
            case "sent":
                receipts.part_sent(store, held.delivery.id, part.number, receipt(name), "sent")
            case "heard":
                self.desk.change(own_post(name, "", text="whatever", key=part.key))
            case "lost" | "lost but there":
                outcomes.doubt(store, held, end, now)
            case "retry":
                outcomes.retry(store, held, "slower", now)
            case "fail":
                outcomes.fail(store, held, "refused")
            case "withdraw":
                outcomes.withdraw(store, held, "gone")

    @rule()
    def expire(self) -> None:
        """Leases end."""
        doubts.expire(self.desk.store)

    @rule(unclear=st.booleans(), give_up=st.booleans())
    def read_back(self, unclear: bool, give_up: bool) -> None:
        """A doubt is looked into."""
        doubt = doubts.take(self.desk.store, ["square"], timedelta(0))
        if doubt is None:
            return
        if unclear:
            doubts.unclear(self.desk.store, doubt.delivery.id, "cannot tell")
        elif doubt.part.key in self.posted:
            found = receipt(f"ours-{self.posted.index(doubt.part.key)}")
            doubts.found(self.desk.store, doubt.delivery.id, doubt.part.number, found)
        elif give_up:
            doubts.give_up(self.desk.store, doubt.delivery.id, "too often")
        else:
            doubts.absent(self.desk.store, doubt.delivery.id)

    @rule(number=FEW)
    def by_hand(self, number: int) -> None:
        """Somebody answered by hand."""
        for (delivery,) in self.desk.all("SELECT id FROM deliveries WHERE state = 'pending' AND route = 'hand'")[:1]:
            doubts.by_hand(self.desk.store, delivery, receipt(f"hand-{delivery}"), self.desk.agent.id)

    @invariant()
    def clocks_equal_the_facts(self) -> None:
        """Always."""
        if hasattr(self, "desk"):
            assert self.desk.consistent()

    @invariant()
    def nothing_pending_is_stale(self) -> None:
        """Else it would hang for ever."""
        if hasattr(self, "desk"):
            stale = (
                "SELECT d.id FROM deliveries d JOIN approvals a ON a.id = d.approval_id JOIN conversations c"
                " ON c.id = d.conversation_id WHERE d.state = 'pending' AND c.version <> a.version"
            )
            assert self.desk.all(stale) == []


TestAnyOrder = Journey.TestCase
TestAnyOrder.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
