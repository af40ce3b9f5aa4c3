"""Answers on X: to posts in public; direct messages have a file of their own."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from pydantic import ValidationError

from responders.absence import missing
from responders.newest_first import back_to
from responders.split import split
from responders.x_messages import Messages
from twoway import clock
from twoway.channels.x import X
from twoway.channels.x_messages import message_address
from twoway.channels.x_money import ANSWER, HEAR
from twoway.channels.x_posts import PLAIN, Address, Listed, Post, first_id, link, moment, own_post, read_address
from twoway.channels.x_reach import LAG, MARGIN, SEARCH
from twoway.channels.x_settings import Settings
from twoway.channels.x_text import NAMED, has_link, length, same_words
from twoway.domain import Draft, Finding, Found, OwnPost, Part, Preview, Receipt, Target
from twoway.errors import Rejected, Temporary
from twoway.text import order, storable

PAGE = 100
"""Posts of a page; the most that X gives."""
SMALLEST = 5
FOUND = 10
"""Posts that looking at a thread may cost; the fewest that X's search gives."""


class Posts:
    """Answers in public, as the brand's account."""

    def __init__(self, connection: X, settings: Settings) -> None:
        self._x, self._settings = connection, settings

    def preview(self, draft: Draft, address: str) -> Preview:
        """The parts as they will be posted, each naming the customer; X would put that name there unasked.

        Nobody else is called but whom the writer names. Raises Rejected for an empty text or one that is too long.
        """
        to = read_address(address)
        name = f"@{to.handle}"
        text = storable(draft.text).replace("\r\n", "\n").strip()
        first = NAMED.match(text)
        text = text[first.end() :].strip() if first and first[0].casefold() == name.casefold() else text
        if not text:
            raise Rejected(self._x.name, "preview", "an answer needs words")
        parts = tuple(f"{name} {piece}" for piece in self._pieces(text, name))
        read_by = dict.fromkeys((name, *(found[0] for part in parts for found in NAMED.finditer(part))))
        return Preview(self._x.name, address, "public", parts, recipients=tuple(read_by))

    def _pieces(self, text: str, name: str) -> list[str]:
        most, longest = self._settings.most_parts, self._settings.longest_post
        room = longest - length(f"{name} ")
        pieces = split(text, room, most, length)
        if len(pieces) > most or any(length(piece) > room for piece in pieces):
            posts = f"{most} posts" if most > 1 else "one post"
            said = f"{length(text)} characters do not fit into {posts} of {longest} that names {name}"
            raise Rejected(self._x.name, "preview", said)
        return pieces

    def look(self, preview: Preview) -> Target:
        """Is the post still there, unchanged, the customer's last word to us, and unanswered? Raises ChannelError."""
        to = read_address(preview.address)
        thread = self._thread(to)
        # Last, so that an edit between the two requests is seen.
        listed = self._look(to)
        found = next((post for post, _ in self._read("look", listed) if post.id == to.post), None)
        if found is None:
            return Target(there=False)
        versions = {to.post, to.first, *found.edit_history_tweet_ids}
        newer = (post.first for post, _ in thread if post.author_id == to.author and self._is_to_us(post))
        own = (
            own_post(post, raw, self._settings.handle)
            for post, raw in thread
            if post.author_id == self._x.me and post.reference("replied_to") in versions
        )
        others = tuple(id_ for id_ in newer if id_ != to.first and order(id_) > order(to.post))
        return Target(newer=others, edited=found.latest != to.post, answer=next(own, None))

    def _look(self, to: Address) -> Listed:
        def request(count: int) -> object:
            return self._x.library.get_tweets([to.post], user_auth=self._x.signed, **PLAIN)

        return self._x.posts("look", request, (1, 1), purpose=ANSWER, price=self._x.purse.prices.post)

    def _thread(self, to: Address) -> list[tuple[Post, bytes]]:
        """What the customer and we said there after the post, as far as the search reaches back."""
        query = f"conversation_id:{to.conversation} (from:{to.author} OR from:{self._x.me})"
        since = max(to.post, first_id(clock.now() - SEARCH), key=order)
        listed = self._x.posts(
            "look at the thread",
            lambda count: self._x.library.search_recent_tweets(
                query,
                max_results=count,
                since_id=since,
                sort_order="recency",
                user_auth=self._x.signed,
                **PLAIN,
            ),
            (FOUND, FOUND),
            purpose=ANSWER,
            price=self._x.purse.prices.post,
        )
        return list(self._read("look at the thread", listed))

    def _is_to_us(self, post: Post) -> bool:
        """Will it be heard? A word of theirs to somebody else in the same thread never will."""
        return self._x.me in post.named

    def send(self, part: Part) -> Receipt:
        """Posts the part, in answer to the part before it or to the customer's post. Raises ChannelError."""
        to, library = read_address(part.preview.address), self._x.library
        answered, others = _answered(part), [] if part.before else list(to.others)
        made = self._x.post(
            "send",
            self._price(part, to),
            lambda: library.create_tweet(
                text=part.text,
                in_reply_to_tweet_id=answered,
                exclude_reply_user_ids=others or None,
                user_auth=self._x.signed,
            ),
        )
        return self._receipt(made)

    def _price(self, part: Part, to: Address) -> Decimal:
        prices = self._x.purse.prices
        words = prices.reply if to.summoned and not part.before else prices.create
        return max(words, prices.link) if has_link(part.text) else words

    def _receipt(self, id_: str) -> Receipt:
        return Receipt(id_, moment(id_), link(self._settings.handle, id_))

    def find(self, part: Part, since: datetime) -> Finding:
        """Reads our own posts back, by what they say and what they answer. Raises ChannelError.

        X knows no keys; the words and the place are enough, since it refuses the same words there a second time.
        """
        asked = clock.now()
        for post, _ in self._own("find", since - MARGIN, ANSWER):
            if post.reference("replied_to") == _answered(part) and same_words(post.words, part.text):
                return Found(self._receipt(post.first))
        return missing("our posts", since, asked, LAG + self._settings.timeout_seconds)

    def recent(self, since: datetime) -> Iterator[OwnPost]:
        """Our posts since then, newest first. Raises ChannelError."""
        posts = self._own("recent", since, HEAR)
        return (own_post(post, raw, self._settings.handle) for post, raw in posts if post.created_at >= since)

    def _own(self, operation: str, since: datetime, purpose: str) -> Iterator[tuple[Post, bytes]]:
        """Our own posts since then, newest first. Raises ChannelError."""
        query: dict[str, Any] = {"since_id": first_id(since), "exclude": ["retweets"], "user_auth": self._x.signed}

        def page(below: str) -> tuple[list[tuple[Post, bytes]], str]:
            listed = self._own_page(operation, purpose, {**query, **({"pagination_token": below} if below else {})})
            return list(self._read(operation, listed)), listed.next

        lowest = int(first_id(since))
        return back_to(lowest, page, lambda one: int(one[0].id), (self._x.name, operation))

    def _own_page(self, operation: str, purpose: str, query: dict[str, Any]) -> Listed:
        def request(count: int) -> object:
            return self._x.library.get_users_tweets(self._x.me, max_results=count, **query, **PLAIN)

        sizes = (SMALLEST, max(SMALLEST, PAGE))
        return self._x.posts(operation, request, sizes, purpose=purpose, price=self._x.purse.prices.mention)

    def _read(self, operation: str, listed: Listed) -> Iterator[tuple[Post, bytes]]:
        for entry, raw in listed.entries:
            try:
                yield Post.model_validate(entry), raw
            except ValidationError as error:
                said = f"the answer cannot be read ({error.error_count()} mistakes)"
                raise Temporary(self._x.name, operation, said) from error


class Sender:
    """Answers as the brand's account, each mention where it was said: its reply address tells."""

    def __init__(self, connection: X, settings: Settings) -> None:
        self._posts, self._messages = Posts(connection, settings), Messages(connection, settings)
        self._both = settings.direct_messages

    def _for(self, address: str) -> Posts | Messages:
        return self._messages if message_address(address) else self._posts

    def preview(self, draft: Draft, address: str) -> Preview:
        """The parts as they will be sent; no network. Raises Rejected for what X would refuse."""
        return self._for(address).preview(draft, address)

    def look(self, preview: Preview) -> Target:
        """Is it still there, unchanged, the customer's last word to us, and unanswered? Raises ChannelError."""
        return self._for(preview.address).look(preview)

    def send(self, part: Part) -> Receipt:
        """One remote write. Raises ChannelError; DeliveryUnknown when it may have been accepted."""
        return self._for(part.preview.address).send(part)

    def find(self, part: Part, since: datetime) -> Finding:
        """Is the part there? Raises ChannelError."""
        return self._for(part.preview.address).find(part, since)

    def recent(self, since: datetime) -> Iterator[OwnPost]:
        """Our posts since then, and our messages where those are heard. Raises ChannelError."""
        return chain(self._posts.recent(since), self._messages.recent(since) if self._both else ())


def _answered(part: Part) -> str:
    """The post that a part answers."""
    return part.before[-1].remote_id if part.before else read_address(part.preview.address).post
