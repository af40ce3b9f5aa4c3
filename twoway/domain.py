"""The words of the desk as values: what is heard, what is judged, what is approved and what was sent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from twoway.judgement import Flag as Flag
from twoway.judgement import Judgement as Judgement
from twoway.judgement import Scores as Scores
from twoway.text import canonical, sha256

Visibility = Literal["public", "private"]
Route = Literal["api", "hand"]
"""How a mention may be answered: by the platform's API, or by a person on the platform itself."""
MentionKind = Literal["message", "automatic", "list"]
"""``automatic`` (out of office, robots, bounces not ours) and ``list`` mail is seen, never something to answer."""


@dataclass(frozen=True, slots=True)
class Author:
    """Whoever wrote a mention, as the platform knows them; ``id`` never changes, ``handle`` may."""

    id: str
    handle: str
    name: str = ""
    url: str = ""
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mention; it is listed, its bytes stay in ``raw``. ``size`` is in bytes."""

    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing a person said to or about the brand."""

    id: str
    """Unique on its channel for ever; for mail the SHA-256 of the raw bytes."""
    author: Author
    text: str
    """Readable plain text, without quoted history."""
    created_at: datetime
    address: str
    """The reply address, canonical JSON; only the channel's own codec reads it."""
    visibility: Visibility
    raw: bytes
    """As received, to the byte."""
    reference: str = ""
    """The name by which replies refer to this mention (a Message-ID, a post's id); ``id`` where empty."""
    replies_to: tuple[str, ...] = ()
    """References of what this one answers, the nearest first."""
    thread: str = ""
    """The platform's own name of the thread, where it has one."""
    participants: tuple[str, ...] = ()
    """Ids of further authors who take part (Cc); only they may join a private conversation."""
    kind: MentionKind = "message"
    route: Route = "api"
    route_reason: str = ""
    """Why it can only be answered by hand, in plain words."""
    title: str = ""
    quoted: str = ""
    """Quoted history of the conversation, folded away from ``text``."""
    url: str = ""
    language: str = ""
    """What the platform claims, if it does; the judge decides for itself."""
    attachments: tuple[Attachment, ...] = ()
    found: bool = False
    """Not addressed to the brand but come upon, by a search or in a feed: the brand's query decides on it."""
    arrived_at: datetime | None = None
    """When it reached us, where that says better than ``created_at`` whether it is history: a letter is dated long
    before it comes, and the Date of a mail is whatever its sender's clock says."""
    edited_at: datetime | None = None
    """When its words became what they are, where that was later: an answer from before then answers other words."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A mention now says something else; ``id`` is the mention's."""

    id: str
    text: str
    at: datetime
    raw: bytes
    address: str = ""
    """The new reply address, where an edit changes it."""
    route: Route | None = None
    """How it may be answered now, where the address is a new one; None: as before."""
    route_reason: str = ""


@dataclass(frozen=True, slots=True)
class Deleted:
    """A mention was taken back by its author or the platform."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A post of ours heard on the platform: a receipt of a delivery in doubt, or an answer made elsewhere."""

    id: str
    """The platform's name of it, the same that a Receipt carries as ``remote_id``."""
    replies_to: tuple[str, ...]
    text: str
    created_at: datetime
    raw: bytes
    thread: str = ""
    url: str = ""
    key: str = ""
    """The delivery part's key, where the platform gives it back."""


@dataclass(frozen=True, slots=True)
class Bounced:
    """The platform reports later that an answer of ours, named by its ``remote_id``, did not arrive."""

    remote_ids: tuple[str, ...]
    reason: str
    at: datetime
    raw: bytes


Change = Edited | Deleted | OwnPost | Bounced


@dataclass(frozen=True, slots=True)
class Malformed:
    """Something received that could not be read; kept as it came, shown in the channel's health."""

    id: str
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time the platform no longer gives."""

    since: datetime | None
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """What one step of a collector heard; stored together with its cursor in one transaction."""

    cursor: str
    mentions: tuple[Mention, ...] = ()
    changes: tuple[Change, ...] = ()
    gap: Gap | None = None
    malformed: tuple[Malformed, ...] = ()


NEARLY = Decimal("0.8")
"""The share of a budget or quota from which on it comes to its end."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How our account stands with a platform, as far as its answers told; None: it did not say."""

    remaining: int | None = None
    """Requests that it still takes until ``resets_at``."""
    limit: int | None = None
    """Requests that it takes from one reset to the next."""
    resets_at: datetime | None = None
    expires_at: datetime | None = None
    """When the login or token ends."""
    spent: Decimal | None = None
    """Money that asking and answering have cost since ``budget`` began to count, in ``currency``."""
    budget: Decimal | None = None
    currency: str = ""
    """ISO 4217; empty where nothing costs money."""

    @property
    def nearly_spent(self) -> bool:
        """Whether the money comes to its end."""
        return self.spent is not None and bool(self.budget) and self.spent >= NEARLY * (self.budget or 0)


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as a person writes it, before the platform's rules are applied."""

    text: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what will be posted, and where. A person approves its hash; delivering sends it as it is."""

    channel: str
    address: str
    visibility: Visibility
    parts: tuple[str, ...]
    recipients: tuple[str, ...] = ()
    """Who will read it, as a person understands it (mail addresses, handles)."""
    subject: str = ""
    attachments: tuple[str, ...] = ()
    """SHA-256 of each attached file."""

    def canonical(self) -> str:
        """The one text of this preview: no clock, no random part."""
        return canonical(asdict(self))

    @property
    def sha256(self) -> str:
        """What an approval and its delivery are bound to."""
        return sha256(self.canonical())

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Preview":
        """The preview whose canonical JSON was read back."""
        return cls(**{**stored, **{name: tuple(stored[name]) for name in ("parts", "recipients", "attachments")}})


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's word that a part is there."""

    remote_id: str
    at: datetime
    url: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One remote write of an approved preview: its text and what was posted before it."""

    preview: Preview
    number: int
    """From 0."""
    key: str
    """Fixed before the first try and kept over retries; the platform's idempotency key where it has one."""
    before: tuple[Receipt, ...] = ()
    """Receipts of the earlier parts, so that each part answers the one before."""

    @property
    def text(self) -> str:
        """What this part says."""
        return self.preview.parts[self.number]


@dataclass(frozen=True, slots=True)
class Target:
    """What an answer would meet on the platform right now."""

    there: bool = True
    newer: tuple[str, ...] = ()
    """References of the customer's words after the one we answer; the store knows which it has heard."""
    edited: bool = False
    """What we answer says something else now than when its reply address was written."""
    answer: OwnPost | None = None
    """An answer of ours to it that is already there, whoever sent it."""


@dataclass(frozen=True, slots=True)
class Found:
    """Reading back: the part is there."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Absent:
    """Reading back: the part is certainly not there and may be sent again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Reading back could not tell; a person decides with the facts."""

    reason: str


Finding = Found | Absent | Unclear
