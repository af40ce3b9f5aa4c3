"""How far Bluesky's conversations were heard.

A conversation in which somebody speaks while the listing is paged back jumps to its top, past where we are. So a way
back of several pages is followed by another from the top, for what has moved meanwhile, until one page is enough; only
then ``high`` moves, down to which the messages of each conversation are read:

    high             seen           below        top
     |-- heard of all but what jumped --|-- to read --|-- stored --|

A conversation that cannot be read while others can is owed: it is tried at each poll, and holds none of them up.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from listener import newest_first
from twoway import clock

MARGIN = timedelta(minutes=1)
"""How much later than its time a message may appear; so far do polls overlap."""


@dataclass(frozen=True, slots=True)
class Cursor(newest_first.Cursor):
    """How far the conversations were heard; ``resume`` is the way back through their listing."""

    seen: str = ""
    """What has not moved since then was read, down to ``high``."""
    owed: dict[str, str] = field(default_factory=dict)
    """Conversations that could not be read, each with the time down to which it is to be."""

    @classmethod
    def beginning(cls, moment: str, *, floor: str = "", since: str = "") -> "Cursor":
        """Everything up to a moment is nobody's business."""
        return cls(floor=floor, since=since, high=moment, seen=moment)

    def low(self, conversation: str) -> str:
        """Down to where the messages of a conversation are read."""
        low = max(self.floor, self.since, _overlap(self.high))
        return min(low, self.owed.get(conversation, low))

    def is_news(self, moved: str) -> bool:
        """Is what moved then to be read?"""
        return moved > _overlap(self.seen)

    def ends(self, moved: list[str]) -> bool:
        """Is the rest of the listing known after a page of what moved then?

        Only if all of it is: that what moved last comes first is not documented. What moved never says nothing.
        """
        return bool(moved) and max(moved) <= self.seen

    @property
    def done(self) -> bool:
        """Is everything heard, but for what is owed?"""
        return self.resume is None and self.seen == self.high

    def onward(self, top: str, rest: str) -> "Cursor":
        """Once a page is stored. ``rest``: how the listing goes on, if there may be news; ``top``: where it began."""
        top = self.resume[0] if self.resume else max(top, self.seen)
        if rest:
            return replace(self, resume=(top, rest))
        return replace(self, resume=None, seen=top, high=self.high if self.resume else top)

    def asked(self, conversations: list[str], owed: dict[str, str]) -> "Cursor":
        """Once these were to be read, and some of them are ``owed``."""
        kept = {name: low for name, low in self.owed.items() if name not in conversations}
        return replace(self, owed=kept | owed)

    def hears(self, at: datetime, low: str) -> bool:
        """Is something said then to be heard, of a conversation that is read down to ``low``?"""
        said = clock.stamp(at)
        return said >= low and self.wants(said, at)


def _overlap(moment: str) -> str:
    return clock.stamp(clock.parse(moment) - MARGIN) if moment else ""
