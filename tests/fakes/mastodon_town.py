"""What a Mastodon instance keeps: people, posts, notifications; and how it writes them as HTML and JSON."""

import html
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any

import regex

from twoway import clock

HOST = "social.test"
BRAND = "wanderlust"
_LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)']")
_NAMED = re.compile(r"(?<![=/\w])@([a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?)(?:@([\w.-]*\w))?", re.IGNORECASE)
_TAG = re.compile(r"(?<!\w)#(\w*[^\W\d]\w*)")
_ENTITY = re.compile(f"(?P<link>{_LINK.pattern})|(?P<named>{_NAMED.pattern})|(?P<tag>{_TAG.pattern})", re.IGNORECASE)


@dataclass
class Person:
    """An account."""

    id: str
    acct: str
    name: str
    followers: int = 7


@dataclass
class Post:
    """A status."""

    id: str
    by: Person
    text: str
    visibility: str
    at: datetime
    in_reply_to: str | None = None
    warning: str = ""
    language: str | None = "de"
    edited: datetime | None = None
    media: list[dict[str, Any]] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    """Everybody it ever mentioned: they may read it, also when an edit no longer names them."""


@dataclass
class Notice:
    """A notification of the brand."""

    id: str
    post: str
    at: datetime
    filtered: bool
    type: str = "mention"


@dataclass
class Town:
    """The instance, as its database has it."""

    characters: int = 500
    link: int = 23
    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    keys: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    _posted: int = 0
    _noticed: int = 0

    def __post_init__(self) -> None:
        self.brand = self.join("Wanderlust", BRAND)

    def join(self, name: str, acct: str = "") -> Person:
        """Somebody, found by name or made; customers live elsewhere."""
        acct = acct or re.sub(r"\W+", "_", name.encode("ascii", "ignore").decode()).lower() + "@chaos.example"
        return self.people.setdefault(acct, Person(str(109_000_000_000_000_000 + len(self.people)), acct, name))

    def post(self, by: Person, text: str, visibility: str = "public", **details: Any) -> Post:
        """Somebody posts."""
        with self.lock:
            self._posted += 1
            now = clock.now()
            id_ = str((int(now.timestamp() * 1000) << 16) + self._posted % 65_536)
            made = Post(id_, by, text.strip(), visibility, now, **details)
            self.posts[id_] = made
            self._tell(made)
            return made

    def _tell(self, post: Post) -> None:
        named = self.named(post.text)
        new = self.brand.id in {person.id for person in named} - post.told and post.by is not self.brand
        post.told |= {person.id for person in named}
        if new:
            self._noticed += 1
            # As every account has it from the start: private words of strangers wait apart.
            self.notices.append(Notice(str(self._noticed), post.id, clock.now(), post.visibility == "direct"))

    def edit(self, post: str, text: str) -> None:
        """Its author changes it."""
        with self.lock:
            self.posts[post].text, self.posts[post].edited = text, clock.now()

    def delete(self, post: str) -> None:
        """Its author takes it back; what answered it stays, without a word of what it answered."""
        with self.lock:
            del self.posts[post]
            self.notices = [notice for notice in self.notices if notice.post != post]
            for other in self.posts.values():
                other.in_reply_to = None if other.in_reply_to == post else other.in_reply_to

    def named(self, text: str) -> list[Person]:
        """Whom a text mentions, of those that exist."""
        found = (self._person(match) for match in _NAMED.finditer(_LINK.sub("", text)))
        return list({person.id: person for person in found if person}.values())

    def _person(self, match: re.Match[str]) -> Person | None:
        acct = match[1].lower() if match[2] in (None, HOST) else f"{match[1]}@{match[2]}".lower()
        return self.people.get(acct)

    def seen_by_brand(self, post: Post) -> bool:
        """May the brand read it?"""
        mine = post.by is self.brand or self.brand.id in post.told
        return mine or post.visibility in ("public", "unlisted")

    def below(self, post: Post) -> list[Post]:
        """The posts that answer it, and those that answer them."""
        found, above = [], {post.id}
        for other in sorted(self.posts.values(), key=lambda other: other.at):
            if other.in_reply_to in above and self.seen_by_brand(other):
                found.append(other)
                above.add(other.id)
        return found

    def tags(self, post: Post) -> list[str]:
        """Its hashtags, as Mastodon compares them."""
        return list(dict.fromkeys(folded(match[1]) for match in _TAG.finditer(_LINK.sub("", post.text))))

    def counted(self, text: str) -> int:
        """Characters as Mastodon counts them."""
        text = _LINK.sub("x" * self.link, text)
        return len(regex.findall(r"\X", _NAMED.sub(lambda match: f"@{match[1]}", text)))

    def account(self, person: Person) -> dict[str, Any]:
        """An Account."""
        return {
            "id": person.id, "username": person.acct.partition("@")[0], "acct": person.acct,
            "display_name": person.name, "locked": False, "bot": False, "url": self._home(person), "note": "",
            "uri": self._home(person),
            "followers_count": person.followers, "following_count": 1, "statuses_count": 1, "emojis": [], "fields": [],
        }  # fmt: skip

    @staticmethod
    def _home(person: Person) -> str:
        name, _, host = person.acct.partition("@")
        return f"https://{host or HOST}/@{name}"

    def status(self, post: Post) -> dict[str, Any]:
        """A Status."""
        replied = self.posts.get(post.in_reply_to or "")
        return {
            "id": post.id, "created_at": _written(post.at), "in_reply_to_id": post.in_reply_to,
            "in_reply_to_account_id": replied.by.id if replied else None, "sensitive": bool(post.warning),
            "spoiler_text": post.warning, "visibility": post.visibility, "language": post.language,
            "uri": f"{self._home(post.by)}/statuses/{post.id}", "url": f"{self._home(post.by)}/{post.id}",
            "edited_at": _written(post.edited) if post.edited else None, "content": self.html(post.text),
            "reblog": None, "account": self.account(post.by), "media_attachments": post.media,
            "tags": [{"name": tag, "url": f"https://{HOST}/tags/{tag}"} for tag in self.tags(post)],
            "emojis": [], "poll": None,
            "mentions": [self._mention(person) for person in self.named(post.text)],
        }  # fmt: skip

    def _mention(self, person: Person) -> dict[str, Any]:
        account = self.account(person)
        return {name: account[name] for name in ("id", "username", "url", "acct")}

    def notice(self, notice: Notice) -> dict[str, Any]:
        """A Notification."""
        post = self.posts[notice.post]
        return {
            "id": notice.id, "type": notice.type, "created_at": _written(notice.at),
            "group_key": f"ungrouped-{notice.id}", "account": self.account(post.by), "status": self.status(post),
            **({"filtered": True} if notice.filtered else {}),
        }  # fmt: skip

    def html(self, text: str) -> str:
        """A text as it is shown."""
        paragraphs = re.split(r"\n{2,}", text)
        return "".join(f"<p>{self._line(paragraph)}</p>".replace("\n", "<br />") for paragraph in paragraphs)

    def _line(self, text: str) -> str:
        entities = re.compile(
            f"(?P<link>{_LINK.pattern})|(?P<named>{_NAMED.pattern})|(?P<tag>{_TAG.pattern})", re.IGNORECASE
        )
        made, at = "", 0
        for match in entities.finditer(text):
            made += html.escape(text[at : match.start()]) + self._entity(match)
            at = match.end()
        return made + html.escape(text[at:])

    def _entity(self, match: re.Match[str]) -> str:
        words = match[0]
        if match["link"]:
            head, _, rest = words.partition("://")
            shown, hidden = html.escape(rest[:30]), html.escape(rest[30:])
            spans = (("invisible", f"{head}://"), ("ellipsis" if hidden else "", shown), ("invisible", hidden))
            inside = "".join(f'<span class="{kind}">{part}</span>' for kind, part in spans)
            return f'<a href="{html.escape(words)}" target="_blank" rel="nofollow noopener">{inside}</a>'
        if match["tag"]:
            link = f'href="https://{HOST}/tags/{words[1:]}" class="mention hashtag" rel="tag"'
            return f"<a {link}>#<span>{words[1:]}</span></a>"
        named = _NAMED.fullmatch(words)
        person = self._person(named) if named else None
        if person is None:
            return html.escape(words)
        name = person.acct.partition("@")[0]
        link = f'<a href="{self._home(person)}" class="u-url mention">@<span>{name}</span></a>'
        return f'<span class="h-card" translate="no">{link}</span>'


def folded(text: str) -> str:
    """Without capitals and accents, as the search and the hashtags of Mastodon have it: ü is u, not ue."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
