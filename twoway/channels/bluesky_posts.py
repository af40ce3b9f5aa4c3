"""Bluesky's posts as far as the desk reads them, and where an answer to one goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from twoway import clock
from twoway.channels.bluesky_text import Facet, readable
from twoway.domain import Attachment, OwnPost
from twoway.text import canonical, one_line, storable

POSTS = "app.bsky.feed.post"
PROFILES = "https://bsky.app/profile"
Did = Annotated[str, Field(pattern=r"^did:[a-z]+:[A-Za-z0-9._:%-]{1,2000}$")]
Uri = Annotated[str, Field(pattern=r"^at://did:[A-Za-z0-9._:%-]{1,2000}/[A-Za-z0-9.-]{1,300}/[A-Za-z0-9._:~-]{1,512}$")]
Cid = Annotated[str, Field(pattern=r"^[A-Za-z0-9+=/]{8,256}$")]
_AT = TypeAdapter(AwareDatetime)


class View(BaseModel):
    """Anything that the API shows."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class _AuthorSeen(View):
    blocked_by: bool = False
    blocking: str = ""


class Profile(View):
    """Who posted."""

    did: Did
    handle: str
    display_name: str = ""
    followers_count: int | None = None
    viewer: _AuthorSeen = _AuthorSeen()

    @property
    def blocked(self) -> str:
        """Which block stands between us and them, in plain words; empty where none does."""
        if self.viewer.blocked_by:
            return "its author has blocked our account"
        return "our account has blocked its author" if self.viewer.blocking else ""


class Ref(View):
    """A record by its name and by the hash of what it says."""

    uri: Uri
    cid: Cid


class Reply(View):
    """What a post answers, and what began the thread."""

    root: Ref
    parent: Ref


class Record(View):
    """A post as its author's own server keeps it."""

    text: str = ""
    created_at: str = ""
    reply: Reply | None = None
    langs: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()

    @property
    def words(self) -> str:
        """What it says."""
        return readable(self.text, self.facets)

    @property
    def own_words(self) -> str:
        """What it says, where we wrote it ourselves: nothing is added to its links."""
        return storable(self.text)

    @property
    def named(self) -> tuple[str, ...]:
        """The DIDs of those whom it mentions."""
        return tuple(one.did for facet in self.facets for one in facet.features if one.type.endswith("#mention"))

    def said_at(self, indexed_at: datetime) -> datetime:
        """When it was posted: its author's word, unless that is none or lies after the network saw it."""
        try:
            return min(_AT.validate_python(self.created_at), indexed_at)
        except ValidationError:
            return indexed_at


class _Label(View):
    val: str = ""


class _PostSeen(View):
    reply_disabled: bool = False


class Post(View):
    """A post as the network shows it to us."""

    uri: Uri
    cid: Cid
    author: Profile
    record: Record
    indexed_at: AwareDatetime
    embed: dict[str, Any] | None = None
    labels: tuple[_Label, ...] = ()
    viewer: _PostSeen = _PostSeen()

    @property
    def said_at(self) -> datetime:
        """When it was posted."""
        return self.record.said_at(self.indexed_at)

    @property
    def parent(self) -> str:
        """What it answers."""
        return self.record.reply.parent.uri if self.record.reply else ""

    def is_to(self, did: str) -> bool:
        """Is it said to them: does it name them, or answer them?"""
        return did in self.record.named or self.parent.startswith(f"at://{did}/")

    @property
    def closed(self) -> str:
        """Why we cannot answer it, in plain words; empty where we can."""
        replies = "its author does not let our account reply" if self.viewer.reply_disabled else ""
        return self.author.blocked or replies

    @property
    def warnings(self) -> str:
        """What it is labelled with, by its author or by moderators; those with ! in front only steer apps."""
        return ", ".join(dict.fromkeys(one_line(one.val) for one in self.labels if not one.val.startswith("!")))

    @property
    def quoted(self) -> str:
        """What the post says that it quotes."""
        return quoted_of(self.embed)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Pictures, films and pages by their links and by the words for those who cannot see them."""
        shown = self.embed or {}
        media = shown["media"] if isinstance(shown.get("media"), dict) else shown
        return tuple(Attachment(one_line(f"{link} {words}", 1_000), kind, 0) for kind, link, words in _media(media))


def quoted_of(embed: dict[str, Any] | None) -> str:
    """What the post says that something quotes."""
    found = embed or {}
    while isinstance(found.get("record"), dict):
        found = found["record"]
    said = found.get("value", {}).get("text", "") if isinstance(found.get("value"), dict) else ""
    return storable(said) if isinstance(said, str) else ""


def _media(shown: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for image in shown.get("images") or ():
        if isinstance(image, dict):
            yield "image", image.get("fullsize", ""), image.get("alt", "")
    if "playlist" in shown:
        yield "video", shown["playlist"], shown.get("alt", "")
    if isinstance(page := shown.get("external"), dict):
        yield "link", page.get("uri", ""), page.get("title", "")


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes: what it answers, what began the thread, both with the hash of what they say."""

    uri: str
    cid: str
    root_uri: str
    root_cid: str
    handle: str
    said_at: str

    @classmethod
    def of(cls, post: Post) -> str:
        """The reply address of a post, as a mention carries it."""
        root = post.record.reply.root if post.record.reply else Ref(uri=post.uri, cid=post.cid)
        handle, said_at = one_line(post.author.handle, 300), clock.stamp(post.said_at)
        address = cls(post.uri, post.cid, root.uri, root.cid, handle, said_at)
        return canonical({name: getattr(address, name) for name in cls.__slots__})

    @property
    def author(self) -> str:
        """The DID of whom we answer."""
        return self.uri.split("/")[2]


def read_address(written: str) -> Address:
    """The address that ``Address.of`` wrote. Raises ValueError for anything else."""
    return TypeAdapter(Address).validate_json(written)


def millis(moment: datetime) -> str:
    """A moment as Bluesky writes it."""
    return f"{clock.stamp(moment)[:-4]}Z"


def page_of(uri: str) -> str:
    """Where a person sees a post."""
    _, _, did, _, key = uri.split("/", 4)
    return f"{PROFILES}/{did}/post/{key}"


def own_post(post: Post, raw: bytes) -> OwnPost:
    """A post of the brand as the desk hears it. Bluesky gives no part's key back."""
    reply = post.record.reply
    replies_to, thread = ((reply.parent.uri,), reply.root.uri) if reply else ((), post.uri)
    return OwnPost(post.uri, replies_to, post.record.own_words, post.said_at, raw, thread, page_of(post.uri))
