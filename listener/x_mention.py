"""A post on X as the desk hears it."""

from typing import Any

from twoway.channels.log import HandAddress
from twoway.channels.x import X
from twoway.channels.x_posts import Address, Listed, Media, Post, User, link
from twoway.channels.x_route import by_hand, summoned
from twoway.domain import Attachment, Author, Edited, Mention, Visibility
from twoway.text import one_line, storable

_NO_LANGUAGE = ("und", "zxx", "art", "qam", "qct", "qht", "qme", "qst")
"""X's names for posts without words, with only links, and the like."""


def position(entry: Any) -> str:
    """The id of a listing's entry, even of one that cannot be read otherwise: nothing may hold a stream up."""
    found = entry.get("id") if isinstance(entry, dict) else None
    return found if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < 20 else ""


def mention(post: Post, raw: bytes, listed: Listed, x: X, *, searched: bool) -> Mention:
    """Whichever version of a post it is, it is the same mention. ``searched``: a search came upon it."""
    author = listed.users.get(post.author_id) or User(id=post.author_id, username="")
    where = link(author.username or "i", post.first)
    reason = by_hand(post, listed, x.me, x.settings.tier)
    visibility: Visibility = "private" if author.protected else "public"
    called = summoned(post, listed, x.me)
    quoted = listed.quoted.get(post.reference("quoted"))
    answered = post.reference("replied_to")
    by_person = HandAddress(visibility, where, post.latest)
    return Mention(
        id=post.first,
        author=author_of(author),
        text=post.words,
        created_at=post.created_at,
        address=by_person.written() if reason else _address(post, author, x, called=called).written(),
        visibility=visibility,
        raw=raw,
        reference=post.first,
        replies_to=(answered,) if answered else (),
        # The same person in the same thread: below a post of ours hundreds may answer.
        thread=f"{post.conversation_id or post.first}:{post.author_id}",
        participants=_others(post, x.me),
        route="hand" if reason else "api",
        route_reason=reason,
        quoted=quoted.words if quoted else "",
        url=where,
        language="" if post.lang in _NO_LANGUAGE else post.lang,
        attachments=tuple(picture(listed.media[key]) for key in post.attachments.media_keys if key in listed.media),
        found=searched and not called,
    )


def edit(post: Post, raw: bytes, said: Mention) -> Edited:
    """That a post now says something else."""
    return Edited(post.first, said.text, post.created_at, raw, said.address, said.route, said.route_reason)


def author_of(user: User) -> Author:
    """A person; of one whom X does not name nothing but the number is known."""
    handle = f"@{user.username}" if user.username else user.id
    page = f"https://x.com/{user.username}" if user.username else f"https://x.com/i/user/{user.id}"
    return Author(user.id, handle, storable(user.name), page, user.public_metrics.followers_count)


def _address(post: Post, author: User, x: X, *, called: bool) -> Address:
    return Address(
        post=post.latest,
        first=post.first,
        conversation=post.conversation_id or post.first,
        author=post.author_id,
        handle=author.username,
        others=_others(post, x.me),
        summoned=called,
    )


def _others(post: Post, me: str) -> tuple[str, ...]:
    return tuple(id_ for id_ in post.named if id_ not in (me, post.author_id))


def picture(media: Media) -> Attachment:
    """A picture by its link and by the words for those who cannot see it; its size is not told."""
    return Attachment(one_line(f"{media.url or media.preview_image_url} {media.alt_text}", 1_000), media.type, 0)
