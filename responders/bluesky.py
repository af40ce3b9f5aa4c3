"""Answers on Bluesky, as the brand's account."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from responders.bluesky_messages import Messages
from responders.newest_first import back_to
from responders.split import split
from twoway import clock
from twoway.channels.bluesky import CHANNEL, Bluesky, Settings
from twoway.channels.bluesky_chat import is_message
from twoway.channels.bluesky_errors import Passed, Taken
from twoway.channels.bluesky_posts import (
    POSTS,
    Did,
    Post,
    Record,
    Ref,
    View,
    millis,
    own_post,
    page_of,
    read_address,
)
from twoway.channels.bluesky_text import BYTES, LENGTH, facets, handles, length, record_key
from twoway.domain import Absent, Draft, Finding, Found, OwnPost, Part, Preview, Receipt, Target
from twoway.errors import Gone, Rejected, Temporary
from twoway.raw import entries, member
from twoway.text import storable

PAGE = 100
"""Posts of a page; the most that Bluesky gives."""
DEPTH = 10
"""Answers to answers that are read of a thread."""
BLOCKED = "our account and its author have blocked each other, or one of them the other"


class _Written(Ref):
    """A record, with what it says."""

    value: Record


class _Resolved(View):
    """Whose handle it is."""

    did: Did


class Sender:
    """Answers as the brand's account."""

    def __init__(self, connection: Bluesky, settings: Settings) -> None:
        self._bluesky = connection
        self._messages = Messages(connection, settings.timeout_seconds, self._dids)

    def preview(self, draft: Draft, address: str) -> Preview:
        """The parts as they will be posted; the network tells the customer, who need not be named.

        Raises Rejected for an empty text or one too long for all parts.
        """
        if is_message(address):
            return self._messages.preview(draft, address)
        to, most = read_address(address), CHANNEL.limits.parts
        text = storable(draft.text).replace("\r\n", "\n").strip()
        if not text:
            raise Rejected(self._bluesky.name, "preview", "an answer needs words")
        parts = split(text, LENGTH, most, length)
        if len(parts) > most or any(length(part) > LENGTH for part in parts):
            said = f"{length(text)} characters do not fit into {most} posts of {LENGTH} characters or {BYTES} bytes"
            raise Rejected(self._bluesky.name, "preview", said)
        read_by = dict.fromkeys((to.handle, *(name for part in parts for name in handles(part))))
        recipients = tuple(f"@{name}" for name in read_by)
        return Preview(self._bluesky.name, address, "public", tuple(parts), recipients=recipients)

    def look(self, preview: Preview) -> Target:
        """Is the post still there, unchanged, the customer's last word to us, and unanswered?

        Raises Rejected where our account may not answer it, or no longer, and other ChannelErrors.
        """
        if is_message(preview.address):
            return self._messages.look(preview)
        to, me = read_address(preview.address), self._bluesky.me
        thread = self._thread(to.uri)
        if thread is None:
            return Target(there=False)
        target = next((post for post, _ in thread if post.uri == to.uri), None)
        if target is None or target.closed:
            raise Rejected(self._bluesky.name, "look", target.closed if target else BLOCKED)
        below = [(post, raw) for post, raw in thread if post is not target]
        # A word of theirs to somebody else in the same thread will never be heard.
        newer = (post.uri for post, _ in below if post.author.did == to.author and post.is_to(me))
        own = (own_post(post, raw) for post, raw in below if post.author.did == me and post.parent == to.uri)
        return Target(newer=tuple(newer), edited=target.cid != to.cid, answer=next(own, None))

    def _thread(self, uri: str) -> list[tuple[Post, bytes]] | None:
        """A post and those below it that are shown to us; None where it is gone."""
        try:
            body = self._bluesky.get("look", "app.bsky.feed.getPostThread", uri=uri, depth=DEPTH, parentHeight=0)
        except Gone:
            return None
        try:
            thread = member(body, "thread")
            return None if json.loads(thread).get("notFound") else list(_posts(thread))
        except (ValueError, KeyError, AttributeError, RecursionError) as error:
            raise Temporary(self._bluesky.name, "look", "the thread cannot be read") from error

    def send(self, part: Part) -> Receipt:
        """Posts the part, in answer to the part before it or to the customer's post. Raises ChannelError.

        Its record has a key of its own and is written only where none has that key: a second time changes nothing.
        A direct message has none; see `Messages.find`.
        """
        if is_message(part.preview.address):
            return self._messages.send(part)
        body = {
            "repo": self._bluesky.me,
            "collection": POSTS,
            "rkey": _key(part),
            "record": self._record(part),
            "swapRecord": None,
        }
        try:
            written = self._bluesky.write(Ref, "send", "com.atproto.repo.putRecord", body)
        except Taken:
            return _receipt(self._kept("send", _key(part)))
        return Receipt(written.uri, clock.now(), page_of(written.uri))

    def _record(self, part: Part) -> dict[str, Any]:
        to = read_address(part.preview.address)
        parent = {"uri": to.uri, "cid": to.cid}
        if part.before:
            before = self._kept("send", part.before[-1].remote_id.rpartition("/")[2])
            parent = {"uri": before.uri, "cid": before.cid}
        marked = facets(part.text, self._dids(handles(part.text)))
        return {
            "$type": POSTS,
            "text": part.text,
            "createdAt": millis(clock.now()),
            "reply": {"root": {"uri": to.root_uri, "cid": to.root_cid}, "parent": parent},
            **({"facets": marked} if marked else {}),
        }

    def _dids(self, named: list[str]) -> dict[str, str]:
        """Who the writer names; whom nobody knows stays plain text."""
        found = {}
        for handle in named:
            try:
                person = self._bluesky.one(_Resolved, "send", "com.atproto.identity.resolveHandle", handle=handle)
            except (Gone, Passed):
                continue
            found[handle] = person.did
        return found

    def _kept(self, operation: str, key: str) -> _Written:
        """One of our own records, from our own server. Raises Gone where there is none of that key."""
        query = {"repo": self._bluesky.me, "collection": POSTS, "rkey": key}
        return self._bluesky.one(_Written, operation, "com.atproto.repo.getRecord", **query)

    def find(self, part: Part, since: datetime) -> Finding:
        """Reads the record of the part's key back. Raises ChannelError.

        Our own server shows at once what it has taken, and what it has not it may still get: it is written once.
        """
        if is_message(part.preview.address):
            return self._messages.find(part, since)
        try:
            return Found(_receipt(self._kept("find", _key(part))))
        except Gone:
            return Absent("our account has no record of the part's key")

    def recent(self, since: datetime) -> Iterator[OwnPost]:
        """Our posts since then, and our direct messages where they are heard. Raises ChannelError."""
        yield from self._posts(since)
        if self._bluesky.direct_messages:
            yield from self._messages.recent(since)

    def _posts(self, since: datetime) -> Iterator[OwnPost]:
        """Newest first; a page that is older throughout is the last."""
        query = {"actor": self._bluesky.me, "filter": "posts_with_replies", "limit": PAGE}

        def page(below: str) -> tuple[list[tuple[Post, bytes]], str]:
            more = {"cursor": below} if below else {}
            listed, rest = self._bluesky.listing("recent", "app.bsky.feed.getAuthorFeed", "feed", **query, **more)
            return [self._read(raw) for _, raw in listed], rest

        listed = back_to(since, page, lambda one: one[0].said_at, (self._bluesky.name, "recent"))
        return (own_post(post, raw) for post, raw in listed if post.author.did == self._bluesky.me)

    def _read(self, entry: bytes) -> tuple[Post, bytes]:
        try:
            raw = member(entry, "post")
            return Post.model_validate_json(raw), raw
        except (ValueError, KeyError) as error:  # a ValidationError is a ValueError
            raise Temporary(self._bluesky.name, "recent", "an entry of the answer cannot be read") from error


def _posts(node: bytes) -> Iterator[tuple[Post, bytes]]:
    """The posts of a thread, each before its answers; what is hidden or cannot be read is left out."""
    found = json.loads(node)
    if "post" not in found:
        return
    raw = member(node, "post")
    try:
        yield Post.model_validate_json(raw), raw
    except ValidationError:
        return
    if found.get("replies"):
        for _, below in entries(member(node, "replies")):
            yield from _posts(below)


def _key(part: Part) -> str:
    """The key of a part's record."""
    return record_key(clock.parse(read_address(part.preview.address).said_at), part.key)


def _receipt(written: _Written) -> Receipt:
    return Receipt(written.uri, written.value.said_at(clock.now()), page_of(written.uri))
