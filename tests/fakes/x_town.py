"""What X keeps: people, posts with all their versions; and how it writes them as JSON."""

import html
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import RLock
from typing import Any

import regex

from twoway import clock

BRAND = "wanderlust"
EPOCH = 1_288_834_974_657
_LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)']")
_NAMED = re.compile(r"(?<![\w@/])@(\w{1,15})(?![\w@])")
LIGHT = [*range(0x1100), *range(0x2000, 0x200E), *range(0x2010, 0x2020), *range(0x2032, 0x2038)]
LISTED = 800
"""Mentions that are listed, at most."""


@dataclass
class Person:
    """A user."""

    id: str
    username: str
    name: str
    followers: int = 7
    protected: bool = False
    takes_messages: bool = True


@dataclass
class Post:
    """One version of a post."""

    id: str
    by: Person
    text: str
    at: datetime
    first: str
    answers: str | None = None
    quotes: str | None = None
    repeats: str | None = None
    lang: str = "de"
    reply_settings: str = "everyone"
    media: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Town:
    """The platform, as its database has it."""

    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    versions: dict[str, list[str]] = field(default_factory=dict)
    billed: Counter[str] = field(default_factory=Counter)
    lock: RLock = field(default_factory=RLock)
    _made: int = 0

    def __post_init__(self) -> None:
        self.brand = self.join("Wanderlust", BRAND)

    def join(self, name: str, username: str = "") -> Person:
        """Somebody, found by name or made."""
        plain = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode()
        username = username or re.sub(r"\W+", "_", plain).lower()[:15]
        return self.people.setdefault(username, Person(str(1_000_000 + len(self.people)), username, name))

    def post(self, by: Person, text: str, first: str = "", **details: Any) -> Post:
        """Somebody posts, or edits."""
        with self.lock:
            now, id_ = clock.now(), self.next_id()
            made = Post(id_, by, text, now, first or id_, **details)
            self.posts[id_] = made
            self.versions.setdefault(made.first, []).append(id_)
            return made

    def next_id(self) -> str:
        """Of whatever is made now: a time, and a number."""
        with self.lock:
            self._made += 1
            return str(((int(clock.now().timestamp() * 1000) - EPOCH) << 22) + self._made)

    def edit(self, id_: str, text: str) -> Post:
        """Its author writes it anew: the same post under another id."""
        old = self.posts[id_]
        details = {name: getattr(old, name) for name in ("answers", "quotes", "lang", "reply_settings", "media")}
        return self.post(old.by, text, old.first, **details)

    def delete(self, id_: str) -> None:
        """Its author takes it back, every version."""
        with self.lock:
            for version in self.versions.pop(self.posts[id_].first):
                del self.posts[version]

    def newest(self) -> list[Post]:
        """Every post in its newest version, the newest first."""
        found = [self.posts[ids[-1]] for ids in self.versions.values()]
        return sorted(found, key=lambda post: int(post.id), reverse=True)

    def named(self, post: Post) -> list[Person]:
        """Whom it mentions."""
        names = (match[1].lower() for match in _NAMED.finditer(_LINK.sub("", post.text)))
        return list({name: self.people[name] for name in names if name in self.people}.values())

    def answered(self, post: Post) -> Person | None:
        """Whom it answers."""
        above = self.posts.get(post.answers or "")
        return above.by if above else None

    def calls(self, post: Post, person: Person) -> bool:
        """Does it name somebody, or answer them?"""
        return person in (*self.named(post), self.answered(post))

    def summons(self, post: Post, person: Person) -> bool:
        """Does it name somebody, or quote them?"""
        quoted = self.posts.get(post.quotes or "")
        return self.calls(post, person) or (quoted is not None and quoted.by is person)

    def conversation(self, post: Post) -> str:
        """The first post of its thread."""
        above = self.posts.get(post.answers or "")
        return self.conversation(above) if above else post.answers or post.first

    def user(self, person: Person, asked: set[str]) -> dict[str, Any]:
        """A User."""
        whole = {
            "protected": person.protected, "receives_your_dm": person.takes_messages,
            "verified": False, "verified_type": "none",
            "public_metrics": {"followers_count": person.followers, "following_count": 1, "tweet_count": 1},
        }  # fmt: skip
        return {"id": person.id, "username": person.username, "name": person.name} | some(whole, asked)

    def tweet(self, post: Post, asked: set[str]) -> dict[str, Any]:
        """A Tweet; of its fields those that were asked for."""
        words, urls = shown(post.text)
        long = counted(post.text) > 280
        entities = {"urls": urls, "mentions": [self._mention(person) for person in self.named(post)]}
        references = (("replied_to", post.answers), ("quoted", post.quotes), ("retweeted", post.repeats))
        answered = self.answered(post)
        whole: dict[str, Any] = {
            "author_id": post.by.id, "created_at": written(post.at), "lang": post.lang,
            "conversation_id": self.conversation(post), "reply_settings": post.reply_settings,
            "entities": {name: found for name, found in entities.items() if found},
            "public_metrics": {"like_count": 0, "reply_count": 0, "retweet_count": 0, "quote_count": 0},
            "referenced_tweets": [{"type": type_, "id": id_} for type_, id_ in references if id_],
            "in_reply_to_user_id": answered.id if answered else None,
            "note_tweet": {"text": words, "entities": entities} if long else None,
            "attachments": {"media_keys": [found["media_key"] for found in post.media]} if post.media else None,
        }  # fmt: skip
        text = f"{words[:275]}…" if long else words
        always = {"id": post.id, "text": text, "edit_history_tweet_ids": self.versions[post.first]}
        return always | {name: found for name, found in some(whole, asked).items() if found}

    @staticmethod
    def _mention(person: Person) -> dict[str, Any]:
        return {"start": 0, "end": 1, "username": person.username, "id": person.id}


def counted(text: str) -> int:
    """Characters as X counts them."""
    text, links = _LINK.subn("", unicodedata.normalize("NFC", text))
    emoji = r"\p{Emoji_Presentation}|\p{Emoji}\uFE0F|\p{RI}\p{RI}|[0-9#*]\uFE0F?\u20E3"
    whole = 23 * links
    for sign in regex.findall(r"\X", text):
        # What begins as a letter joins nothing: the pieces are counted one by one.
        for piece in [sign] if regex.match(emoji, sign) else regex.split("(\u200d)", sign):
            whole += 2 if regex.match(emoji, piece) else sum(1 if ord(char) in LIGHT else 2 for char in piece)
    return whole


def shown(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The text with X's own addresses in place of all others, and what these were."""
    urls: list[dict[str, Any]] = []

    def short(match: re.Match[str]) -> str:
        url = f"https://t.co/{abs(hash(match[0])) % 10**10:010d}"
        urls.append({"start": 0, "end": 1, "url": url, "expanded_url": match[0], "display_url": match[0][8:30]})
        return url

    return html.escape(_LINK.sub(short, text), quote=False), urls


def some(whole: dict[str, Any], asked: set[str]) -> dict[str, Any]:
    """The fields that were asked for."""
    return {name: found for name, found in whole.items() if name in asked}


def written(moment: datetime) -> str:
    """A moment as X writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
