"""Hearing a channel: page after page into the store, each with its cursor; a fault stops the stream, never the desk."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import structlog

from twoway.errors import AuthFailed, ChannelError, StoreError
from twoway.ports import Collector
from twoway.store import Store, channels, hearing
from twoway.store.channels import ChannelRow
from twoway.store.hearing import Kept

log = structlog.get_logger(__name__)
Result = TypeVar("Result")


def collect_once(
    store: Store,
    name: str,
    connect: Callable[[], Collector],
    *,
    afresh: bool = False,
    heard: Callable[[Kept], None] = lambda kept: None,
) -> bool:
    """Read every stream of a channel up to now; whether anything was heard.

    ``afresh`` reads from the collector's own beginning (a backfill) in place of the cursors; what is known is passed
    over, and the cursors end where they would have ended.

    A refused login pauses the channel and alerts; any other fault is shown in its health and tried again at the next
    poll, and the other streams are read all the same. ``heard`` is told after each stored page. Raises StoreError only.
    """
    channel = channels.by_name(store, name)
    if channel.paused_at:
        return False
    news: list[Kept] = []

    def note(kept: Kept) -> None:
        news.append(kept)
        heard(kept)

    reached, streams = _attempt(store, channel, lambda: _streams(connect))
    read = [
        _attempt(store, channel, partial(_read, store, channel.id, collector, stream, afresh, note))[0]
        for collector, stream in streams or []
    ]
    if reached and all(read):
        channels.succeeded(store, channel.id)
    return any(kept.mentions or kept.changes for kept in news)


def _streams(connect: Callable[[], Collector]) -> list[tuple[Collector, str]]:
    collector = connect()
    return [(collector, stream) for stream in collector.streams()]


def _attempt(store: Store, channel: ChannelRow, work: Callable[[], Result]) -> tuple[bool, Result | None]:
    """Whether it went well, and what came of it. A paused channel is left alone; what fails is written down."""
    if channels.by_name(store, channel.name).paused_at:
        return False, None
    try:
        return True, work()
    except AuthFailed as error:
        log.warning("channel paused", channel=channel.name, said=error.said)
        channels.pause(store, channel.id, str(error))
    except ChannelError as error:
        channels.erred(store, channel.id, str(error))
    except StoreError:
        raise
    except Exception as error:  # a bug in one channel must not silence the others; it is loud in its health
        log.exception("collecting failed", channel=channel.name)
        channels.erred(store, channel.id, f"{channel.name}: collect: unexpected {type(error).__name__}: {error}")
    return False, None


def _read(
    store: Store, channel: int, collector: Collector, name: str, afresh: bool, note: Callable[[Kept], None]
) -> None:
    stream = channels.stream(store, channel, name)
    for page in collector.collect(name, None if afresh else stream.cursor):
        note(hearing.keep_page(store, stream, page))
