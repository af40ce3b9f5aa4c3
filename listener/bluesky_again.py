"""What became of kept mentions: Bluesky tells nobody of a deletion, so they are looked up again; see `listener.again`.

Its own apps edit nothing, but an author's server lets a record be replaced, and the network shows the new words: the
hash of a post says so.
"""

import random
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from twoway import clock
from twoway.channels.bluesky import Bluesky
from twoway.channels.bluesky_errors import Passed
from twoway.channels.bluesky_posts import POSTS, Address, Post, Profile, Uri
from twoway.domain import Change, Deleted, Edited
from twoway.errors import Gone

BATCH = 25
"""Posts or people that one request may ask for."""
REQUESTS = 15
"""That one poll may spend on looking up."""
SINGLY = 5
"""Of a batch, that may be asked for by name: what many hide by a block must not use up every poll's share."""
RESERVE = 500
"""Requests that are left alone, of the 3,000 that Bluesky's servers grant in five minutes."""
Shown = dict[str, tuple[Post, bytes]]
M = TypeVar("M", bound=BaseModel)
_URI: TypeAdapter[str] = TypeAdapter(Uri)


class Again:
    """Looks posts up, for one poll."""

    batch = BATCH

    def __init__(self, connection: Bluesky) -> None:
        self._bluesky = connection
        self._spent = 0

    def may_ask(self) -> bool:
        """Within this poll's share, and with enough left for hearing and answering."""
        left = self._bluesky.left
        return self._spent < REQUESTS and (left is None or left > RESERVE)

    def changes(self, ids: list[str]) -> Iterator[Change]:
        """Edits; and deletions, asked for by name: a block hides a post as if it were gone.

        Direct messages, and mentions that were imported, are not among what can be looked up.
        """
        if not self.may_ask():
            return
        uris = [id_ for id_ in ids if _is_uri(id_)]
        if not uris:
            self._spent += 1  # nothing to ask, but a poll must not walk through all that is kept either
        found = self.many(uris)
        for uri in found:
            yield from self._edited(*found[uri])
        hidden = [uri for uri in uris if uri not in found]
        # Any of them, so that none waits for ever behind those that stay hidden.
        for uri in random.sample(hidden, min(SINGLY, len(hidden))):
            if self.may_ask():
                yield from self._one(uri)

    def newest(self) -> Shown:
        """The newest kept posts that still stand; they may lie below many direct messages."""
        kept = self._bluesky.memory.standing(0, BATCH * REQUESTS)
        return self.many([id_ for _, id_ in kept if _is_uri(id_)][:BATCH])

    def many(self, uris: list[str]) -> Shown:
        """Those of these posts that are shown to us, with their bytes; what cannot be read is left out."""
        found: Shown = {}
        for part in _parts(uris):
            self._spent += 1
            listed, _ = self._bluesky.listing("look up", "app.bsky.feed.getPosts", "posts", uris=part)
            found.update(_readable(listed))
        return found

    def _edited(self, post: Post, raw: bytes) -> Iterator[Change]:
        """The edit of a post, if there was one; of those heard before this login's time the store knows."""
        if self._bluesky.hashes.get(post.uri) != post.cid:
            self._bluesky.remember(post.uri, post.cid)
            yield Edited(post.uri, post.record.words, clock.now(), raw, "" if post.closed else Address.of(post))

    def _one(self, uri: str) -> Iterator[Change]:
        self._spent += 1
        did, key = uri.split("/")[2], uri.rpartition("/")[2]
        try:
            self._bluesky.get("look up", "com.atproto.repo.getRecord", repo=did, collection=POSTS, rkey=key)
        except (Gone, Passed):  # the record, or the whole account
            yield Deleted(uri, clock.now())


def profiles(connection: Bluesky, dids: list[str]) -> dict[str, Profile]:
    """These people, as their profiles tell of them."""
    found: dict[str, Profile] = {}
    for part in _parts(dids):
        listed, _ = connection.listing("people", "app.bsky.actor.getProfiles", "profiles", actors=part)
        for entry, _ in listed:
            person = _read(Profile, entry)
            if person:
                found[person.did] = person
    return found


def _parts(names: list[str]) -> Iterator[list[str]]:
    """Each name once, in parts that one request takes."""
    once = list(dict.fromkeys(names))
    return (once[at : at + BATCH] for at in range(0, len(once), BATCH))


def _readable(listed: list[tuple[Any, bytes]]) -> Iterator[tuple[str, tuple[Post, bytes]]]:
    for entry, raw in listed:
        post = _read(Post, entry)
        if post:
            yield post.uri, (post, raw)


def _read(model: type[M], entry: Any) -> M | None:
    try:
        return model.model_validate(entry)
    except ValidationError:
        return None


def _is_uri(id_: str) -> bool:
    """Mentions that were imported may have any id."""
    try:
        return bool(_URI.validate_python(id_))
    except ValidationError:
        return False
