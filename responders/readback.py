"""The audit against a platform: what stands there in our name is compared with what was approved.

list what stands there -> look each up -> hear what the desk has not heard yet -> look up once more what was unknown

Hearing comes last, so that whatever was listed can have become an answer made elsewhere by then. A post with a key of a
desk's is never one: a desk made it, and it needs an approval.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from twoway import clock
from twoway.domain import OwnPost, Unclear
from twoway.errors import ChannelError
from twoway.ports import Sender
from twoway.store import Store, outside
from twoway.store.channels import ChannelRow
from twoway.store.outside import Recorded

SHOWN = 50
"""Posts named of each sort; all are counted."""
MARGIN = timedelta(hours=1)
"""How much further back the platform is asked than the record, for their clocks may differ; and how old an answer is
before its absence is told, for some platforms list it late."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post by its names, never by its text, and what is to be said of it."""

    id: str
    url: str
    said: str


@dataclass
class Named:
    """Posts of one sort: all are counted, the first are named."""

    count: int = 0
    posts: list[Post] = field(default_factory=list)

    def add(self, id_: str, url: str, said: str) -> None:
        """One more."""
        self.count += 1
        if self.count <= SHOWN:
            self.posts.append(Post(id_, url, said))


@dataclass
class Comparison:
    """What a channel's platform and the record say of each other."""

    channel: str
    since: datetime
    unlisted: str = ""
    """Why the platform cannot be asked at all, in words; no fault."""
    down: str = ""
    """What kept it from being asked or heard to the end."""
    approved: int = 0
    """Posts that are the receipt of an approved answer."""
    elsewhere: int = 0
    """Posts recorded as answers made elsewhere."""
    under_way: int = 0
    """Approved posts whose receipt is still to be written."""
    wrong: Named = field(default_factory=Named)
    """Posts without approval or record, or with other words than were approved."""
    gone: Named = field(default_factory=Named)
    """Answers that were sent and no longer stand there; people delete posts, so this is no fault by itself."""

    @property
    def ok(self) -> bool:
        """Whether everything that could be asked has its approval or its record."""
        return not self.down and not self.wrong.count


def compare(
    store: Store,
    channel: ChannelRow,
    sender: Callable[[], Sender],
    since: datetime,
    *,
    hear: Callable[[], str],
    seen: Callable[[], None] = lambda: None,
) -> Comparison:
    """Ask the platform for everything in our name since then, or since the channel began. ``seen`` is told of each.

    ``hear`` reads the channel up to now and says what went wrong, or nothing. A platform that cannot be reached is in
    the result. Raises StoreError only.
    """
    began, now = clock.parse(channel.started_at), clock.now()
    since = max(since, began)
    found = Comparison(channel.name, since)
    asked = _Asked(store, channel.id, found, began)
    try:
        posts = sender().recent(since - MARGIN)
        if isinstance(posts, Unclear):
            found.unlisted = posts.reason
            return found
        for post in posts:
            asked.look_up(post)
            seen()
    except ChannelError as error:
        found.down = str(error)
    found.down = found.down or hear()
    asked.look_up_again()
    if not found.down:
        asked.miss(since, now - MARGIN)
    return found


class _Asked:
    """The posts of one channel, each looked up once however many copies there are of it."""

    def __init__(self, store: Store, channel: int, found: Comparison, began: datetime) -> None:
        self._store, self._channel, self._found, self._began = store, channel, found, began
        self._seen: set[str] = set()
        self._unknown: list[OwnPost] = []

    def look_up(self, post: OwnPost) -> None:
        """Count it where the record knows it, else keep it for later; what was there before the desk is not its own."""
        if post.id in self._seen:
            return
        self._seen.add(post.id)
        # Other programs give their posts keys as well; theirs say nothing.
        post = replace(post, raw=b"", key=post.key if outside.is_key(post.key) else "")
        if not self._settles(post) and post.created_at >= self._began:
            self._unknown.append(post)

    def look_up_again(self) -> None:
        """What is still unknown has neither an approval nor a record, unless the platform was not heard to the end."""
        for post in self._unknown:
            if self._settles(post):
                continue
            if post.key:
                self._found.wrong.add(post.id, post.url, "carries a key of a desk's, but there is no approval of it")
            elif not self._found.down:
                self._found.wrong.add(post.id, post.url, "has neither an approval nor a record of being made elsewhere")

    def miss(self, since: datetime, until: datetime) -> None:
        """Name the answers that were sent between these moments and were not listed."""
        for sent in outside.sent_between(self._store, self._channel, since, until):
            if sent.remote_id not in self._seen:
                said = f"the answer of delivery {sent.delivery} is no longer there"
                self._found.gone.add(sent.remote_id, sent.url, said)

    def _settles(self, post: OwnPost) -> bool:
        """Whether the record knows this post; if so it is counted."""
        recorded = outside.by_post(self._store, self._channel, post.id)
        if recorded is None and post.key:
            recorded = outside.by_key(self._store, post.key)
        if recorded:
            self._judge(post, recorded)
        elif not post.key and outside.made_elsewhere(self._store, self._channel, post.id):
            self._found.elsewhere += 1
        else:
            return False
        return True

    def _judge(self, post: OwnPost, recorded: Recorded) -> None:
        if objection := next(_objections(post, recorded), ""):
            self._found.wrong.add(post.id, post.url, f"delivery {recorded.delivery}: {objection}")
        elif recorded.remote_id is None:
            self._found.under_way += 1
        else:
            self._found.approved += 1


def _objections(post: OwnPost, recorded: Recorded) -> Iterator[str]:
    """What is wrong with a post that the record knows, the gravest first."""
    if not recorded.approved:
        yield "there is no approval of it"
    if recorded.remote_id is None and not recorded.under_way:
        yield f"it stands there, but the record says {recorded.state} and has no receipt"
    if recorded.remote_id not in (None, post.id):
        yield "its answer has another receipt already, so this is a second post of it"
    by_hand = recorded.evidence == "by_hand"
    if not by_hand and recorded.words is not None and recorded.words.split() != post.text.split():
        yield "it says something else than was approved"
