"""The section that says who is called when, and how often."""

from datetime import timedelta
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from twoway.config.hours import Hours, shifts
from twoway.config.sections import Section
from twoway.config.values import AlertUrl, Duration, Language, Name, Yes
from twoway.hours import DAY

RuleName = Literal[
    "severe_complaint", "lane", "reach", "clock.warning", "clock.breach", "channel_paused", "channel_silent",
    "token_expiring", "budget", "delivery_failed", "delivery_unknown", "audit_broken", "follow_up",
]  # fmt: skip
RULES: tuple[str, ...] = get_args(RuleName)
"""What alerts. A held desk always does: one that sends nothing is nothing to keep quiet about."""


def _some_time_left(written: tuple[str, ...]) -> tuple[str, ...]:
    """Hours that leave nothing would silence a rule for ever; ``enabled`` says that better."""
    quiet = {(shift.day * DAY + minute) % (7 * DAY) for hours in written for shift in shifts(hours)
             for minute in range(shift.opens, shift.closes)}  # fmt: skip
    if len(quiet) == 7 * DAY:
        raise ValueError("leave some time in which somebody is told, or write enabled = false")
    return written


class Receiver(Section):
    """A room in a chat, or a person's own phone or mailbox."""

    name: Name
    urls: Annotated[tuple[AlertUrl, ...], Field(min_length=1)]
    language: Language | None = None
    """None: the desk's."""


class AlertRule(Section):
    """What holds for these rules; for a rule in no table the defaults here do."""

    names: Annotated[tuple[RuleName, ...], Field(min_length=1)]
    enabled: Yes = True
    chat: tuple[Name, ...] = ()
    """Receivers; none: the ``urls`` of the section."""
    people: tuple[Name, ...] = ()
    """Receivers that are told besides, and named in every message."""
    quiet: Annotated[tuple[Hours, ...], AfterValidator(_some_time_left)] = ()
    """When nobody is told; at the end of these hours all are told at once of what still is so."""
    cooldown: Duration = timedelta(minutes=10)
    flood: Annotated[int, Field(ge=1, le=1000)] = 5
    escalate_after: Duration = timedelta(minutes=30)
    escalate_to: tuple[Name, ...] = ()
    """Receivers, one after the other; none: nobody further is told."""


class Alerts(Section):
    """What calls a person at once, and where."""

    urls: tuple[AlertUrl, ...] = ()
    quote: Literal["none", "short"] = "none"
    reach: Annotated[int, Field(ge=1)] = 10_000
    """Followers that make any complaint, and whatever wants an answer, worth an alert."""
    receivers: tuple[Receiver, ...] = ()
    rules: tuple[AlertRule, ...] = ()

    def rule(self, name: str) -> AlertRule:
        """What holds for a rule."""
        found = (rule for rule in self.rules if name in rule.names)
        return next(found, None) or AlertRule.model_construct(names=(name,))

    def receiver(self, name: str) -> Receiver | None:
        """The receiver of that name."""
        return next((one for one in self.receivers if one.name == name), None)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        known = [one.name for one in self.receivers]
        named: list[str] = [name for rule in self.rules for name in rule.names]
        used = {name for rule in self.rules for name in (*rule.chat, *rule.people, *rule.escalate_to)}
        for what, names in (("receiver", known), ("rule", named)):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"the {what} {twice[0]!r} is there twice")
        if unknown := sorted(used - set(known)):
            raise ValueError(f"there is no receiver {unknown[0]!r}; there are {', '.join(known) or 'none'}")
        return self
