"""Answers on Reddit, as the brand's account."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from responders.absence import missing
from responders.reddit_listings import own
from responders.reddit_text import markdown
from responders.reddit_thread import Said, below
from twoway import clock
from twoway.channels.reddit import CHANNEL, Reddit
from twoway.channels.reddit_settings import Settings
from twoway.channels.reddit_things import Address, Comment, Message, Post, closed, own_post, read_address
from twoway.domain import Draft, Finding, Found, OwnPost, Part, Preview, Receipt, Target
from twoway.errors import Gone, Rejected, Temporary
from twoway.text import storable

MARGIN = timedelta(minutes=10)
"""How far Reddit's clock may differ from ours."""


class Sender:
    """Answers as the brand's account."""

    def __init__(self, connection: Reddit, settings: Settings) -> None:
        self._reddit = connection
        self._settings = settings

    def preview(self, draft: Draft, address: str) -> Preview:
        """The answer as it will be posted, in Reddit's Markdown. Raises Rejected for an empty text or a long one."""
        to = read_address(address)
        text = markdown(storable(draft.text).replace("\r\n", "\n").strip())
        if not text:
            raise Rejected(self._reddit.name, "preview", "an answer needs words")
        most = CHANNEL.limits.length or 0
        if len(text) > most:
            raise Rejected(self._reddit.name, "preview", f"{len(text)} characters; Reddit takes {most}")
        return Preview(self._reddit.name, address, to.visibility, (text,), recipients=(to.handle,))

    def look(self, preview: Preview) -> Target:
        """Is it still there, unchanged, the customer's last word to us, and unanswered? Raises ChannelError.

        Rejected where the thread was locked or archived meanwhile: nothing may be written there any more.
        """
        to = read_address(preview.address)
        try:
            thread = below(self._reddit, "look", to.thing, to.link)
        except Gone:
            return Target(there=False)
        # Last, so that an edit between the two requests is seen.
        target = self._target(to, thread)
        if target is None or target.gone:
            return Target(there=False)
        ours = {one.name for one, _ in thread if one.by(self._reddit.me)}
        newer = tuple(one.name for one, _ in thread if self._is_further(one, target, ours))
        answers = (own_post(one, raw) for one, raw in thread if one.parent_id == to.thing and one.by(self._reddit.me))
        return Target(newer=newer, edited=target.version != to.version, answer=next(answers, None))

    def _target(self, to: Address, thread: list[tuple[Said, bytes]]) -> Said | Post | None:
        """What we answer, as it is now; None where it is gone. Raises Rejected where it may not be answered."""
        if to.visibility == "private":
            return next((one for one, _ in thread if one.name == to.thing), None)
        shown = self._reddit.things("look", (to.thing, to.link))
        if not shown:
            raise Temporary(self._reddit.name, "look", "neither the comment nor its thread is shown to us just now")
        target, post = (shown.get(name, (None, b""))[0] for name in (to.thing, to.link))
        post = post if isinstance(post, Post) else None
        if isinstance(target, Comment | Post) and not target.gone and (shut := closed(target, post)):
            raise Rejected(self._reddit.name, "look", shut)
        return target

    def _is_further(self, one: Said, target: Said | Post, ours: set[str]) -> bool:
        """Is it a later word of the customer's to us, so that it will be heard?"""
        theirs = one.by(target.author or "") and one.name != target.name and not one.gone
        to_us = isinstance(one, Message) or one.parent_id in ours or self._named(one.text)
        return theirs and to_us and one.created_utc >= target.created_utc

    def _named(self, text: str) -> bool:
        return f"u/{self._reddit.me.casefold()}" in text.casefold()

    def send(self, part: Part) -> Receipt:
        """Posts the answer. Raises ChannelError."""
        return _receipt(self._reddit.post("send", read_address(part.preview.address).thing, part.text))

    def find(self, part: Part, since: datetime) -> Finding:
        """Reads our own words back, by what they say and what they answer: Reddit keeps no key. Raises ChannelError."""
        asked, to = clock.now(), read_address(part.preview.address)
        for one, _ in own(self._reddit, "find", since - MARGIN, private=to.visibility == "private"):
            if one.parent_id == to.thing and one.text.split() == part.text.split():
                return Found(_receipt(one))
        lag = (CHANNEL.limits.read_back_lag or 0) + self._settings.timeout_seconds
        return missing("our words", since, asked, lag)

    def recent(self, since: datetime) -> Iterator[OwnPost]:
        """Our words since then, public and private ones. Raises ChannelError."""
        listed = (own(self._reddit, "recent", since, private=private) for private in (False, True))
        return (own_post(one, raw) for words in listed for one, raw in words)


def _receipt(said: Said) -> Receipt:
    return Receipt(said.name, said.at, said.url)
