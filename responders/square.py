"""Answers on the square."""

from collections.abc import Callable, Iterator
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from responders.absence import missing
from responders.newest_first import Place, back_to
from responders.split import split
from twoway import clock
from twoway.channels.square import CHANNEL, Post, Settings, Square, read_address
from twoway.domain import Draft, Finding, Found, OwnPost, Part, Preview, Receipt, Target, Unclear
from twoway.errors import Gone, Rejected, Temporary
from twoway.text import storable

PAGE = 40
UNLISTED = "this square does not list an account's own posts"
_POSTS = TypeAdapter(list[Post])


class Sender:
    """Answers as the brand's account."""

    def __init__(self, connection: Square, settings: Settings) -> None:
        self._square = connection
        self._settings = settings

    def preview(self, draft: Draft, address: str) -> Preview:
        """The parts as they will be posted. Raises Rejected for an empty text or one too long for all parts."""
        to = read_address(address)
        text = storable(draft.text).replace("\r\n", "\n").strip()
        length, most = CHANNEL.limits.length or 0, CHANNEL.limits.parts
        if not text:
            raise Rejected(self._square.name, "preview", "an answer needs words")
        parts = split(text, length, most)
        if len(parts) > most:
            said = f"{len(text)} characters need {len(parts)} posts of {length}; {most} are allowed"
            raise Rejected(self._square.name, "preview", said)
        return Preview(self._square.name, address, to.visibility, tuple(parts), recipients=(f"@{to.handle}",))

    def look(self, preview: Preview) -> Target:
        """Is the post still there, unchanged, the customer's last word, and unanswered? Raises ChannelError."""
        to = read_address(preview.address)
        try:
            target = self._square.one(Post, "look", f"/api/v1/posts/{to.post}")
            thread = self._posts("look", f"/api/v1/posts/{to.post}/thread")
        except Gone:
            return Target(there=False)
        newer = tuple(
            post.id for post in thread if post.account.id == target.account.id and int(post.id) > int(target.id)
        )
        own = [post for post in thread if post.in_reply_to == target.id and self._ours(post)]
        # It may have been edited between the two requests.
        edited = any(post.version != to.version for post in (target, *thread) if post.id == target.id)
        return Target(newer=newer, edited=edited, answer=_own_post(own[0]) if own else None)

    def send(self, part: Part) -> Receipt:
        """Posts the part, in answer to the part before it or to the customer's post. Raises ChannelError."""
        to = read_address(part.preview.address)
        before = part.before[-1].remote_id if part.before else to.post
        post = self._square.post(
            "send", part.key, text=part.text, visibility=part.preview.visibility, in_reply_to=before
        )
        return _receipt(post)

    def find(self, part: Part, since: datetime) -> Finding:
        """Reads our own posts back, by key where the square keeps it, else by text and what it answers."""
        lag = self._square.instance.read_back_lag
        if lag is None:
            return Unclear(UNLISTED)
        asked = clock.now()
        # By ids, which no clock can disagree about.
        after = int(read_address(part.preview.address).post) + 1
        for post in self._own("find", after, lambda post: int(post.id)):
            if self._is(post, part):
                return Found(_receipt(post))
        # Where keys mean nothing, our request may have waited at the other side as long as we waited for it.
        waited = 0 if self._square.instance.idempotent else self._settings.timeout_seconds
        return missing("our posts", since, asked, lag + waited)

    def _is(self, post: Post, part: Part) -> bool:
        if post.key:
            return post.key == part.key
        before = part.before[-1].remote_id if part.before else read_address(part.preview.address).post
        return post.text == part.text and post.in_reply_to == before

    def recent(self, since: datetime) -> Iterator[OwnPost] | Unclear:
        """Our posts since then, newest first; a page that is older throughout is the last. Raises ChannelError."""
        if self._square.instance.read_back_lag is None:
            return Unclear(UNLISTED)
        since_then = self._own("recent", since, lambda post: post.created_at)
        return (_own_post(post) for post in since_then)

    def _own(self, operation: str, lowest: Place, place: Callable[[Post], Place]) -> Iterator[Post]:
        """Our posts from there on, newest first. Raises ChannelError."""
        path = f"/api/v1/accounts/{self._square.instance.account.id}/posts"

        def page(below: str) -> tuple[list[Post], str]:
            posts = self._posts(operation, path, limit=PAGE, max_id=int(below or 2**62))
            return posts, str(min(int(post.id) for post in posts)) if posts else ""

        return back_to(lowest, page, place, (self._square.name, operation))

    def _posts(self, operation: str, path: str, **query: int) -> list[Post]:
        try:
            return _POSTS.validate_python([entry for entry, _ in self._square.listing(operation, path, **query)])
        except ValidationError as error:
            said = f"the answer cannot be read ({error.error_count()} mistakes)"
            raise Temporary(self._square.name, operation, said) from error

    def _ours(self, post: Post) -> bool:
        return post.account.id == self._square.instance.account.id


def _receipt(post: Post) -> Receipt:
    return Receipt(post.id, post.created_at, post.url)


def _own_post(post: Post) -> OwnPost:
    raw = post.model_dump_json().encode()
    replies_to = (post.in_reply_to,) if post.in_reply_to else ()
    return OwnPost(post.id, replies_to, post.text, post.created_at, raw, post.thread, post.url, post.key or "")
