"""X's posts as far as the desk reads them, and where an answer to one goes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from twoway.channels.x_text import readable
from twoway.domain import OwnPost
from twoway.raw import entries, member
from twoway.text import canonical, storable

Id = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
EPOCH = 1_288_834_974_657
"""Milliseconds since 1970 at which the ids begin; the 22 lowest bits of an id are no time."""
FIELDS: Mapping[str, list[str]] = {
    "tweet_fields": [
        "attachments", "author_id", "conversation_id", "created_at", "edit_history_tweet_ids", "entities",
        "in_reply_to_user_id", "lang", "note_tweet", "public_metrics", "referenced_tweets", "reply_settings",
        "withheld",
    ],
    "user_fields": ["name", "protected", "public_metrics", "username", "verified"],
    "media_fields": ["alt_text", "media_key", "preview_image_url", "type", "url"],
    "expansions": ["author_id", "attachments.media_keys", "referenced_tweets.id"],
}  # fmt: skip
"""What is asked for with every post. Each person, picture and quoted post that comes along is paid for."""
PLAIN = {"tweet_fields": FIELDS["tweet_fields"]}
"""Posts alone, with nobody along."""
M = TypeVar("M", bound=BaseModel)


def moment(id_: str) -> datetime:
    """When a post was made, to the millisecond: ids are times."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=(int(id_) >> 22) + EPOCH)


def first_id(at: datetime) -> str:
    """The lowest id that a post of that moment can have; ``0`` before there were any."""
    return str(max(0, (int(at.timestamp() * 1000) - EPOCH) << 22))


class _Metrics(BaseModel):
    followers_count: int | None = None


class User(BaseModel):
    """A person."""

    id: Id
    username: str
    name: str = ""
    protected: bool = False
    receives_your_dm: bool | None = None
    """Whether they can be sent a direct message; None: not said."""
    public_metrics: _Metrics = _Metrics()


class Media(BaseModel):
    """A picture or a film."""

    media_key: str
    type: str
    url: str = ""
    preview_image_url: str = ""
    alt_text: str = ""


class Linked(BaseModel):
    """An address in a text, as X writes it and as it is meant."""

    url: str
    expanded_url: str = ""
    display_url: str = ""
    media_key: str | None = None


class _Named(BaseModel):
    id: Id | None = None
    username: str


class Entities(BaseModel):
    """What X found in a text: addresses and people."""

    urls: tuple[Linked, ...] = ()
    mentions: tuple[_Named, ...] = ()


class _Note(BaseModel):
    text: str
    entities: Entities = Entities()


class Attached(BaseModel):
    """What hangs on a post or a message."""

    media_keys: tuple[str, ...] = ()


class _Referenced(BaseModel):
    type: str
    id: Id


class Post(BaseModel):
    """A post as the API gives it."""

    id: Id
    text: str
    author_id: Id
    created_at: datetime
    conversation_id: Id | None = None
    edit_history_tweet_ids: tuple[Id, ...] = ()
    in_reply_to_user_id: Id | None = None
    lang: str = ""
    reply_settings: str = "everyone"
    entities: Entities = Entities()
    note_tweet: _Note | None = None
    attachments: Attached = Attached()
    referenced_tweets: tuple[_Referenced, ...] = ()

    @property
    def first(self) -> str:
        """The id of its first version: an edit makes a new id, the post stays the same."""
        return self.edit_history_tweet_ids[0] if self.edit_history_tweet_ids else self.id

    @property
    def latest(self) -> str:
        """The id of its newest version, which may not be this one."""
        return self.edit_history_tweet_ids[-1] if self.edit_history_tweet_ids else self.id

    @property
    def words(self) -> str:
        """What it says, the whole of it."""
        whole = self.note_tweet or self
        return storable(readable(whole.text, whole.entities.urls))

    @property
    def named(self) -> tuple[str, ...]:
        """Ids of those it mentions; of whoever it answers, too."""
        found = [person.id for person in (*self.entities.mentions, *(self.note_tweet or self).entities.mentions)]
        return tuple(dict.fromkeys(id_ for id_ in (*found, self.in_reply_to_user_id) if id_))

    def reference(self, type_: str) -> str:
        """The id of the post that it answers (``replied_to``), quotes or repeats; empty where there is none."""
        return next((found.id for found in self.referenced_tweets if found.type == type_), "")


@dataclass(frozen=True, slots=True)
class Listed:
    """An answer with posts, and what came along."""

    entries: tuple[tuple[Any, bytes], ...] = ()
    users: dict[str, User] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    quoted: dict[str, Post] = field(default_factory=dict)
    """Posts that others refer to."""
    paid: dict[str, int] = field(default_factory=dict)
    """How many of each came along: ``users``, ``media``, ``tweets``."""
    next: str = ""
    missing: tuple[str, ...] = ()
    """Ids that were asked for and are shown to nobody any more."""

    @classmethod
    def read(cls, body: bytes) -> "Listed":
        """The answer with these bytes. Raises ValueError where it is none."""
        answer = json.loads(body)
        if not isinstance(answer, dict):
            raise ValueError("not an object")
        included = answer.get("includes") or {}
        data = member(body, "data") if answer.get("data") else b"[]"
        return cls(
            entries=tuple(entries(data)),
            users={one.id: one for one in _each(User, included.get("users"))},
            media={one.media_key: one for one in _each(Media, included.get("media"))},
            quoted={one.id: one for one in _each(Post, included.get("tweets"))},
            paid={name: len(included.get(name) or ()) for name in ("users", "media", "tweets")},
            next=str((answer.get("meta") or {}).get("next_token") or ""),
            missing=tuple(_missing(answer.get("errors") or ())),
        )


def _each(model: type[M], listed: Any) -> Iterator[M]:
    """Those that can be read: what came along decides over nothing."""
    for entry in listed or ():
        try:
            yield model.model_validate(entry)
        except ValidationError:
            continue


def _missing(errors: Any) -> Iterator[str]:
    """Posts that were deleted, or whose author was suspended or now writes for followers only."""
    for error in errors:
        problem = str(error.get("type", "")).rpartition("/")[2]
        if problem in ("resource-not-found", "not-authorized-for-resource") and error.get("resource_type") == "tweet":
            yield str(error.get("resource_id") or error.get("value") or "")


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes."""

    post: str
    """The newest version that was heard."""
    first: str
    conversation: str
    author: str
    handle: str
    others: tuple[str, ...]
    """Ids of further people that the post mentions, whom X would otherwise call too."""
    summoned: bool
    """Whether its author called us, which X's prices know."""

    def written(self) -> str:
        """Canonical JSON, as a mention carries it."""
        return canonical({name: getattr(self, name) for name in self.__slots__})


def read_address(written: str) -> Address:
    """The address that a mention carries. Raises ValueError for anything else."""
    return TypeAdapter(Address).validate_json(written)


def link(handle: str, post: str) -> str:
    """Where a post stands, for a person."""
    return f"https://x.com/{handle}/status/{post}"


def own_post(post: Post, raw: bytes, handle: str) -> OwnPost:
    """A post of the brand as the desk hears it. X knows no keys."""
    answered = post.reference("replied_to")
    return OwnPost(
        id=post.first,
        replies_to=(answered,) if answered else (),
        text=post.words,
        created_at=post.created_at,
        raw=raw,
        url=link(handle, post.first),
    )
