"""Hears Bluesky: who speaks to the account, what its search comes upon, our own posts, and what becomes of all."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from listener import again
from listener.bluesky_again import Again, profiles
from listener.bluesky_messages import Messages
from listener.bluesky_search import searches
from listener.bluesky_talks import STREAM
from listener.newest_first import Heard, Listing, pages
from twoway import clock
from twoway.channels.bluesky import Bluesky, Settings
from twoway.channels.bluesky_errors import Passed
from twoway.channels.bluesky_posts import PROFILES, Address, Post, Profile, View, millis, own_post, page_of
from twoway.channels.log import HandAddress
from twoway.domain import Author, Gap, Mention, Page
from twoway.raw import member
from twoway.text import storable

PAGE = 100
"""Entries of a page; the most that Bluesky gives. So many overlap from one poll to the next."""
REASONS = ("mention", "reply", "quote")
"""The notices that somebody said something."""
OWN = "app.bsky.feed.getAuthorFeed"
CUT = "the network no longer lists notices of mentions that still stand; some may be unheard"
MARGIN = timedelta(hours=1)
"""How far the clocks of those who post may be behind ours."""
_AT = TypeAdapter(AwareDatetime)


class Collector:
    """Hears one account on Bluesky."""

    def __init__(self, connection: Bluesky, settings: Settings, since: datetime | None = None) -> None:
        self._bluesky, self._since = connection, since
        self._read: dict[str, Callable[[str | None], Iterator[Page]]] = {
            "mentions": partial(self._listing, _Mentions(connection)),
            "own": partial(self._listing, _Own(connection)),
            **{f"search:{words}": partial(self._listing, _Search(connection, words)) for words in self._searched()},
            **({STREAM: Messages(connection, since).pages} if connection.direct_messages else {}),
            "changes": lambda cursor: again.pages(Again(connection), connection.memory, cursor),
        }

    def streams(self) -> list[str]:
        """Mentions with replies and quotes, our own posts, a search each, messages, and what becomes of mentions."""
        return list(self._read)

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages after ``cursor``; see `listener.newest_first`. Raises ChannelError."""
        return self._read[stream](cursor)

    def _searched(self) -> list[str]:
        return searches(self._bluesky.query)

    def _listing(self, listing: Listing, cursor: str | None) -> Iterator[Page]:
        return pages(listing, self._bluesky.name, cursor, self._since)


class _Listing:
    """One of the network's: entries stand by the time at which it lists them, and it goes on by a cursor of its own."""

    name: str
    path: tuple[str, str]
    """The method, and the name that its entries have in the answer."""

    def __init__(self, connection: Bluesky) -> None:
        self._bluesky = connection

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """A page, and how the listing goes on. Where it no longer knows a cursor it is read from its top again."""
        query = self._query() | {"limit": 1 if newest else PAGE}
        if not below:
            return self._bluesky.listing(self.name, *self.path, **query)
        try:
            return self._bluesky.listing(self.name, *self.path, **query, cursor=below)
        except Passed:
            return self._bluesky.listing(self.name, *self.path, **query)

    def _query(self) -> dict[str, Any]:
        raise NotImplementedError

    def position(self, entry: Any) -> str:
        """When it was listed, in the stored form."""
        try:
            return clock.stamp(_AT.validate_python(self._listed_at(entry)))
        except (ValidationError, LookupError, TypeError):
            return ""

    def _listed_at(self, entry: Any) -> Any:
        return entry["indexedAt"]

    def lost(self, since: str) -> Gap | None:
        """Nothing: who takes back what they said has left no gap."""
        return None


class _Notice(View):
    """One notice of the brand's."""

    reason: str
    uri: str
    cid: str
    author: Profile
    record: dict[str, Any]
    indexed_at: AwareDatetime
    labels: tuple[dict[str, Any], ...] = ()

    def post(self) -> Post:
        """The post that it is about, as far as the notice shows it. Raises ValidationError."""
        return Post.model_validate(self.model_dump(exclude={"reason"}))


class _Mentions(_Listing):
    """The notices that are about words: that we were named, answered or quoted."""

    name = "mentions"
    path = ("app.bsky.notification.listNotifications", "notifications")

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """A page, its posts as they are shown to us, and who wrote them."""
        listed, rest = super().page(below, newest)
        found = [entry for entry, _ in listed if isinstance(entry, dict) and entry.get("reason") in REASONS]
        posts = Again(self._bluesky).many([] if newest else [str(entry.get("uri")) for entry in found])
        self._posts = {uri: post for uri, (post, _) in posts.items()}
        self._people = profiles(self._bluesky, [post.author.did for post in self._posts.values()])
        return listed, self._once_more(below, rest)

    @staticmethod
    def _once_more(below: str, rest: str) -> str:
        """The notices go on strictly below a time, and would leave out who said something in the same millisecond."""
        try:
            above = _AT.validate_python(rest) + timedelta(milliseconds=1)
        except ValidationError:
            return rest
        wider = millis(above)
        return rest if wider == below else wider

    def _query(self) -> dict[str, Any]:
        # Without "priority" a setting of the account's may leave out whomever we do not follow.
        return {"reasons": REASONS, "priority": "false"}

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """A mention; of other notices nothing."""
        notice = _Notice.model_validate(entry)
        if notice.reason not in REASONS or notice.author.did == self._bluesky.me:
            return Heard(notice.indexed_at)
        post = self._posts.get(notice.uri) or notice.post()
        self._bluesky.first_heard(post.uri, post.cid, post.indexed_at)
        said = mention(post, raw, self._bluesky.me, self._people.get(post.author.did), notice.indexed_at)
        return Heard(notice.indexed_at, mention=said)

    def lost(self, since: str) -> Gap | None:
        """Where mentions still stand that are listed no more, older ones may be unheard, too."""
        me = self._bluesky.me
        found = Again(self._bluesky).newest().values()
        return Gap(None, clock.now() - MARGIN, CUT) if any(post.is_to(me) for post, _ in found) else None


class _Search(_Listing):
    """What the network's search finds; more than the query asks for, which decides."""

    path = ("app.bsky.feed.searchPosts", "posts")

    def __init__(self, connection: Bluesky, words: str) -> None:
        super().__init__(connection)
        self.name, self._words = f"search:{words}", words

    def page(self, below: str, newest: bool = False) -> tuple[list[tuple[Any, bytes]], str]:
        """A page, and who wrote its posts."""
        listed, rest = super().page(below, newest)
        found = [entry["author"] for entry, _ in listed if isinstance(entry, dict) and "author" in entry]
        dids = [str(one.get("did")) for one in found if isinstance(one, dict)]
        self._people = {} if newest else profiles(self._bluesky, dids)
        return listed, rest

    def _query(self) -> dict[str, Any]:
        return {"q": self._words, "sort": "latest"}

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """What was come upon; our own posts are none."""
        post = Post.model_validate(entry)
        if post.author.did == self._bluesky.me:
            return Heard(post.indexed_at)
        self._bluesky.first_heard(post.uri, post.cid, post.indexed_at)
        said = mention(post, raw, self._bluesky.me, self._people.get(post.author.did), found=True)
        return Heard(post.indexed_at, mention=said)


class _Own(_Listing):
    """Posts in our name, whoever wrote them: receipts of what is in doubt, or answers given elsewhere."""

    name = "own"
    path = (OWN, "feed")

    def _query(self) -> dict[str, Any]:
        return {"actor": self._bluesky.me, "filter": "posts_with_replies"}

    def _listed_at(self, entry: Any) -> Any:
        return (entry["reason"] if "reason" in entry else entry["post"])["indexedAt"]

    def hear(self, entry: Any, raw: bytes) -> Heard:
        """One of our posts; of what we passed on nothing."""
        listed = _AT.validate_python(self.position(entry) or None)
        post = Post.model_validate(entry.get("post"))
        if post.author.did != self._bluesky.me or entry.get("reason"):
            return Heard(listed)
        return Heard(listed, change=own_post(post, member(raw, "post")))


def mention(
    post: Post, raw: bytes, me: str, person: Profile | None, arrived_at: datetime | None = None, *, found: bool = False
) -> Mention:
    """A post as the desk hears it; ``me`` is the brand, ``person`` its author with what the post does not tell."""
    author, record, url = post.author, post.record, page_of(post.uri)
    return Mention(
        id=post.uri,
        author=Author(
            author.did, f"@{author.handle}", storable(author.display_name), f"{PROFILES}/{author.did}",
            person.followers_count if person else None,
        ),
        text=record.words,
        created_at=post.said_at,
        address=HandAddress("public", url, post.uri).written() if post.closed else Address.of(post),
        visibility="public",
        raw=raw,
        reference=post.uri,
        replies_to=(post.parent,) if post.parent else (),
        thread=record.reply.root.uri if record.reply else post.uri,
        participants=tuple(dict.fromkeys(did for did in record.named if did not in (me, author.did))),
        route="hand" if post.closed else "api",
        route_reason=post.closed,
        title=post.warnings,
        quoted=post.quoted,
        url=url,
        language=record.langs[0] if record.langs else "",
        attachments=post.attachments,
        found=found,
        arrived_at=arrived_at,
    )  # fmt: skip
