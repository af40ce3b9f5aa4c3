"""The literal table of channels; packages outside this one add theirs through the entry point group."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from twoway.channel import Channel, load
from twoway.errors import NotFound

CHANNELS: Mapping[str, str] = {
    "square": "twoway.channels.square:CHANNEL",
    "mail": "twoway.channels.mail:CHANNEL",
    "mastodon": "twoway.channels.mastodon:CHANNEL",
    "bluesky": "twoway.channels.bluesky:CHANNEL",
    "reddit": "twoway.channels.reddit:CHANNEL",
    "x": "twoway.channels.x:CHANNEL",
    "log": "twoway.channels.log:CHANNEL",
    "feed": "twoway.channels.feed:CHANNEL",
    "webform": "twoway.channels.webform:CHANNEL",
}

GROUP = "twoway.channels"


@cache
def paths() -> dict[str, str]:
    """Every known kind and where it is found; a kind of our own is never replaced from outside."""
    foreign = {point.name: point.value for point in entry_points(group=GROUP)}
    return {**foreign, **CHANNELS}


@cache
def channel(kind: str) -> Channel:
    """The channel of that kind. Raises NotFound, naming the kinds there are, or what is wrong with its package."""
    path = paths().get(kind)
    if path is None:
        raise NotFound(f"there is no channel kind {kind!r}; there are {', '.join(sorted(paths()))}")
    try:
        found = load(path)
    except (ImportError, AttributeError) as error:
        raise NotFound(f"the channel kind {kind!r} cannot be loaded from {path}: {error}") from error
    if not isinstance(found, Channel):
        raise NotFound(f"the channel kind {kind!r} cannot be loaded: {path} is no twoway.channel.Channel")
    return found
