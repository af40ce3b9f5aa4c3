"""A channel is a two-way contract: what a platform's module states, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twoway.domain import Preview
    from twoway.ports import Access


def _code_points(preview: "Preview", part: str) -> int:
    return len(part)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a platform takes, how often it may be asked, and how soon it shows what was written."""

    length: int | None
    """Of one part, as ``counted``; None: no limit worth showing. `Section.longest` of a channel goes before it."""
    private: int | None = None
    """The same of what is said in private, where that may be longer or has to be shorter."""
    counted: "Callable[[Preview, str], int]" = _code_points
    """(preview, one of its parts) -> how long the platform takes that part to be: as the sender counts it."""
    parts: int = 1
    """How many parts an answer may be split into."""
    poll_seconds: int = 60
    sends_per_minute: int | None = 30
    """Answers, over all processes of the desk; None: as many as there are."""
    read_back_lag: int | None = None
    """Seconds after which a part that cannot be found is certainly absent; 0: the platform reads its own writes;
    None: absence can never be told."""

    def longest(self, preview: "Preview") -> int | None:
        """Of one part of this answer; None: no limit worth showing."""
        return self.private if self.private and preview.visibility == "private" else self.length

    def of(self, settings: Any) -> "Limits":
        """Those of one channel, by its settings."""
        return replace(self, length=getattr(settings, "longest", None) or self.length)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the platform's rules and the law let the desk do with what it hears."""

    merge_authors: bool = True
    train: bool = True
    quote_in_alerts: bool = True
    keep_days: int | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """How a kind takes what is pushed at the desk's inbound door, ``/inbound/NAME``."""

    admit: Callable[[Any, Mapping[str, str], bytes], str]
    """(settings, headers with small names, body) -> the request's unique id; raises NotAdmitted."""
    largest: int
    """Bytes of a body."""
    per_minute: int
    """Requests that are taken; a stranger's, who is not admitted, do not count."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One kind of platform. A channel that declares no sender cannot be made: no channel is one-way."""

    kind: str
    label: str
    settings: type[Any]
    """A pydantic model of the channel's section in the configuration."""
    connect: "Callable[[Any, Access], Any]"
    """(settings, access) -> one login for both halves."""
    check: Callable[[Any], None]
    """Logs in wherever hearing and answering need it, and does nothing else; raises ChannelError."""
    limits: Limits
    policy: Policy
    collector: str
    """``listener.square:Collector``; imported on first use."""
    sender: str
    """``responders.square:Sender`` or ``responders.by_hand:Sender``."""
    wake: str = ""
    """``listener.mail:idle``, where the platform can call: (connection, seconds) -> whether a poll is worth it now.
    It waits at most that long and hears nothing itself; raises ChannelError."""
    sign_in: Callable[[Any, Callable[[str, str], None]], None] | None = None
    """(connection, tell) -> waits until a person has signed in, who is told an address and a code to type there; for
    kinds that log in with tokens. Raises ChannelError, Refused."""
    intake: Intake | None = None
    """For what is pushed; the collector then reads ``access.door``."""

    def __post_init__(self) -> None:
        for half, path in (("collector", self.collector), ("sender", self.sender)):
            if ":" not in path:
                raise ValueError(f"the channel kind {self.kind!r} names no {half}: a channel is a two-way contract")


def load(path: str) -> Any:
    """The object behind ``package.module:Name``."""
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
