"""What a network of the AT Protocol keeps: people, records, notices; and how it shows them to the brand."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any

from twoway import clock
from twoway.text import canonical

HOST = "bsky.test"
BRAND = f"wanderlust.{HOST}"
POSTS = "app.bsky.feed.post"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
ANCESTORS = 5
"""Authors of so many posts above are told of an answer."""
_NAMED = re.compile(r"(?<!\w)@([\w.-]*\w)")
_TID = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass
class Person:
    """An account."""

    did: str
    handle: str
    name: str
    followers: int = 7
    active: bool = True
    blocks: set[str] = field(default_factory=set)
    """DIDs of those whom they blocked."""


@dataclass
class Post:
    """A record in somebody's repository, and what the network made of it."""

    uri: str
    by: Person
    record: dict[str, Any]
    indexed: datetime
    embed: dict[str, Any] | None = None
    labels: list[str] = field(default_factory=list)

    @property
    def cid(self) -> str:
        """The hash of what it says."""
        return hashed(self.record)

    @property
    def sort_at(self) -> datetime:
        """Where it stands in listings: not in the future, whatever its author says."""
        return min(datetime.fromisoformat(self.record["createdAt"]), self.indexed)

    @property
    def parent(self) -> str:
        """What it answers."""
        return str(self.record.get("reply", {}).get("parent", {}).get("uri", ""))

    @property
    def root(self) -> str:
        """What began its thread."""
        return str(self.record.get("reply", {}).get("root", {}).get("uri", self.uri))

    @property
    def named(self) -> list[str]:
        """The DIDs of those whom it mentions."""
        features = (one for facet in self.record.get("facets", ()) for one in facet["features"])
        return [one["did"] for one in features if one["$type"].endswith("#mention")]

    def has(self, words: list[str]) -> bool:
        """Does it say all of these, in any order?"""
        return set(re.findall(r"#?\w+", self.record["text"].casefold())) >= set(words)

    def place(self) -> str:
        """Where it stands in listings, the greater the newer."""
        return f"{int(self.sort_at.timestamp() * 1000)}::{self.cid}"


@dataclass
class Notice:
    """A notice of the brand's."""

    post: str
    reason: str
    at: datetime
    by: Person


@dataclass
class Town:
    """The network, as its index has it."""

    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    gated: set[str] = field(default_factory=set)
    """Threads in which the brand may not answer, by what began them."""
    lock: RLock = field(default_factory=RLock)
    _last: datetime = LONG_AGO

    def __post_init__(self) -> None:
        self.brand = self.join("Wanderlust", BRAND)

    def join(self, name: str, handle: str = "") -> Person:
        """Somebody, found by name or made."""
        plain = re.sub(r"[^a-z0-9]+", "-", name.encode("ascii", "ignore").decode().lower()).strip("-")
        handle = handle or f"{plain}.{HOST}"
        did = "did:plc:" + base64.b32encode(hashlib.sha256(handle.encode()).digest())[:24].decode().lower()
        return self.people.setdefault(did, Person(did, handle, name))

    def by_handle(self, handle: str) -> Person | None:
        """Whose handle it is."""
        return next((person for person in self.people.values() if person.handle == handle.lower()), None)

    def tick(self) -> datetime:
        """The time, to the millisecond; no two posts have the same."""
        now = clock.now()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        self._last = max(now, self._last + timedelta(milliseconds=1))
        return self._last

    def say(self, by: Person, text: str, *, reply_to: str = "", at: datetime | None = None, **more: Any) -> Post:
        """Somebody posts with an app of theirs, which marks whom they name."""
        with self.lock:
            now = self.tick()
            view, labels = more.pop("view", None), more.pop("labels", [])
            record = {"$type": POSTS, "text": text, "createdAt": written(at or now), "facets": self._facets(text)}
            if above := self.posts.get(reply_to):
                root = self.posts.get(above.root, above)
                record["reply"] = {"root": ref(root), "parent": ref(above)}
            micros = int(now.timestamp() * 1_000_000) << 10
            key = "".join(_TID[micros >> shift & 31] for shift in range(60, -1, -5))
            return self.keep(by, key, {**record, "langs": ["de"], **more}, view, labels, now)

    def keep(
        self, by: Person, key: str, record: dict[str, Any], view: Any = None, labels: Any = (), now: Any = None
    ) -> Post:
        """A record arrives."""
        made = Post(f"at://{by.did}/{POSTS}/{key}", by, record, now or self.tick(), view, list(labels))
        self.posts[made.uri] = made
        self._tell(made)
        return made

    def _facets(self, text: str) -> list[dict[str, Any]]:
        found = []
        for match in _NAMED.finditer(text):
            if person := self.by_handle(match[1]):
                start, end = (len(text[:at].encode()) for at in match.span())
                feature = {"$type": "app.bsky.richtext.facet#mention", "did": person.did}
                found.append({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]})
        return found

    def _tell(self, post: Post) -> None:
        if post.by is self.brand:
            return
        quoted = post.record.get("embed", {}).get("record", {}).get("uri", "")
        reasons = {
            "mention": self.brand.did in post.named,
            "quote": quoted.startswith(f"at://{self.brand.did}/"),
            "reply": any(above.by is self.brand for above in self.above(post)[:ANCESTORS]),
        }
        reason = next((name for name, true in reasons.items() if true), "")
        if reason:
            self.notices.append(Notice(post.uri, reason, post.sort_at, post.by))

    def like(self, by: Person, post: str) -> None:
        """Somebody likes a post of the brand's."""
        self.notices.append(Notice(post, "like", self.tick(), by))

    def above(self, post: Post) -> list[Post]:
        """The posts that it answers, the nearest first."""
        found: list[Post] = []
        while above := self.posts.get((found[-1] if found else post).parent):
            found.append(above)
        return found

    def below(self, post: Post) -> list[Post]:
        """The posts that answer it."""
        return [other for other in self.posts.values() if other.parent == post.uri]

    def replace(self, uri: str, text: str) -> None:
        """Its author has their server keep other words under the same name; no app does."""
        with self.lock:
            self.posts[uri].record = {**self.posts[uri].record, "text": text, "facets": self._facets(text)}

    def delete(self, uri: str) -> None:
        """Its author takes it back."""
        with self.lock:
            del self.posts[uri]
            self.notices = [notice for notice in self.notices if notice.post != uri]

    def blocked(self, person: Person) -> bool:
        """Does the brand or the person block the other?"""
        return person.did in self.brand.blocks or self.brand.did in person.blocks

    def shown(self, uri: str) -> Post | None:
        """A post that the brand is shown."""
        post = self.posts.get(uri)
        return post if post and post.by.active and not self.blocked(post.by) else None

    def profile(self, person: Person, *, full: bool = False) -> dict[str, Any]:
        """A profileView, or a profileViewDetailed."""
        viewer = {"muted": False, "blockedBy": self.brand.did in person.blocks}
        if person.did in self.brand.blocks:
            viewer["blocking"] = f"at://{self.brand.did}/app.bsky.graph.block/3k2a"
        counts = {"followersCount": person.followers, "followsCount": 1, "postsCount": 1} if full else {}
        return {"did": person.did, "handle": person.handle, "displayName": person.name, "viewer": viewer, "labels": [],
                "createdAt": "2024-01-01T00:00:00.000Z", **counts}  # fmt: skip

    def view(self, post: Post) -> dict[str, Any]:
        """A postView."""
        disabled = {"replyDisabled": True} if post.root in self.gated else {}
        labels = [
            {"src": post.by.did, "uri": post.uri, "val": val, "cts": written(post.indexed)} for val in post.labels
        ]
        return {
            "uri": post.uri, "cid": post.cid, "author": self.profile(post.by), "record": post.record,
            **({"embed": post.embed} if post.embed else {}), "bookmarkCount": 0, "replyCount": 0, "repostCount": 0,
            "likeCount": 0, "quoteCount": 0, "indexedAt": written(post.sort_at), "labels": labels,
            "viewer": {"bookmarked": False, "threadMuted": False, "embeddingDisabled": False, **disabled},
        }  # fmt: skip

    def notice(self, notice: Notice) -> dict[str, Any]:
        """A notification."""
        post = self.posts[notice.post]
        like = {"$type": "app.bsky.feed.like", "subject": ref(post), "createdAt": written(notice.at)}
        uri = f"at://{notice.by.did}/app.bsky.feed.like/3k2a" if notice.reason == "like" else post.uri
        return {
            "uri": uri, "cid": post.cid, "author": self.profile(notice.by), "reason": notice.reason,
            "record": like if notice.reason == "like" else post.record, "isRead": False,
            "indexedAt": written(notice.at), "labels": [],
        }  # fmt: skip

    def thread(self, post: Post, depth: int) -> dict[str, Any]:
        """A threadViewPost, or what stands in its place."""
        if self.blocked(post.by):
            author = {"did": post.by.did, "viewer": self.profile(post.by)["viewer"]}
            return {"$type": "app.bsky.feed.defs#blockedPost", "uri": post.uri, "blocked": True, "author": author}
        replies = [self.thread(other, depth - 1) for other in self.below(post) if other.by.active] if depth else []
        return {"$type": "app.bsky.feed.defs#threadViewPost", "post": self.view(post), "replies": replies}


def ref(post: Post) -> dict[str, str]:
    """A strong reference."""
    return {"uri": post.uri, "cid": post.cid}


def hashed(record: dict[str, Any]) -> str:
    """A CID, or what looks like one."""
    return "bafyrei" + base64.b32encode(hashlib.sha256(canonical(record).encode()).digest()).decode().lower().rstrip(
        "="
    )


def written(moment: datetime) -> str:
    """A time as the network writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
