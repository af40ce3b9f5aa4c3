"""The sections of the configuration; a key that is not here does not exist."""

from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from twoway.config.hours import Hours, LaneName, Region, Within
from twoway.config.values import (
    Clock,
    Duration,
    Host,
    InFolder,
    Language,
    Mail,
    Name,
    NameOrFolder,
    NetworkOrHost,
    Port,
    Seconds,
    Term,
    Text,
    Url,
    Yes,
    Zone,
    loopback,
)
from twoway.secrets import Secret

SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class Section(BaseModel):
    """A table of the file: nothing unknown in it, nothing in it changes, its values are in no error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True)
    neighbours: ClassVar[Mapping[str, str]] = {}
    """Keys of a channel that name another channel, and the kind that this has to be."""

    @property
    def longest(self) -> int | None:
        """Of a part of this channel's answers, where it is not what is usual for its kind (`twoway.channel.Limits`)."""
        return None


class Desk(Section):
    """Whose desk it is."""

    brand: Name
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("de", "en")
    """Languages the desk answers in; the first is the one it speaks where nobody says otherwise."""
    timezone: Zone = ZoneInfo("Europe/Berlin")
    database: InFolder = Path("twoway.db")
    allow_private: tuple[NetworkOrHost, ...] = ()
    """Networks and hosts inside the house that requests may go to."""


class Web(Section):
    """Where the inbox is."""

    host: Host = "127.0.0.1"
    port: Port = 8620
    public_url: Url | None = None
    """How people reach it, where that is not ``host`` and ``port``."""

    @property
    def url(self) -> str:
        """The address for links, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"


class Query(Section):
    """What has to be true of a post that was come upon, by a search or in a feed; where nothing is set, all count.

    What is addressed to the brand counts whatever it says.
    """

    any: tuple[Term, ...] = ()
    """One of these at least."""
    all: tuple[Term, ...] = ()
    none: tuple[Term, ...] = ()
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...] = ()
    """ISO 639; a post whose language cannot be told counts."""
    ignore_authors: tuple[Name, ...] = ()
    """Handles, with or without @, ids, or addresses of profiles."""
    ignore_sites: tuple[Host, ...] = ()
    """Hosts, with everything below them, whose pages never count, such as the brand's own."""


class Searching(Section):
    """The settings of a kind of channel that comes upon posts nobody addressed to the brand."""

    query: Query | None = None
    """Goes before the desk's as a whole."""


class Common(Section):
    """What every channel has, whatever its kind."""

    enabled: Yes = True
    address: Literal["Sie", "du"] = "Sie"
    """How German answers address the customer."""
    signature: str = ""
    answer_within: Within = timedelta(hours=24)
    """Working time from the customer's words to the first answer."""
    next_answer_within: Within | None = None
    """To each further answer; None: as to the first."""
    answer_within_by_lane: dict[LaneName, Within] = {}
    next_answer_within_by_lane: dict[LaneName, Within] = {}
    hours: tuple[Hours, ...] | None = None
    holidays: Region | None = None
    timezone: Zone | None = None
    """Where these three are None, the desk's hold."""
    undo_seconds: Seconds = 10
    """How long an approved answer waits before it is sent."""
    poll_seconds: Annotated[Seconds, Field(ge=1)] | None = None
    """None: the platform's own pace."""
    four_eyes: Yes = False
    """Nobody approves what they wrote or submitted themselves."""
    second_eyes_on_edits: Yes = False
    """Whoever changes words that were submitted needs somebody else's approval."""
    approval_expires: Duration = timedelta(hours=24)
    """How long an approval lasts while its answer has not gone out, such as on a paused channel."""
    keep_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    """What was said longer ago and is closed is erased; None: kept until somebody erases it."""

    @model_validator(mode="after")
    def _can_go_out(self) -> Self:
        if self.approval_expires <= timedelta(seconds=self.undo_seconds):
            raise ValueError("approval_expires must be longer than undo_seconds; else no answer ever goes out")
        return self


class Smtp(Section):
    """A server that takes mail from us."""

    host: Host
    port: Port | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: Name | None = None
    password: Secret | None = None
    sender: Mail
    ca_file: InFolder | None = None
    """A certificate authority of one's own; None: the system's."""

    @property
    def port_used(self) -> int:
        """The port that is written, else the usual one of ``security``."""
        return self.port or SMTP_PORTS[self.security]

    @model_validator(mode="after")
    def _safe_login(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together; one of them is missing")
        if self.security == "none" and not loopback(self.host):
            raise ValueError('security = "none" is only for this machine; write "tls" or "starttls"')
        return self


class Recipient(Section):
    """A person who gets the daily digest."""

    address: Mail
    language: Language = "de"
    at: Clock = time(7, 30)
    timezone: Zone | None = None
    """None: the desk's."""
    daily: Yes = True
    weekly: Literal["none", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "none"
    """The day on which a digest of the week comes."""

    @model_validator(mode="after")
    def _gets_something(self) -> Self:
        if not self.daily and self.weekly == "none":
            raise ValueError('this person gets nothing: write daily = true, or weekly = "monday", or leave them out')
        return self


class Digest(Section):
    """The daily and the weekly mail."""

    smtp: Smtp | None = None
    recipients: tuple[Recipient, ...] = ()
    send_when_empty: Yes = True
    quote: Literal["none", "short"] = "short"
    """How much of a customer's words it shows, where the platform's rules let it."""

    @model_validator(mode="after")
    def _can_be_sent(self) -> Self:
        if self.recipients and self.smtp is None:
            raise ValueError("there are recipients but no [digest.smtp] to send through")
        return self


class Model(Section):
    """Who judges what was heard, and what its mistakes cost."""

    name: NameOrFolder = "embedded"
    """``embedded``, ``rules``, a folder with a model, or its Hugging Face id."""
    labels: dict[str, str] = {}
    """For a model that is not ours: what each of its labels says, ``"LABEL_0" = "negative"``."""
    missed_complaint: Annotated[float, Field(gt=0, le=100)] = 1.5
    false_complaint: Annotated[float, Field(gt=0, le=100)] = 1.0
    """The one against the other: only their ratio counts."""
    threads: Annotated[int, Field(ge=0, le=64)] = 0
    """0: one for each core."""


class Template(Section):
    """Words to start an answer with."""

    name: Name
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    """ISO 639, of any language that customers write in."""
    when: str = ""
    """Situations it is for, separated by spaces; none: all."""
    subject: str = ""
    text: Text


class Conversation(Section):
    """How conversations end by themselves."""

    resolve_waiting_after: Duration = timedelta(days=14)
