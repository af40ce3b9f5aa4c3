"""What Reddit keeps: people, subreddits, posts, comments, messages; and how it writes them as JSON."""

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any

from twoway import clock

BRAND = "wanderlust_de"
HOME = "outdoor"
"""The subreddit in which customers speak."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    """As Reddit writes ids."""
    made = ""
    while number:
        number, digit = divmod(number, 36)
        made = _DIGITS[digit] + made
    return made or "0"


@dataclass
class Person:
    """An account."""

    id: str
    name: str


@dataclass
class Said:
    """A post (t3), a comment (t1) or a message (t4)."""

    name: str
    by: Person
    text: str
    at: datetime
    title: str = ""
    parent: str = ""
    root: str = ""
    """The post of its thread, or the first message."""
    subreddit: str = ""
    to: Person | None = None
    edited: datetime | None = None
    deleted: bool = False
    removed: bool = False
    locked: bool = False
    archived: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def created(self) -> float:
        """Whole seconds since 1970, as Reddit gives them."""
        return float(int(self.at.timestamp()))


@dataclass
class Town:
    """Reddit, as its database has it."""

    people: dict[str, Person] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    inbox: list[tuple[str, str]] = field(default_factory=list)
    """What the brand was told of: a name, and why."""
    private: set[str] = field(default_factory=set)
    """Subreddits that are shown to members only."""
    lock: RLock = field(default_factory=RLock)
    _number: int = 2_000_000_000

    def __post_init__(self) -> None:
        self.brand = self.join(BRAND)

    def join(self, name: str) -> Person:
        """Somebody, found by name or made."""
        name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)
        return self.people.setdefault(name.lower(), Person(f"t2_{base36(900_000 + len(self.people))}", name))

    def _keep(self, kind: str, by: Person, text: str, **details: Any) -> Said:
        with self.lock:
            self._number += 1
            made = Said(f"{kind}_{base36(self._number)}", by, text, clock.now(), **details)
            self.said[made.name] = made
            return made

    def post(self, by: Person, title: str, text: str = "", subreddit: str = HOME, **more: Any) -> Said:
        """Somebody begins a thread."""
        made = self._keep("t3", by, text, title=title, subreddit=subreddit, more=more)
        made.root = made.name
        return made

    def comment(self, by: Person, parent: str, text: str) -> Said:
        """Somebody answers a post or a comment; whoever is answered or named is told."""
        above = self.said[parent]
        made = self._keep("t1", by, text, parent=parent, root=above.root, subreddit=above.subreddit)
        if by is self.brand:
            return made
        if above.by is self.brand:
            self.inbox.append((made.name, "comment_reply" if above.name.startswith("t1") else "post_reply"))
        elif f"u/{self.brand.name}".lower() in text.lower():
            self.inbox.append((made.name, "username_mention"))
        return made

    def message(self, by: Person, to: Person, text: str, parent: str = "", subject: str = "a question") -> Said:
        """Somebody writes to somebody."""
        above = self.said.get(parent)
        made = self._keep("t4", by, text, parent=parent, to=to, title=f"re: {above.title}" if above else subject)
        made.root = above.root if above else made.name
        if to is self.brand:
            self.inbox.append((made.name, "unknown"))
        return made

    def edit(self, name: str, text: str, *, early: bool = False) -> None:
        """Its author changes it; in the first minutes that is not marked."""
        with self.lock:
            self.said[name].text = text
            self.said[name].edited = None if early else clock.now()

    def delete(self, name: str) -> None:
        """Its author takes it back."""
        self.said[name].deleted = True

    def seen(self, said: Said) -> bool:
        """Is it in a subreddit that the brand may read?"""
        return said.subreddit not in self.private

    def answers(self, name: str) -> Iterator[Said]:
        """What stands right below it."""
        return (one for one in list(self.said.values()) if one.parent == name and one.by)

    def thing(self, said: Said, kind: str = "") -> dict[str, Any]:
        """As a listing gives it; ``kind`` says why, in the inbox."""
        shape = {"t1": self._comment, "t3": self._post, "t4": self._message}[said.name[:2]]
        if kind and said.name.startswith("t1"):
            shape = lambda one: self._in_inbox(one, kind)  # noqa: E731
        return {"kind": said.name[:2], "data": shape(said)}

    def _common(self, said: Said) -> dict[str, Any]:
        nobody = said.deleted or said.removed
        return {
            "name": said.name, "id": said.name[3:], "created_utc": said.created, "created": said.created,
            "author": "[deleted]" if nobody else said.by.name, "subreddit": said.subreddit or None, "likes": None,
            **({} if nobody else {"author_fullname": said.by.id}), "distinguished": None,
        }  # fmt: skip

    def _words(self, said: Said) -> str:
        return "[removed]" if said.removed else "[deleted]" if said.deleted else said.text

    def _comment(self, said: Said) -> dict[str, Any]:
        post = self.said[said.root]
        return {
            **self._common(said), "body": self._words(said), "body_html": f"<p>{html.escape(said.text)}</p>",
            "parent_id": said.parent, "link_id": said.root, "edited": _epoch(said.edited), "replies": "",
            "locked": said.locked, "archived": said.archived or post.archived, "score": 1, "score_hidden": False,
            "permalink": f"/r/{said.subreddit}/comments/{post.name[3:]}/a_thread/{said.name[3:]}/",
            "can_mod_post": False, "stickied": False, "is_submitter": said.by is post.by, "controversiality": 0,
        }  # fmt: skip

    def _in_inbox(self, said: Said, kind: str) -> dict[str, Any]:
        post = self.said[said.root]
        return {
            **self._common(said), "author": None if said.deleted else said.by.name, "body": self._words(said),
            "parent_id": said.parent, "type": kind, "subject": kind.replace("_", " "), "new": True, "replies": "",
            "was_comment": True, "link_title": post.title, "dest": self.brand.name, "num_comments": 3,
            "context": f"/r/{said.subreddit}/comments/{post.name[3:]}/a_thread/{said.name[3:]}/?context=3",
        }  # fmt: skip

    def _post(self, said: Said) -> dict[str, Any]:
        link = f"/r/{said.subreddit}/comments/{said.name[3:]}/a_thread/"
        words = self._words(said) if said.text or said.deleted or said.removed else ""
        return {
            **self._common(said), "title": said.title, "selftext": words, "is_self": True, "permalink": link,
            "url": f"https://www.reddit.com{link}", "edited": _epoch(said.edited), "locked": said.locked,
            "archived": said.archived, "contest_mode": False, "over_18": False, "quarantine": False, "score": 12,
            "removed_by_category": "deleted" if said.deleted else "moderator" if said.removed else None,
            "num_comments": 3, "can_mod_post": False, **said.more,
        }  # fmt: skip

    def _message(self, said: Said) -> dict[str, Any]:
        return {
            **self._common(said), "subject": said.title, "body": said.text, "dest": said.to.name if said.to else "",
            "parent_id": said.parent or None, "was_comment": False, "type": "unknown", "new": True, "replies": "",
            "first_message_name": said.root if said.parent else None, "first_message": None, "context": "",
        }  # fmt: skip


def _epoch(moment: datetime | None) -> float | bool:
    return float(int(moment.timestamp())) if moment else False
