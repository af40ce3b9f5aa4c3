"""Which hours count, and the lanes whose customers reach their owner first."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, Strict

from twoway.config.hours import ClosedDay, Hours, Region, Within
from twoway.config.sections import Section
from twoway.config.values import Name

Times = Annotated[int, Strict(), Field(ge=0, le=100)]
"""So often; 0: this is no reason."""


class WorkingTime(Section):
    """When clocks run, and when they warn."""

    hours: tuple[Hours, ...] = ()
    """None: day and night."""
    holidays: Region = ""
    closed: tuple[ClosedDay, ...] = ()
    """Further days on which no clock runs."""
    warn_percent: Annotated[int, Strict(), Field(ge=1, le=99)] = 75
    """When so much of the time to answer is used up."""


class Lane(Section):
    """Customers who reach somebody by name first."""

    owner: Name | None = None
    """Whose it is, by login, as long as nobody else has taken it."""
    answer_within: Within | None = None
    next_answer_within: Within | None = None
    """None: the channel's; never longer than that."""
    tags: tuple[Name, ...] = ()
    """Whoever has one of them belongs here, whatever they say."""
    within: Within = timedelta(days=30)
    """How far back it is counted."""


class Unhappy(Lane):
    """Extremely unhappy: so many grave complaints, or so many of any kind."""

    severe: Times = 2
    complaints: Times = 4


class Super(Lane):
    """Super-customers: so much praise, and no complaint."""

    praise: Times = 3


class Lanes(Section):
    """The lanes with owners."""

    unhappy: Unhappy = Unhappy()
    super: Super = Super()
