"""What the floors ask of each other; `desk/wiring.py` is the only place that says who answers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from twoway.config.sections import Query
from twoway.domain import Draft, Finding, Judgement, OwnPost, Page, Part, Preview, Receipt, Standing, Target, Unclear
from twoway.errors import NotFound

if TYPE_CHECKING:
    from twoway.vectors import Matrix


class Judge(Protocol):
    """Judges texts. Any text gets a judgement or an abstention, never an exception."""

    @property
    def model(self) -> str:
        """Name and version, as it is written beside every judgement."""

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """One judgement a text, in order."""

    def why(self, text: str) -> tuple[str, ...]:
        """The words that carried each decision on a text, each with its head: ``complaint: kaputt``."""


@runtime_checkable
class Encoder(Protocol):
    """What some judges are besides: they say what texts are about, as rows of length one, near where texts are."""

    @property
    def encoding(self) -> str:
        """Names what makes the vectors; those of different encodings say nothing about each other."""

    def encode(self, texts: Sequence[str]) -> "Matrix":
        """One row a text, in order; there is at least one."""

    def judge_and_encode(self, texts: Sequence[str]) -> tuple[list[Judgement], "Matrix"]:
        """Both, in one pass of the model."""


LanguageOf = Callable[[str], str]
"""The ISO 639-1 code of a text's language, or ``und``."""


class Collector(Protocol):
    """Hears one channel. Made by the channel's module path with (connection, settings, since)."""

    def streams(self) -> list[str]:
        """Names of the streams to read; each keeps a cursor of its own."""

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages after ``cursor``; without one from ``since``, or from now where that is None.

        Every page carries the cursor that is true once the page is stored, so that reading can stop after any page
        and go on from there. Raises ChannelError.
        """


@runtime_checkable
class Metered(Protocol):
    """What some connections are besides: they know how their account stands with the platform."""

    def standing(self) -> Standing | None:
        """By what the platform's answers have said so far; asks nobody, and raises nothing.

        None: no answer came yet, and what is known from before stands. An empty one takes its place.
        """


@runtime_checkable
class Bounded(Protocol):
    """What some connections are besides: their platform wants to be asked again what became of each kept mention."""

    def most_kept(self) -> int | None:
        """Of how many mentions that can be afforded; what is beyond is forgotten first. None: of any number."""

    def unfollowed(self) -> tuple[str, ...]:
        """Streams of whose mentions nobody asks again: they are not among that number, nor forgotten for it."""


class Sender(Protocol):
    """Answers on one channel. Made by the channel's module path with (connection, settings)."""

    def preview(self, draft: Draft, address: str) -> Preview:
        """Exactly what would be posted; raises Rejected for what the platform would refuse. No network."""

    def look(self, preview: Preview) -> Target:
        """What the answer would meet right now. Raises ChannelError."""

    def send(self, part: Part) -> Receipt:
        """One remote write. Raises ChannelError; DeliveryUnknown when it may have been accepted."""

    def find(self, part: Part, since: datetime) -> Finding:
        """Is the part there? ``since`` is when it was first tried. Raises ChannelError."""

    def recent(self, since: datetime) -> Iterator[OwnPost] | Unclear:
        """Everything that stands there in our name since then, whoever posted it, in any order, page by page.

        Each that is of a desk's making carries the part's key, where the platform shows it, and its whole words.
        Unclear where the platform does not list our own posts. Raises ChannelError, also from the iterator.
        """


@dataclass(frozen=True, slots=True)
class Inbound:
    """One request that came through the inbound door, as received."""

    id: int
    received_at: datetime
    media_type: str
    body: bytes
    unique_id: str = ""
    """By which a second copy was recognised; empty where none could come."""


class Door(Protocol):
    """The inbound door as a collector of a push channel sees it."""

    def after(self, cursor: int, limit: int) -> list[Inbound]:
        """At most ``limit`` requests with an id above ``cursor``, oldest first."""


class Memory(Protocol):
    """What the desk has kept of one channel, for collectors that ask the platform again what became of it."""

    def standing(self, below: int, limit: int) -> list[tuple[int, str]]:
        """At most ``limit`` kept mentions that nobody deleted, newest first: number here, id there.

        Only those with a number below ``below``; 0: from the newest on.
        """


class _Blank:
    def standing(self, below: int, limit: int) -> list[tuple[int, str]]:
        return []


NOTHING_KEPT: Memory = _Blank()


@dataclass(frozen=True, slots=True)
class Hold:
    """Money that was set aside for a request."""

    month: str
    purpose: str
    amount: Decimal


class Ledger(Protocol):
    """What a channel has cost this month, by purpose, for platforms that want money for each request."""

    def take(self, purpose: str, amount: Decimal, *, most: Decimal, share: Decimal | None = None) -> Hold | None:
        """Set an amount aside before a request.

        None, and nothing is set aside, where more than ``most`` would be spent in all, or more than ``share`` on the
        purpose.
        """

    def settle(self, hold: Hold, used: Decimal) -> None:
        """What the request cost in truth."""

    def spent(self, purpose: str = "") -> Decimal:
        """This month, on a purpose or on everything; with what is set aside."""

    def exhausted(self) -> None:
        """Nothing more can be heard this month: calls a person, once a month."""


class _Free:
    def take(self, purpose: str, amount: Decimal, *, most: Decimal, share: Decimal | None = None) -> Hold | None:
        return Hold("", purpose, amount)

    def settle(self, hold: Hold, used: Decimal) -> None:
        return None

    def spent(self, purpose: str = "") -> Decimal:
        return Decimal(0)

    def exhausted(self) -> None:
        return None


NOTHING_COSTS: Ledger = _Free()


def _alone(name: str) -> Any:
    raise NotFound(f"there is no channel {name!r}")


@dataclass(frozen=True, slots=True)
class Access:
    """What a channel is given to connect with."""

    name: str
    """The channel's name in the configuration; errors carry it."""
    instance: str
    """The desk's own id, part of every key it sends."""
    door: Door
    http: Callable[..., Any]
    """`twoway.http.client` bound to the desk's address guard.

    (base_url=, headers=, timeout=, largest=) -> httpx2.Client.
    """
    memory: Memory = NOTHING_KEPT
    query: Query = field(default_factory=Query)
    """The channel's own, else the brand's: what the platform's search is made from. It may give more than the query
    asks for; what it comes upon is given as ``Mention(found=True)``, and `listener.match` decides."""
    ledger: Ledger = NOTHING_COSTS
    neighbour: Callable[[str], Any] = _alone
    """The connection of another channel, by its name: for a kind whose settings name one (`Section.neighbours`).
    Not while connecting; raises NotFound."""
