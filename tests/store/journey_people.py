"""What people do on a journey, each act beside what the model says must come of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from responders import review
from tests.store.journey_world import EVERYBODY, LASTS, REVIEWERS, TALKS, UNDO, World
from tests.store.small_world import Talk, Text, Yes
from twoway.states import MOVES
from twoway.store import sessions

WHO = st.sampled_from(REVIEWERS)
ANYBODY = st.sampled_from(EVERYBODY)
AFTER = st.sampled_from(["waiting", "resolved"])


class People(World):
    """Two reviewers and a writer."""

    @rule(number=TALKS, who=ANYBODY, words=st.sampled_from(["Hello", "Sorry", "Thanks"]))
    def write(self, number: int, who: str, words: str) -> None:
        """Somebody writes, whatever is under way."""
        at, talk = self.talk(number)
        right = any(not one.gone for one in talk.said)
        if self.attempt(right, lambda: review.save(self.desk.store, self.users[who], at, words)):
            if talk.yes and talk.yes.state == "pending":
                talk.turn(self.now)
            if talk.draft:
                talk.draft.save(words, who, self.now)
            else:
                talk.draft = Text(words, who, self.now)

    @rule(number=TALKS, who=ANYBODY, act=st.sampled_from(["submit", "submit", "reject", "drop"]))
    def move_draft(self, number: int, who: str, act: str) -> None:
        """Somebody hands a draft in, gives it back or puts it away."""
        at, talk = self.talk(number)
        to = {"submit": "submitted", "reject": "returned", "drop": "dropped"}[act]
        right = talk.draft is not None and to in MOVES["draft"][talk.draft.state] and (act != "reject" or who != "bo")
        extra = ("friendlier",) if act == "reject" else ()
        if self.attempt(right, lambda: getattr(review, act)(self.desk.store, self.users[who], at, *extra)):
            assert talk.draft is not None
            if act == "submit":
                talk.draft.submit(who, self.now)
            elif act == "reject":
                talk.draft.state, talk.draft.changed = "returned", self.now
            else:
                talk.draft = None

    @rule(number=TALKS, who=ANYBODY, changes=st.booleans(), approver=WHO)
    def hand_in(self, number: int, who: str, changes: bool, approver: str) -> None:
        """Written and submitted; a reviewer changes it or not, and says yes."""
        self.write(number, who, "Hello")
        self.move_draft(number, who, "submit")
        if changes:
            self.write(number, approver, "Hello there")
        self.look(number, approver)
        self.approve(approver, "waiting")

    @rule(number=TALKS, who=WHO)
    def look(self, number: int, who: str) -> None:
        """A reviewer has an answer before them."""
        at, talk = self.talk(number)
        shown: list[review.Prepared] = []
        right = talk.draft is not None and any(not one.gone for one in talk.said)
        act = lambda: shown.append(review.prepare(self.desk.store, self.outlet, self.users[who], at))  # noqa: E731
        if self.attempt(right, act):
            assert talk.draft is not None
            barred = talk.draft.barred(who, self.rules.four_eyes, self.rules.second_eyes_on_edits)
            assert bool(shown[0].barred) == barred
            self.screens[who] = (at - 1, talk.turns, shown[0], barred, talk.draft.seen())

    @precondition(lambda self: self.screens)
    @rule(who=WHO, after=AFTER)
    def approve(self, who: str, after: str) -> None:
        """A reviewer says yes to what they have before them, fresh or not."""
        if who not in self.screens:
            return
        number, turns, shown, barred, seen = self.screens[who]
        talk = self.talks[number]
        right = self.counts(who, talk, turns, seen) and not barred
        _, session = sessions.begin(self.desk.store, self.users[who].id, "password")

        def act() -> None:
            hash_ = shown.preview.sha256
            review.approve(self.desk.store, self.outlet, self.users[who], session, shown, hash_, after)  # type: ignore[arg-type]

        if self.attempt(right, act):
            assert talk.draft is not None
            talk.draft.approved = True
            lasts = self.now + timedelta(seconds=self.rules.approval_seconds)
            talk.yes = Yes(talk.draft, talk.draft.words, talk.turns, lasts, self.now + UNDO, after)
            talk.draft = None

    def counts(self, who: str, talk: Talk, turns: int, seen: tuple[Any, ...]) -> bool:
        """Whether a yes to what was seen then is one to what is there now."""
        return (
            talk.turns == turns
            and talk.draft is not None
            and talk.draft.seen() == seen
            and talk.state != "resolved"
            and not talk.under_way()
            and not talk.draft.barred(who, self.rules.four_eyes, self.rules.second_eyes_on_edits)
        )

    @rule(number=TALKS, who=WHO, after=AFTER)
    def answer(self, number: int, who: str, after: str) -> None:
        """The straight way: written by Bo, looked at, approved."""
        self.write(number, "bo", "Hello")
        self.look(number, who)
        self.approve(who, after)

    @rule(number=TALKS, who=WHO)
    def undo(self, number: int, who: str) -> None:
        """A reviewer takes it back."""
        at, talk = self.talk(number)
        right = talk.yes is not None and talk.yes.state == "pending"
        if self.attempt(right, lambda: review.undo(self.desk.store, self.users[who], at)):
            talk.turn(self.now)

    @rule(number=TALKS, act=st.sampled_from(["close", "wait", "snooze", "reopen"]))
    def decide(self, number: int, act: str) -> None:
        """Somebody decides what becomes of it."""
        at, talk = self.talk(number)
        store, user = self.desk.store, self.users["bo"]
        to = {"close": "resolved", "wait": "waiting", "snooze": "snoozed", "reopen": "open"}[act]
        acts: dict[str, Callable[[], None]] = {
            "close": lambda: review.close(store, user, at, None, "settled"),
            "wait": lambda: review.wait(store, user, at, None),
            "snooze": lambda: review.snooze(store, user, at, None, self.now + LASTS),
            "reopen": lambda: review.reopen(store, user, at, None),
        }
        if self.attempt(to in MOVES["conversation"][talk.state], acts[act]):
            if act in ("close", "reopen"):
                talk.turn(self.now)
            if act in ("close", "wait"):
                talk.settled = max((one.order for one in talk.said), default=0)
            talk.state = to
            self.until = self.now + LASTS
