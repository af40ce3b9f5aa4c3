"""What was said on Reddit, as the desk hears it."""

from twoway.channels.log import HandAddress
from twoway.channels.reddit_things import (
    Address,
    Comment,
    Message,
    Post,
    Thing,
    author_of,
    closed,
    thread_of,
    visibility,
)
from twoway.domain import Attachment, Mention, MentionKind
from twoway.text import one_line, storable

ROBOTS = frozenset({"automoderator", "reddit"})


def mention(said: Thing, raw: bytes, thread: Post | None = None, *, found: bool = False) -> Mention:
    """A comment, a post or a message; ``thread`` is the post that a comment stands under, as it is now.

    A post that is no text shows something: its link is the attachment, its title the words.
    """
    shut = "" if isinstance(said, Message) else closed(said, thread)
    parent = "" if isinstance(said, Post) else said.parent_id
    return Mention(
        id=said.name,
        author=author_of(said),
        text=said.text,
        created_at=said.at,
        address=HandAddress("public", said.url, said.name).written() if shut else Address.of(said),
        visibility=visibility(said.name),
        raw=raw,
        reference=said.name,
        replies_to=(parent,) if parent else (),
        thread=thread_of(said),
        kind=_kind(said),
        route="hand" if shut else "api",
        route_reason=shut,
        title=_title(said),
        quoted=thread.about if thread else said.about if isinstance(said, Post) else "",
        url=said.url,
        attachments=_shown(said),
        found=found,
        edited_at=None if isinstance(said, Message) else said.edited_at,
    )


def _kind(said: Thing) -> MentionKind:
    robot = (said.author or "").casefold() in ROBOTS or said.distinguished == "admin"
    return "automatic" if robot else "message"


def _title(said: Thing) -> str:
    if isinstance(said, Comment):
        return ""
    return storable(said.title if isinstance(said, Post) else said.subject)


def _shown(said: Thing) -> tuple[Attachment, ...]:
    if not isinstance(said, Post) or said.is_self or not said.link:
        return ()
    return (Attachment(one_line(said.link, 1_000), said.post_hint, 0),)
