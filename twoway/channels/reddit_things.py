"""Reddit's things as far as the desk reads them (comments, posts, messages), and where an answer to one goes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter

from twoway.domain import Author, OwnPost, Visibility
from twoway.text import canonical, one_line, sha256, storable

SITE = "https://www.reddit.com"
Fullname = Annotated[str, Field(pattern=r"^t[134]_[0-9a-z]{1,13}$")]
"""Kind and id: ``t1_`` a comment, ``t3_`` a post, ``t4_`` a message."""
Seconds = Annotated[float, Field(ge=0, le=2**33, allow_inf_nan=False)]
"""Since 1970."""
GONE = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]"})
"""What stands where words were taken back by their author, the moderators or Reddit."""
NOBODY = frozenset({None, "", "[deleted]"})
WAITING = "automod_filtered"
"""A post that the moderators have yet to look at: hidden, but not taken back."""
_LINK = re.compile(r"/comments/([0-9a-z]{1,13})/")


class _Thing(BaseModel):
    name: Fullname
    author: str | None = None
    author_fullname: str | None = None
    created_utc: Seconds
    subreddit: str | None = None
    distinguished: str | None = None

    @property
    def at(self) -> datetime:
        """When it was posted."""
        return datetime.fromtimestamp(self.created_utc, UTC)

    @property
    def version(self) -> str:
        """Changes with every edit: Reddit does not mark those of the first minutes."""
        return sha256(f"{getattr(self, 'title', '')}\n{self.text}")[:16]

    @property
    def text(self) -> str:
        """What it says, in Markdown as it was written."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Its page."""
        return ""

    def by(self, name: str) -> bool:
        """Did that account post it?"""
        return (self.author or "").casefold() == name.casefold()


class _Edited(_Thing):
    """What its author may edit."""

    edited: bool | Seconds | None = False

    @property
    def edited_at(self) -> datetime | None:
        """When it was edited last, if it was and Reddit tells when."""
        return datetime.fromtimestamp(self.edited, UTC) if isinstance(self.edited, float) else None


class Comment(_Edited):
    """An answer to a post or to another comment."""

    body: str
    parent_id: Fullname
    link_id: Fullname | None = None
    context: str = ""
    """In the inbox in place of ``link_id``: a path that has it."""
    permalink: str = ""
    locked: bool = False
    archived: bool = False
    can_mod_post: bool = False
    replies: Any = ""
    """A listing, in a thread that was asked for."""

    @property
    def text(self) -> str:
        return storable(self.body)

    @property
    def gone(self) -> bool:
        """Was it taken back, or is there nobody any more who said it?"""
        return self.author in NOBODY or self.body in GONE

    @property
    def link(self) -> str:
        """The post under which it stands."""
        found = _LINK.search(self.context) or _LINK.search(self.permalink)
        return self.link_id or (f"t3_{found[1]}" if found else "")

    @property
    def url(self) -> str:
        path = self.permalink or self.context.partition("?")[0]
        if not path.startswith("/") and self.link:
            path = f"/comments/{self.link[3:]}/_/{self.name[3:]}/"
        return f"{SITE}{path}" if path.startswith("/") else ""


class Post(_Edited):
    """What begins a thread."""

    title: str
    selftext: str = ""
    is_self: bool = True
    permalink: str = ""
    link: Annotated[str, Field(alias="url")] = ""
    """What it shows, where it is no text; else itself."""
    post_hint: str = "link"
    locked: bool = False
    archived: bool = False
    contest_mode: bool = False
    over_18: bool = False
    quarantine: bool = False
    can_mod_post: bool = False
    removed_by_category: str | None = None

    @property
    def text(self) -> str:
        return storable(self.selftext or self.title)

    @property
    def gone(self) -> bool:
        """Was it taken back, or is there nobody any more who said it?"""
        removed = self.removed_by_category not in (None, WAITING)
        return removed or self.author in NOBODY or self.selftext in GONE

    @property
    def url(self) -> str:
        return f"{SITE}{self.permalink}" if self.permalink.startswith("/") else ""

    @property
    def about(self) -> str:
        """One line on the thread, for whoever reads a comment in it."""
        marks = {"NSFW": self.over_18, "contest mode": self.contest_mode, "quarantined": self.quarantine}
        words = [f"r/{self.subreddit}", one_line(self.title, 300), *(mark for mark, is_so in marks.items() if is_so)]
        return " · ".join(words)


class Message(_Thing):
    """A private message."""

    subject: str = ""
    body: str
    dest: str = ""
    parent_id: Fullname | None = None
    first_message_name: Fullname | None = None
    replies: Any = ""

    @property
    def text(self) -> str:
        return storable(self.body)

    @property
    def gone(self) -> bool:
        """Was it taken back?"""
        return self.body in GONE

    @property
    def thread(self) -> str:
        """The message that began the conversation."""
        return self.first_message_name or self.name


class _AComment(BaseModel):
    kind: Literal["t1"]
    data: Comment


class _APost(BaseModel):
    kind: Literal["t3"]
    data: Post


class _AMessage(BaseModel):
    kind: Literal["t4"]
    data: Message


Thing = Comment | Post | Message
_ENVELOPE: TypeAdapter[_AComment | _APost | _AMessage] = TypeAdapter(
    Annotated[_AComment | _APost | _AMessage, Field(discriminator="kind")]
)


def read(entry: Any) -> Thing:
    """The thing in an entry of a listing. Raises ValidationError."""
    return _ENVELOPE.validate_python(entry).data


def closed(thing: Comment | Post, thread: Post | None) -> str:
    """Why no program can answer there, in plain words; empty where one can."""
    held = [one for one in (thing, thread) if one]
    if any(one.archived for one in held):
        return "the thread is archived: nobody can answer there any more"
    if any(one.locked and not one.can_mod_post for one in held):
        return "the moderators have locked the thread: only they can answer there"
    return ""


def author_of(thing: Thing) -> Author:
    """Whoever wrote it; a subreddit's moderators speak as the subreddit."""
    if thing.author in NOBODY:
        name = f"r/{thing.subreddit}" if thing.subreddit else "reddit"
        return Author(name, name)
    handle = f"u/{thing.author}"
    return Author(thing.author_fullname or handle.casefold(), handle, url=f"{SITE}/user/{thing.author}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes: the thing it answers, as it was when it was heard."""

    thing: str
    link: str
    """The post of its thread, or the message that began the conversation."""
    handle: str
    version: str

    @classmethod
    def of(cls, thing: Thing) -> str:
        """The reply address of a thing, as a mention carries it."""
        address = cls(thing.name, thread_of(thing), author_of(thing).handle, thing.version)
        return canonical({name: getattr(address, name) for name in cls.__slots__})

    @property
    def visibility(self) -> Visibility:
        """Only messages are private."""
        return visibility(self.thing)


def visibility(name: str) -> Visibility:
    """Who may read a thing of that name."""
    return "private" if name.startswith("t4_") else "public"


def thread_of(thing: Thing) -> str:
    """The name of the thread in which it stands."""
    if isinstance(thing, Message):
        return thing.thread
    return thing.link if isinstance(thing, Comment) else thing.name


def read_address(written: str) -> Address:
    """The address that ``Address.of`` wrote. Raises ValueError for anything else."""
    return TypeAdapter(Address).validate_json(written)


def own_post(thing: Comment | Message, raw: bytes) -> OwnPost:
    """What the brand said as the desk hears it. Reddit keeps no key."""
    replies_to = (thing.parent_id,) if thing.parent_id else ()
    return OwnPost(thing.name, replies_to, thing.text, thing.at, raw, thread_of(thing), thing.url)


def position(entry: Any) -> str:
    """Where an entry stands among others of any kind: by its second, then by its id; empty where that is unreadable."""
    try:
        name, created = entry["data"]["name"], entry["data"]["created_utc"]
        kind, _, id_ = name.partition("_")
        if not 0 <= created <= 2**33 or len(id_) > 13 or len(kind) != 2:
            return ""
        return f"{int(created):011d}{kind}{id_:0>13}"
    except (LookupError, TypeError, AttributeError, ValueError):
        return ""
