"""Hearing a channel: page after page into the store, each with its cursor; a fault stops the stream, never the desk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog

from twoway import clock
from twoway.domain import Standing
from twoway.errors import AuthFailed, ChannelError, RateLimited, StoreError
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
    standing: Callable[[], Standing | None] = lambda: None,
) -> bool:
    """Read every stream of a channel up to now; whether anything was heard.

    ``afresh`` reads from the collector's own beginning (a backfill) in place of the cursors; what is known is passed
    over, and the cursors end where they would have ended.

    A refused login pauses the channel and alerts; any other fault is shown in its health and tried again at the next
    poll, and the other streams are read all the same. A platform that says when it may be asked again is not asked
    before; where that concerns one stream alone, the others are. What concerns one stream alone is no outage of the
    platform, unless nothing at all could be read. ``heard`` is told after each stored page; how the account stands is
    asked of ``standing`` at the end, and kept. Raises StoreError only.
    """
    channel = channels.by_name(store, name)
    if channel.paused_at or channel.waits(clock.now()):
        return False
    poll, news = _Poll(store, channel), list[Kept]()

    def note(kept: Kept) -> None:
        news.append(kept)
        heard(kept)

    streams = poll.attempt(lambda: _streams(connect)) or []
    read = [poll.attempt(partial(_read, store, channel.id, *stream, afresh, note)) for stream in streams]
    unread = [name for (_, name), done in zip(streams, read, strict=True) if not done]
    if poll.said and poll.up and not any(read):  # a login's limit, the only stream: to the desk it is an outage
        channels.erred(store, channel.id, poll.said)
    account = poll.attempt(standing)
    channels.polled(
        store,
        channel.id,
        well=poll.well,
        up=poll.up and any(read),
        begun=all(channels.stream(store, channel.id, name).cursor for name in unread),
        retry_at=poll.retry_at,
        standing=account,
    )
    return any(kept.mentions or kept.changes for kept in news)


def _streams(connect: Callable[[], Collector]) -> list[tuple[Collector, str]]:
    collector = connect()
    return [(collector, stream) for stream in collector.streams()]


@dataclass
class _Poll:
    """How one poll goes."""

    store: Store
    channel: ChannelRow
    well: bool = True
    """Nothing failed."""
    up: bool = True
    """Nothing failed but single streams, for reasons of their own."""
    said: str = ""
    """What a platform said last of what failed."""
    retry_at: datetime | None = None
    """When the platform may be asked again, if it said so."""

    def attempt(self, work: Callable[[], Result]) -> Result | None:
        """What came of it. A paused channel is left alone; what fails is written down."""
        if channels.by_name(self.store, self.channel.name).paused_at:
            self.well = self.up = False
            return None
        try:
            return work()
        except AuthFailed as error:
            log.warning("channel paused", channel=self.channel.name, said=error.said)
            channels.pause(self.store, self.channel.id, str(error))
        except ChannelError as error:
            if isinstance(error, RateLimited) and not error.alone:
                self.retry_at = max(error.retry_at, self.retry_at or error.retry_at)
            self.said = str(error)
            channels.erred(self.store, self.channel.id, self.said, alone=error.alone)
            self.well, self.up = False, self.up and error.alone
            return None
        except StoreError:
            raise
        except Exception as error:  # a bug in one channel must not silence the others; it is loud in its health
            log.exception("collecting failed", channel=self.channel.name)
            said = f"{self.channel.name}: collect: unexpected {type(error).__name__}: {error}"
            channels.erred(self.store, self.channel.id, said)
        self.well = self.up = False
        return None


def _read(
    store: Store, channel: int, collector: Collector, name: str, afresh: bool, note: Callable[[Kept], None]
) -> bool:
    """True, once it is read."""
    stream = channels.stream(store, channel, name)
    for page in collector.collect(name, None if afresh else stream.cursor):
        note(hearing.keep_page(store, stream, page))
    return True
