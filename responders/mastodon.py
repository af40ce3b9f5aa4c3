"""Answers on Mastodon, as the brand's account."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pydantic import ValidationError

from responders.absence import missing
from responders.newest_first import back_to
from responders.split import split
from twoway import clock
from twoway.channels.mastodon import CHANNEL, Mastodon, Settings
from twoway.channels.mastodon_posts import Address, Status, own_post, read_address
from twoway.channels.mastodon_text import NAMED, length, same_words
from twoway.domain import Draft, Finding, Found, OwnPost, Part, Preview, Receipt, Target
from twoway.errors import Gone, Rejected, Temporary
from twoway.raw import entries, member
from twoway.text import harmless, storable

PAGE = 40
"""Posts of a page; the most that Mastodon gives."""
FOLLOWERS = "+ followers"
"""Who else reads an answer to a post that was for followers only: ours, not the customer's."""
MARGIN = timedelta(hours=1)
"""How far the instance's clock may differ from ours."""


class Sender:
    """Answers as the brand's account."""

    def __init__(self, connection: Mastodon, settings: Settings) -> None:
        self._mastodon = connection
        self._settings = settings

    def preview(self, draft: Draft, address: str) -> Preview:
        """The parts as they will be posted, each naming the customer, who would not hear of it otherwise.

        Only they are named, and whomever the writer names: a post that mentions fifty people must not make us call
        them all. Raises Rejected for an empty text or one too long for all parts.
        """
        to = read_address(address)
        name = f"@{to.handle}"
        text = storable(draft.text).replace("\r\n", "\n").strip()
        first = NAMED.match(text)
        text = text[first.end() :].strip() if first and first[0].casefold() == name.casefold() else text
        if not text:
            raise Rejected(self._mastodon.name, "preview", "an answer needs words")
        # Whoever hides their words behind a warning gets the answer behind one; nobody else does.
        warning = " ".join(harmless(draft.subject).split()) or to.warning if to.warning else ""
        parts = tuple(f"{name} {piece}" for piece in self._pieces(text, name, warning, to))
        read_by = dict.fromkeys((name, *(found[0] for part in parts for found in NAMED.finditer(part))))
        followers = (FOLLOWERS,) if to.scope == "private" else ()
        return Preview(
            self._mastodon.name, address, to.visibility, parts, recipients=(*read_by, *followers), subject=warning
        )

    def _pieces(self, text: str, name: str, warning: str, to: Address) -> list[str]:
        most, measure = CHANNEL.limits.parts, partial(length, warning="", link=to.link)
        room = to.length - length(f"{name} ", warning, to.link)
        pieces = split(text, room, most, measure) if room > 0 else []
        if not pieces or len(pieces) > most or any(measure(piece) > room for piece in pieces):
            said = f"{measure(text)} characters do not fit into {most} posts of {to.length}, each of which names {name}"
            raise Rejected(self._mastodon.name, "preview", said)
        return pieces

    def look(self, preview: Preview) -> Target:
        """Is the post still there, unchanged, the customer's last word to us, and unanswered? Raises ChannelError."""
        to, library = read_address(preview.address), self._mastodon.library
        try:
            context = self._mastodon.ask("look", lambda: library.status_context(to.post))
            # Last, so that an edit between the two requests is seen.
            target = self._mastodon.one(Status, "look", lambda: library.status(to.post))
        except Gone:
            return Target(there=False)
        thread = self._thread(context)
        newer = tuple(post.id for post, _ in thread if post.account.id == target.account.id and self._is_to_us(post))
        own = (own_post(post, raw) for post, raw in thread if post.in_reply_to_id == to.post and self._is_ours(post))
        return Target(newer=newer, edited=target.version != to.version, answer=next(own, None))

    def _thread(self, context: bytes) -> list[tuple[Status, bytes]]:
        """The posts below the one we answer."""
        try:
            listed = entries(member(context, "descendants"))
            return [(Status.model_validate(entry), raw) for entry, raw in listed]
        except (ValueError, KeyError) as error:  # a ValidationError is a ValueError
            raise Temporary(self._mastodon.name, "look", "the thread cannot be read") from error

    def _is_to_us(self, post: Status) -> bool:
        """Will it be heard? A word of theirs to somebody else in the same thread never will."""
        named = any(person.id == self._mastodon.me.id for person in post.mentions)
        return named and post.visibility in self._settings.visibilities

    def _is_ours(self, post: Status) -> bool:
        return post.account.id == self._mastodon.me.id

    def send(self, part: Part) -> Receipt:
        """Posts the part, in answer to the part before it or to the customer's post. Raises ChannelError."""
        to, preview = read_address(part.preview.address), part.preview
        request = partial(
            self._mastodon.library.status_post,
            part.text,
            in_reply_to_id=_answered(part),
            visibility=to.scope,
            spoiler_text=preview.subject or None,
            idempotency_key=part.key,
        )
        return _receipt(self._mastodon.post("send", request))

    def find(self, part: Part, since: datetime) -> Finding:
        """Reads our own posts back, by what they say and what they answer. Raises ChannelError.

        No key is given back, and not every server that speaks this API heeds it; the words and the place are enough,
        since an answer that says the same there would be no second one.
        """
        asked = clock.now()
        for post, _ in self._own("find", since - MARGIN):
            if _is(post, part):
                return Found(_receipt(post))
        lag = (CHANNEL.limits.read_back_lag or 0) + self._settings.timeout_seconds
        return missing("our posts", since, asked, lag)

    def recent(self, since: datetime) -> Iterator[OwnPost]:
        """Our posts since then, newest first. Raises ChannelError."""
        return (own_post(post, raw) for post, raw in self._own("recent", since))

    def _own(self, operation: str, since: datetime) -> Iterator[tuple[Status, bytes]]:
        """Our own posts since then, newest first. Raises ChannelError."""
        library, me = self._mastodon.library, self._mastodon.me.id

        def page(below: str) -> tuple[list[tuple[Status, bytes]], str]:
            query: dict[str, Any] = {"exclude_reblogs": True, "limit": PAGE, "max_id": below or None}
            listed, rest = self._mastodon.page(operation, partial(library.account_statuses, me, **query))
            return self._read(operation, listed), rest

        return back_to(since, page, lambda one: one[0].created_at, (self._mastodon.name, operation))

    def _read(self, operation: str, listed: list[tuple[Any, bytes]]) -> list[tuple[Status, bytes]]:
        try:
            return [(Status.model_validate(entry), raw) for entry, raw in listed]
        except ValidationError as error:
            said = f"the answer cannot be read ({error.error_count()} mistakes)"
            raise Temporary(self._mastodon.name, operation, said) from error


def _answered(part: Part) -> str:
    """The post that a part answers."""
    return part.before[-1].remote_id if part.before else read_address(part.preview.address).post


def _is(post: Status, part: Part) -> bool:
    """Mastodon forgets what a post answered once that was deleted."""
    return post.in_reply_to_id in (_answered(part), None) and same_words(post.own_text, part.text)


def _receipt(post: Status) -> Receipt:
    return Receipt(post.id, post.created_at, post.url or post.uri)
