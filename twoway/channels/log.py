"""The log: a call, a letter, a visit, written down by a person, heard through the inbound door, answered by hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError, field_validator

from twoway import clock
from twoway.channel import Channel, Limits, Policy
from twoway.config.sections import Section
from twoway.domain import Visibility
from twoway.errors import Refused
from twoway.ports import Access, Door
from twoway.text import canonical, storable

Medium = Literal["call", "letter", "visit", "other"]
SIGNS = {"call": "☎", "letter": "✉", "visit": "⌂", "other": "…"}
"""Of a medium, in every language."""
MEDIA_TYPE = "application/json"
AHEAD = timedelta(days=1)
"""How far in the future an entry may lie: clocks and zones differ, the date of next month is a slip."""

_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class Settings(Section):
    """The section ``[channels.NAME]`` of a channel of the kind log; there is nothing to set."""


class Entry(BaseModel):
    """What a person wrote down."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: Annotated[_Line, StringConstraints(min_length=1)]
    contact: _Line = ""
    """How to reach the customer: a telephone number, a postal address; empty where nobody asked."""
    medium: Medium
    at: AwareDatetime
    """When it happened."""
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100_000)]
    visibility: Literal["private"] = "private"

    @field_validator("who", "contact", "text", mode="before")
    @classmethod
    def _storable(cls, value: object) -> object:
        return storable(value) if isinstance(value, str) else value

    @field_validator("at")
    @classmethod
    def _not_ahead(cls, value: datetime) -> datetime:
        if value > clock.now() + AHEAD:
            raise ValueError("this moment is still to come")
        return value

    @property
    def reach(self) -> str:
        """How a person reaches the customer: who, and by what."""
        return f"{self.who} {SIGNS[self.medium]} {self.contact}".strip()


def log_entry(who: str, text: str, *, medium: Medium, at: datetime | None = None, contact: str = "") -> bytes:
    """The body that the inbound door takes for an entry; ``at`` is now where it is None.

    Raises Refused naming every field that is wrong.
    """
    written = {"who": who, "text": text, "medium": medium, "at": at or clock.now(), "contact": contact}
    try:
        entry = Entry.model_validate(written)
    except ValidationError as error:
        raise Refused("; ".join(mistakes(error))) from None
    return canonical({**entry.model_dump(exclude={"at"}), "at": clock.stamp(entry.at)}).encode()


def mistakes(error: ValidationError) -> list[str]:
    """Each wrong field and what is wrong with it, without its value."""
    return [f"{'.'.join(map(str, found['loc'])) or 'entry'}: {found['msg']}" for found in error.errors()]


@dataclass(frozen=True, slots=True)
class HandAddress:
    """Where an answer by hand goes: the code between a collector and `responders.by_hand`."""

    visibility: Visibility
    reach: str
    """For a person: name, medium, number or link."""
    mention: str
    """The mention's id, so that no two addresses are the same."""

    def written(self) -> str:
        """Canonical JSON, as a mention carries it."""
        return canonical({name: getattr(self, name) for name in self.__slots__})


@dataclass(frozen=True, slots=True)
class Log:
    """The log's side of the inbound door."""

    name: str
    door: Door


def connect(settings: Settings, access: Access) -> Log:
    """The inbound door; nothing is logged in to."""
    return Log(access.name, access.door)


def check(connection: Log) -> None:
    """There is nothing to log in to."""


CHANNEL = Channel(
    kind="log",
    label="Log of calls, letters and visits",
    settings=Settings,
    connect=connect,
    check=check,
    limits=Limits(length=None, poll_seconds=5),
    policy=Policy(),
    collector="listener.log:Collector",
    sender="responders.by_hand:Sender",
)
