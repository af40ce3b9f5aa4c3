"""An alert that never happened, to see that every receiver gets what it is to get."""

from dataclasses import dataclass, replace
from datetime import timedelta

from desk.alerts import chat
from desk.alerts.message import Message, write
from desk.alerts.rules import RULES, every_receiver
from desk.alerts.sending import setting, told
from desk.alerts.words import WORDS
from desk.wiring import Desk
from desk.wording import Spoken
from twoway import clock
from twoway.errors import NotFound
from twoway.store import desk as stamps
from twoway.store.alerting import Others
from twoway.store.alerts import AlertRow

NO_CONVERSATION = frozenset({"channel_paused", "channel_silent", "token_expiring", "budget", "audit_broken", "held"})
"""Rules about a channel, or the desk."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One receiver and whether it took the example. ``name`` tells nothing of its address."""

    receiver: str
    name: str
    took: bool


def message(desk: Desk, rule: str, spoken: Spoken) -> Message:
    """What an alert by that rule would look like, marked as an example. Raises NotFound for an unknown rule."""
    if rule not in RULES:
        raise NotFound(f"there is no rule {rule!r}; there are {', '.join(RULES)}")
    found = row(desk, rule, spoken)
    return write(found, Others(), replace(setting(desk, found, spoken), test=True), clock.now())


def tell(desk: Desk, rule: str) -> list[Tried]:
    """Send the example to every receiver there is, as an alert is sent: beside each other, and none is waited for long.

    In the order of the configuration; an address that stands there twice gets it once.
    """
    chat.load()
    salt = stamps.stamp(desk.store).instance
    named = [(label, chat.name(receiver.url, salt), receiver) for label, receiver in every_receiver(desk)]
    messages = {name: (receiver, message(desk, rule, receiver.spoken)) for _, name, receiver in named}
    took = dict(told(messages))
    return [Tried(label, name, took[name]) for label, name, _ in named]


def row(desk: Desk, rule: str, spoken: Spoken) -> AlertRow:
    """Invented; it names the first channel, whose rules say whether its words may be quoted."""
    now, words = clock.now(), WORDS[spoken]
    name = next(iter(desk.names), "log")
    known = desk.config.channels.get(name)
    return AlertRow(
        id=0,
        rule=rule,
        level=0,
        channel=name,
        channel_kind=known.kind if known else None,
        channel_reason="401",
        last_heard_at=clock.stamp(now - timedelta(hours=3)),
        expires_at=clock.stamp(now + timedelta(days=6)),
        spent="8.00",
        budget="10.00",
        currency="USD",
        held_reason="test",
        conversation_id=None if rule in NO_CONVERSATION else 0,
        author=words["test_name"],
        followers=1234,
        text=words["test_text"],
        language=spoken,
        sentiment="negative",
        urgency="now",
        complaint=1,
        lane="unhappy",
        due_at=clock.stamp(now + timedelta(hours=1)),
        assignee=None,
        delivery_reason="422",
        facts='{"broken":1}',
        created_at=clock.stamp(now),
        attempts=1,
        reached="[]",
    )
