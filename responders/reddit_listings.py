"""Our own words on Reddit, read back."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import ValidationError

from responders.newest_first import back_to
from twoway.channels.reddit import Reddit
from twoway.channels.reddit_things import Comment, Message, Post, read
from twoway.errors import Temporary

PAGE = 100
"""Entries of a page; the most that Reddit gives."""
Said = Comment | Message


def own(reddit: Reddit, operation: str, since: datetime, *, private: bool) -> Iterator[tuple[Said, bytes]]:
    """Our comments, or our messages, since then, newest first, each as received. Raises ChannelError."""
    path, query = ("message/sent/", {}) if private else (f"user/{reddit.me}/comments/", {"sort": "new"})

    def page(below: str) -> tuple[list[tuple[Said, bytes]], str]:
        listed, rest = reddit.page(operation, path, below, PAGE, **query)
        try:
            things = [(read(entry), raw) for entry, raw in listed]
        except ValidationError as error:
            said = f"the answer cannot be read ({error.error_count()} mistakes)"
            raise Temporary(reddit.name, operation, said) from error
        return [(said, raw) for said, raw in things if not isinstance(said, Post)], rest

    return back_to(since, page, lambda one: one[0].at, (reddit.name, operation))
