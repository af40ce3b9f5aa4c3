"""What stands below a comment, a post or a message."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from twoway.channels.reddit import Reddit, children
from twoway.channels.reddit_things import Comment, Message, read
from twoway.errors import Temporary
from twoway.raw import entries, member
from twoway.text import one_line

MOST = 500
"""Comments of a thread that are shown at once; the newest ones."""
Said = Comment | Message


def below(reddit: Reddit, operation: str, thing: str, link: str) -> list[tuple[Said, bytes]]:
    """All that is shown below a thing, with the bytes it came in, itself too where it is no post. Raises ChannelError.

    ``link`` is the post of its thread, or the message that began the conversation.
    """
    kind, _, id_ = thing.partition("_")
    root = link.partition("_")[2]
    try:
        if kind == "t4":
            return list(_walk(reddit.get(operation, f"message/messages/{root}/", mark="false")))
        where = {"comment": id_, "context": "0"} if kind == "t1" else {}
        body = reddit.get(operation, f"comments/{root}/", sort="new", limit=MOST, threaded="true", **where)
        _, (_, comments) = entries(body)
        return list(_walk(comments))
    except (ValueError, KeyError, RecursionError) as error:  # a ValidationError is a ValueError
        said = f"the thread cannot be read: {one_line(str(error))}"
        raise Temporary(reddit.name, operation, said) from error


def _walk(listing: bytes) -> Iterator[tuple[Said, bytes]]:
    waiting = [listing]
    while waiting:
        for entry, raw in children(waiting.pop())[0]:
            said = _read(entry)
            if said is None:
                continue
            yield said, raw
            if said.replies:
                waiting.append(member(member(raw, "data"), "replies"))


def _read(entry: Any) -> Said | None:
    """None for what only stands for further comments."""
    try:
        found = read(entry)
    except ValidationError:
        return None
    return found if isinstance(found, Comment | Message) else None
