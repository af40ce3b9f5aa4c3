"""What X costs: money is set aside before each request, so that the month's budget is never passed.

Reading stops first: a tenth of the budget is kept for answers, and looking kept posts up again has a share of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from twoway import clock
from twoway.channels.x_posts import Listed
from twoway.config.sections import Section
from twoway.errors import RateLimited
from twoway.ports import Hold, Ledger

HEAR, AGAIN, ANSWER = "hear", "look again", "answer"
"""What money is spent on."""
FOR_ANSWERS = Decimal("0.1")
"""Of the budget, is left when nothing more is heard."""
FOR_LOOKING_AGAIN = Decimal("0.3")
"""Of the budget, at most."""
ROUND = timedelta(hours=20)
"""In which every kept post is looked up once: X wants what is deleted there to be deleted here within a day."""
MEDIA = 4
"""Pictures of a post, at most."""
WAIT = timedelta(hours=1)
"""Until it is tried again without a request: somebody may have raised the budget."""

Price = Annotated[Decimal, Field(ge=0, le=100)]


class Unaffordable(RateLimited):
    """The budget does not reach."""


class Prices(Section):
    """What X wants for one of each; ours are what it wanted in 2026, yours stand in its developer console."""

    mention: Price = Decimal("0.001")
    """A post of the listings of one's own account: mentions, own posts."""
    post: Price = Decimal("0.005")
    """Any other post that is read: found, looked up, or quoted in one."""
    user: Price = Decimal("0.010")
    """A person who comes along with a post."""
    media: Price = Decimal("0.005")
    """A picture that comes along with a post."""
    reply: Price = Decimal("0.010")
    """An answer to whoever summoned us."""
    create: Price = Decimal("0.015")
    """Any other answer."""
    link: Price = Decimal("0.200")
    """An answer with an address in it."""
    message: Price = Decimal("0.010")
    """A direct message that is read, ours too."""
    sent_message: Price = Decimal("0.015")
    """A direct message that is sent."""


class Paid:
    """What was paid for on a day of X's (UTC): on the same day it asks for nothing more for the same."""

    def __init__(self) -> None:
        self._day, self._names = date.min, frozenset[str]()

    def news(self, names: Iterable[str], day: date) -> set[str]:
        """Those that were not yet paid for when they were asked for on ``day``; now they are."""
        known = self._names if self._day == day else frozenset()
        new = set(names) - known
        # What came after midnight may have been paid for before: then it is counted once more.
        self._day, self._names = day, known | new if day == clock.now().date() else frozenset()
        return new


@dataclass(frozen=True, slots=True)
class Purse:
    """The money of one account on X."""

    name: str
    budget: Decimal
    currency: str
    prices: Prices
    ledger: Ledger
    _paid: Paid = field(default_factory=Paid)

    @property
    def along(self) -> Decimal:
        """What may come along with a post, at most: who wrote it, what it refers to, its pictures."""
        return self.prices.user + 2 * self.prices.post + MEDIA * self.prices.media

    @property
    def along_message(self) -> Decimal:
        """The same with a direct message: who wrote it, its picture."""
        return self.prices.user + self.prices.media

    def page(self, operation: str, purpose: str, each: Decimal, sizes: tuple[int, int]) -> tuple[int, Hold]:
        """How many entries may be asked for, between these sizes, and what was set aside for the dearest such page.

        ``each``: what one may cost with all that comes along. Raises Unaffordable where the smallest is too dear.
        """
        smallest, largest = sizes
        for count in (largest, min(largest, self._room(purpose, each)), smallest):
            if count >= smallest and (hold := self._take(purpose, count * each)):
                return count, hold
        raise self._spent(operation, purpose)

    def hold(self, operation: str, purpose: str, amount: Decimal) -> Hold:
        """Set this much aside. Raises Unaffordable where there is not so much."""
        hold = self._take(purpose, amount)
        if hold is None:
            raise self._spent(operation, purpose)
        return hold

    def settle_messages(self, hold: Hold, listed: Listed, day: date) -> None:
        """What messages cost that were asked for on ``day``: what was paid for on the same day is not paid for again.

        They cannot be asked for from one on: without this, hearing nothing new would use the budget up.
        """
        prices, paid = self.prices, listed.paid
        ids = (entry.get("id") if isinstance(entry, dict) else raw.hex() for entry, raw in listed.entries)
        costs = {f"message {id_}": prices.message for id_ in ids}
        costs |= {f"user {id_}": prices.user for id_ in listed.users}
        costs |= {f"media {key}": prices.media for key in listed.media}
        used = sum((costs[name] for name in self._paid.news(costs, day)), Decimal(0))
        # What cannot be read has no name to know it by.
        used += (paid.get("users", 0) - len(listed.users)) * prices.user
        used += (paid.get("media", 0) - len(listed.media)) * prices.media
        self.ledger.settle(hold, used)

    def settle(self, hold: Hold, price: Decimal, listed: Listed) -> None:
        """What an answer cost in truth: each post and all that came along."""
        paid = listed.paid
        used = len(listed.entries) * price + paid.get("users", 0) * self.prices.user
        used += paid.get("tweets", 0) * self.prices.post + paid.get("media", 0) * self.prices.media
        self.ledger.settle(hold, used)

    def _take(self, purpose: str, amount: Decimal) -> Hold | None:
        most, share = self._limits(purpose)
        return self.ledger.take(purpose, amount, most=most, share=share)

    def _limits(self, purpose: str) -> tuple[Decimal, Decimal | None]:
        if purpose == ANSWER:
            return self.budget, None
        return self.budget * (1 - FOR_ANSWERS), self.share if purpose == AGAIN else None

    @property
    def share(self) -> Decimal:
        """What looking again may have cost by today: its part of the budget comes day by day."""
        today = clock.now()
        days = (_next_month(today) - timedelta(days=1)).day
        return self.budget * FOR_LOOKING_AGAIN * today.day / days

    @property
    def most_kept(self) -> int | None:
        """Posts that can be looked up again in a round, every day of a month; None where that costs nothing."""
        a_day = self.budget * FOR_LOOKING_AGAIN / 31
        rounds = Decimal(ROUND / timedelta(days=1))
        return int(a_day * rounds / self.prices.post) if self.prices.post else None

    def _room(self, purpose: str, each: Decimal) -> int:
        most, share = self._limits(purpose)
        room = most - self.ledger.spent()
        if share is not None:
            room = min(room, share - self.ledger.spent(purpose))
        return int(room / each) if each else 0

    def _spent(self, operation: str, purpose: str) -> Unaffordable:
        if purpose == HEAR:
            self.ledger.exhausted()
        now = clock.now()
        spent = f"{self.ledger.spent():f} of {self.budget:f} {self.currency}"
        said = f"{spent} are spent this month, and this would pass the budget"
        return Unaffordable(self.name, operation, said, min(_next_month(now), now + WAIT))


def _next_month(now: datetime) -> datetime:
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
