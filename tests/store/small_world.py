"""What ought to be true of a conversation, in a few plain values: the model beside which the desk is run.

It knows nothing of versions, tables or leases' columns. What makes a yes stale only counts up ``turns``.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Literal

_order = count(1)
HOURS = timedelta(hours=1)


@dataclass
class Said:
    """Words of the customer that want an answer."""

    name: str
    at: datetime
    order: int = field(default_factory=lambda: next(_order))
    gone: bool = False


@dataclass
class Text:
    """A draft: its words, whose they are, and whose hands the submitted ones went through."""

    words: str
    writer: str
    changed: datetime
    state: str = "writing"
    submitter: str = ""
    approved: bool = False
    """These very words were approved once."""
    handed: list[tuple[str, str]] = field(default_factory=list)
    """Submitter and writer of earlier words that were submitted."""
    number: int = field(default_factory=lambda: next(_order))

    def save(self, words: str, user: str, now: datetime) -> None:
        """Somebody writes."""
        self.state, self.changed = "writing", now
        if words == self.words:
            return
        if self.submitter:
            self.handed.append((self.submitter, self.writer))
        self.words, self.writer, self.submitter, self.approved = words, user, "", False

    def submit(self, user: str, now: datetime) -> None:
        """Somebody hands it on."""
        if self.submitter:
            self.handed.append((self.submitter, self.writer))
        self.state, self.submitter, self.changed = "submitted", user, now

    def barred(self, user: str, four: bool, second: bool) -> bool:
        """Whether this person's yes does not count."""
        if four and user in (self.writer, self.submitter):
            return True
        return second and self.writer == user and any(hands != (user, user) for hands in self.handed)

    def seen(self) -> tuple[int, datetime, str]:
        """What a person had before them."""
        return self.number, self.changed, self.words


@dataclass
class Yes:
    """Somebody's yes, and what became of it."""

    text: Text
    words: str
    turns: int
    until: datetime
    due: datetime
    after: str
    state: Literal["pending", "sending", "unknown", "ended"] = "pending"
    worker: str = ""
    lease: datetime | None = None
    begun: bool = False
    order: int = field(default_factory=lambda: next(_order))


@dataclass
class Talk:
    """One conversation."""

    state: str = "open"
    turns: int = 0
    said: list[Said] = field(default_factory=list)
    draft: Text | None = None
    yes: Yes | None = None
    settled: int = 0
    """Up to which of the customer's words everything is dealt with."""
    elsewhere: list[tuple[datetime, int]] = field(default_factory=list)
    """Answers made elsewhere: when they were made, and in which order they were heard."""

    def answered_there(self, one: Said) -> bool:
        """Whether an answer was made elsewhere after these words, and heard after them."""
        return any(at >= one.at and order > one.order for at, order in self.elsewhere)

    def owed(self) -> bool:
        """Whether words stand that have no answer."""
        return self.state != "resolved" and any(
            not one.gone and one.order > self.settled and not self.answered_there(one) for one in self.said
        )

    def under_way(self) -> bool:
        """Whether an answer has been approved and its end is not known."""
        return self.yes is not None and self.yes.state != "ended"

    def fresh(self, now: datetime) -> bool:
        """Whether the yes still counts."""
        return self.yes is not None and self.yes.turns == self.turns and now < self.yes.until

    def turn(self, now: datetime) -> None:
        """Something changed: what was to be sent is not."""
        self.turns += 1
        if self.yes and self.yes.state == "pending":
            self.end()
            self.give_back(now)

    def end(self) -> None:
        """This yes is used up."""
        assert self.yes is not None
        self.yes.state = "ended"

    def give_back(self, now: datetime) -> None:
        """Its words go back to the writer, unless there are others."""
        assert self.yes is not None
        if self.draft is None:
            self.draft = self.yes.text
            self.draft.state, self.draft.changed = "writing", now

    def speak(self, one: Said | None, now: datetime) -> None:
        """The customer says something new."""
        self.turn(now)
        self.state = "open"
        if one:
            self.said.append(one)

    def withdraw(self, now: datetime) -> None:
        """Taken up, and not sent after all."""
        assert self.yes is not None
        if self.yes.turns == self.turns and self.state in ("waiting", "snoozed"):
            self.state = "open"
        self.end()
        self.give_back(now)
        self.turns += 1

    def fail(self, now: datetime) -> None:
        """It cannot be sent."""
        self.end()
        self.give_back(now)
        self.turns += 1
        self.state = "open"

    def arrive(self) -> None:
        """It is there."""
        assert self.yes is not None
        self.settled = max(self.settled, self.yes.order)
        unchanged = self.yes.turns == self.turns and not self.owed()
        if unchanged and self.yes.after == "resolved":
            self.state = "resolved"
        elif unchanged and self.state == "open":
            self.state = "waiting"
        self.turns += 1
        self.end()

    def go_on(self, due: datetime, now: datetime) -> None:
        """Nothing of it was taken: once more, if it still counts."""
        assert self.yes is not None
        if self.fresh(now):
            self.yes.state, self.yes.due, self.yes.worker, self.yes.begun = "pending", due, "", False
        elif self.yes.state == "unknown":
            self.fail(now)
        else:
            self.withdraw(now)
