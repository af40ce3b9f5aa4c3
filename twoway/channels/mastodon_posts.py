"""Mastodon's entities as far as the desk reads them, and where an answer to a post goes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter

from twoway import clock
from twoway.channels.mastodon_text import to_text
from twoway.domain import OwnPost, Visibility
from twoway.text import canonical, one_line, storable

Scope = Literal["public", "unlisted", "private", "direct"]
"""Who may read a post, as Mastodon calls it; ``private`` are its author's followers, ``direct`` those it mentions."""
OPEN: tuple[Scope, ...] = ("public", "unlisted")
Id = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,64}$")]


class Account(BaseModel):
    """Who posted, or the brand itself."""

    id: Id
    acct: str
    display_name: str = ""
    url: str | None = None
    followers_count: int | None = None


class Named(BaseModel):
    """Somebody whom a post mentions."""

    id: Id
    acct: str
    url: str | None = None


class Media(BaseModel):
    """A picture, a film or a sound that came with a post."""

    type: str = "unknown"
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class _Quoted(BaseModel):
    content: str = ""


class _Quote(BaseModel):
    quoted_status: _Quoted | None = None


class Status(BaseModel):
    """A post as the API gives it."""

    id: Id
    created_at: datetime
    edited_at: datetime | None = None
    in_reply_to_id: Id | None = None
    visibility: Scope
    language: str | None = None
    spoiler_text: str = ""
    url: str | None = None
    uri: str = ""
    content: str
    account: Account
    mentions: tuple[Named, ...] = ()
    media_attachments: tuple[Media, ...] = ()
    quote: _Quote | None = None

    @property
    def text(self) -> str:
        """What it says."""
        return storable(to_text(self.content, self._handles))

    @property
    def own_text(self) -> str:
        """What it says, where we wrote it ourselves: nothing is added to its links."""
        return storable(to_text(self.content, self._handles, wary=False))

    @property
    def _handles(self) -> dict[str, str]:
        return {named.url: named.acct for named in self.mentions if named.url}

    @property
    def quoted(self) -> str:
        """What the post says that it quotes."""
        quoted = self.quote.quoted_status if self.quote else None
        return storable(to_text(quoted.content)) if quoted else ""

    @property
    def version(self) -> str:
        """Changes with every edit."""
        return clock.stamp(self.edited_at) if self.edited_at else ""


class Notification(BaseModel):
    """One entry of the listing of notifications."""

    id: Id
    type: str
    created_at: datetime
    status: Status | None = None


class _Counting(BaseModel):
    max_characters: int = Field(default=500, ge=1)
    characters_reserved_per_url: int = Field(default=23, ge=1)


class _Configuration(BaseModel):
    statuses: _Counting = _Counting()


class Instance(BaseModel):
    """What this instance takes."""

    version: str = ""
    configuration: _Configuration = _Configuration()

    @property
    def counting(self) -> _Counting:
        """How long a post may be, and what a link counts."""
        return self.configuration.statuses


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes, to whom it may be shown, and how much its instance takes."""

    post: str
    scope: Scope
    handle: str
    version: str
    warning: str
    length: int
    link: int

    @classmethod
    def of(cls, status: Status, instance: Instance) -> str:
        """The reply address of a post, as a mention carries it."""
        counting = instance.counting
        address = cls(
            status.id,
            status.visibility,
            status.account.acct,
            status.version,
            one_line(status.spoiler_text, 200),
            counting.max_characters,
            counting.characters_reserved_per_url,
        )
        return canonical({name: getattr(address, name) for name in cls.__slots__})

    @property
    def visibility(self) -> Visibility:
        """Everybody's, or not."""
        return visibility(self.scope)


def visibility(scope: Scope) -> Visibility:
    """What a post's scope is to the desk: only what everybody may read is public."""
    return "public" if scope in OPEN else "private"


def read_address(written: str) -> Address:
    """The address that ``Address.of`` wrote. Raises ValueError for anything else."""
    return TypeAdapter(Address).validate_json(written)


def own_post(status: Status, raw: bytes) -> OwnPost:
    """A post of the brand as the desk hears it. Mastodon never gives a key back."""
    replies_to = (status.in_reply_to_id,) if status.in_reply_to_id else ()
    return OwnPost(status.id, replies_to, status.own_text, status.created_at, raw, url=status.url or status.uri)
