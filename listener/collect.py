"""Hearing a channel: page after page into the store, each with its cursor; a fault stops the stream, never the desk."""

from collections.abc import Callable, Iterable

import structlog

from twoway.domain import Page
from twoway.errors import AuthFailed, ChannelError, TwowayError
from twoway.ports import Collector
from twoway.store import Store, channels, hearing
from twoway.store.hearing import Kept

log = structlog.get_logger(__name__)


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
    poll. ``heard`` is told after each stored page. Raises StoreError only.
    """
    channel = channels.by_name(store, name)
    if channel.paused_at:
        return False
    found = Kept(0, 0)
    try:
        collector = connect()
        for stream in collector.streams():
            row = channels.stream(store, channel.id, stream)
            pages = collector.collect(stream, None if afresh else row.cursor)
            found = _keep(store, row, pages, found, heard)
    except AuthFailed as error:
        log.warning("channel paused", channel=name, said=error.said)
        channels.pause(store, channel.id, str(error))
    except ChannelError as error:
        channels.erred(store, channel.id, str(error))
    except TwowayError:
        raise
    except Exception as error:  # a bug in one channel must not silence the others; it is loud in its health
        log.exception("collecting failed", channel=name)
        channels.erred(store, channel.id, f"{name}: collect: unexpected {type(error).__name__}: {error}")
    else:
        channels.succeeded(store, channel.id)
    return bool(found.mentions or found.changes)


def _keep(
    store: Store, stream: channels.Stream, pages: Iterable[Page], found: Kept, heard: Callable[[Kept], None]
) -> Kept:
    for page in pages:
        kept = hearing.keep_page(store, stream, page)
        found = Kept(found.mentions + kept.mentions, found.changes + kept.changes)
        heard(kept)
    return found
