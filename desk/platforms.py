"""The desk's record against what its platforms list in its name."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from desk.wiring import Desk
from listener.collect import collect_once
from responders.readback import Comparison, compare
from twoway.store import channels


def comparisons(desk: Desk, since: datetime, watch: Callable[[str], Callable[[], None]]) -> Iterator[Comparison]:
    """Every channel that is switched on, in turn. ``watch`` is told its name; what it gives is told of each post."""
    for name in desk.names:
        row = channels.by_name(desk.store, name)
        yield compare(
            desk.store, row, partial(desk.sender, name), since, hear=partial(_hear, desk, name), seen=watch(name)
        )


def _hear(desk: Desk, name: str) -> str:
    """Poll a channel, as ever; what its health says afterwards, where it is not well."""
    collect_once(desk.store, name, partial(desk.collector, name), standing=partial(desk.standing, name))
    row = channels.by_name(desk.store, name)
    return f"paused: {row.paused_reason}" if row.paused_at else row.last_error or ""
