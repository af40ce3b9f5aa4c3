"""Hearing a channel: page after page into the store, each with its cursor; a fault stops the stream, never the desk."""

from collections.abc import Callable

import structlog

from twoway.errors import AuthFailed, ChannelError, TwowayError
from twoway.ports import Collector
from twoway.store import Store, channels, hearing
from twoway.store.hearing import Kept

log = structlog.get_logger(__name__)


def collect_once(
    store: Store, name: str, connect: Callable[[], Collector], heard: Callable[[Kept], None] = lambda kept: None
) -> bool:
    """Read every stream of a channel up to now; whether anything was heard.

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
            found = _read(store, collector, channels.stream(store, channel.id, stream), found, heard)
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


def _read(
    store: Store, collector: Collector, stream: channels.Stream, found: Kept, heard: Callable[[Kept], None]
) -> Kept:
    for page in collector.collect(stream.name, stream.cursor):
        kept = hearing.keep_page(store, stream, page)
        found = Kept(found.mentions + kept.mentions, found.changes + kept.changes)
        heard(kept)
    return found
