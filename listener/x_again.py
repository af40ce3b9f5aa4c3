"""What became of kept mentions: X tells nobody of an edit or a deletion, and wants deletions followed within a day.

Each kept mention is looked up once in a round of twenty hours, the newest first. Each costs: a round waits where its
part of the month's money is used up; what it would never reach is forgotten first (`twoway.ports.Bounded`).
"""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from listener.x_mention import edit, mention
from twoway import clock
from twoway.channels.x import X
from twoway.channels.x_messages import MARK
from twoway.channels.x_money import AGAIN, ROUND, Unaffordable
from twoway.channels.x_posts import FIELDS, PLAIN, Listed, Post, moment
from twoway.domain import Change, Deleted, Page

BATCH = 100
"""Posts that one request may ask for."""
DONE = "done"


class Again:
    """Looks kept mentions up."""

    def __init__(self, connection: X) -> None:
        self._x = connection

    def pages(self, written: str | None) -> Iterator[Page]:
        """Changes; the cursor names the round, and the number below which it goes on. Raises ChannelError."""
        this = str(int(clock.now().timestamp() // ROUND.total_seconds()))
        begun, _, rest = (written or "").partition(":")
        below = rest if begun == this else "0"
        while below != DONE:
            batch = self._x.memory.standing(int(below) if below.isdecimal() else 0, BATCH)
            posts = [entry for entry in batch if not entry[1].startswith(MARK)]  # a message cannot be looked up so
            try:
                looked, changes = self._look([id_ for _, id_ in posts])
            except Unaffordable:
                return
            done = posts[looked - 1 : looked] if looked < len(posts) else batch[-1:]
            below = str(done[0][0]) if done else DONE
            yield Page(f"{this}:{below}", changes=tuple(changes))

    def _look(self, ids: list[str]) -> tuple[int, list[Change]]:
        """How many of them were looked up, as far as there is money, and what became of those."""
        if not ids:
            return 0, []
        asked: list[str] = []
        listed = self._lookup(ids, PLAIN, asked)
        # It may have been gone since the last round, and its words have to be gone within a day.
        seen = clock.now() - ROUND
        changes: list[Change] = [Deleted(id_, max(seen, moment(id_))) for id_ in listed.missing if id_ in asked]
        newer = [post.latest for post, _ in _posts(listed) if post.latest != post.id]
        if newer:
            try:
                edited = self._lookup(newer, FIELDS, [])
            except Unaffordable:
                return len(asked), changes  # what is gone goes now; what was edited waits for the next round
            for post, raw in _posts(edited):
                changes.append(edit(post, raw, mention(post, raw, edited, self._x, searched=True)))
        return len(asked), changes

    def _lookup(self, ids: list[str], fields: Mapping[str, list[str]], asked: list[str]) -> Listed:
        def request(count: int) -> object:
            asked[:] = ids[:count]
            return self._x.library.get_tweets(ids[:count], user_auth=self._x.signed, **fields)

        price = self._x.purse.prices.post
        along = "expansions" in fields
        return self._x.posts("look again", request, (1, len(ids)), purpose=AGAIN, price=price, along=along)


def _posts(listed: Listed) -> Iterator[tuple[Post, bytes]]:
    """Those that can be read; what cannot still stands."""
    for entry, raw in listed.entries:
        try:
            yield Post.model_validate(entry), raw
        except ValidationError:
            continue
