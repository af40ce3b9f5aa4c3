"""What the contract suite asks of a channel's set-up, so that a further channel is one more file here."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from twoway.domain import Change, Deleted, Edited, Malformed, Mention, Page
from twoway.ports import Collector, Sender


class Rig(Protocol):
    """One channel with its platform behind it, and somebody to play the customer."""

    can: frozenset[str]
    """Any of these words:

    ``history``  gives what was there before the channel was set up
    ``edit``, ``delete``  a customer can
    ``private``, ``public``  kinds of conversation
    ``api`` or ``hand``  answered by a program, or by a person
    ``look``  shows whether a post is gone, edited, or not the customer's last word
    ``answers``  shows answers of ours at once, also those made elsewhere
    ``lists`` or ``unlisted``  lists at once what stands there in our name, or cannot list it
    ``found``  finds a part that was sent
    ``key``  shows a part's key with every post of ours; ``keyless``: never shows it
    ``absent``  absence can be told at once
    ``doubt``  a connection can be dropped while sending
    ``outage``  its ``platform.faults`` can be ordered to fail everything, with its ``settings`` for a whole desk
    ``pushed``  is told of what customers say, and logs in only to answer
    """
    page_size: str
    """Where the collector keeps how many entries a page has: ``listener.square.PAGE``."""
    secret: str
    """The password or token in use; no error may show it. Empty: there is none."""
    name: str

    def collector(self, since: datetime | None = None) -> Collector:
        """A fresh half for hearing, as after a restart."""

    def sender(self) -> Sender:
        """A fresh half for answering."""

    def say(self, customer: str, text: str, *, private: bool = False, reply_to: str = "") -> str:
        """A customer says something to the brand; how the platform calls it."""

    def heard_as(self, said: str) -> str:
        """The mention's id of what ``say`` returned."""

    def edit(self, customer: str, said: str, text: str) -> None:
        """The customer changes it."""

    def delete(self, customer: str, said: str) -> None:
        """The customer takes it back."""

    def answer_elsewhere(self, said: str, text: str) -> None:
        """Somebody answers for the brand without the desk."""

    def drop_next_send(self, *, accepted: bool) -> None:
        """The next write loses its connection, after or before the platform took it."""

    def refuse_login(self) -> None:
        """From now on the login is refused."""

    def in_our_name(self, expected: int) -> list[str]:
        """What really stands there in the brand's name, oldest first; may wait until there are that many."""


@dataclass
class Memory:
    """What a collector is given to ask; empty until a desk keeps something."""

    desk: "Desk | None" = None

    def standing(self, below: int, limit: int) -> list[tuple[int, str]]:
        """What the desk keeps."""
        return self.desk.standing(below, limit) if self.desk else []


@dataclass
class Desk:
    """A store as small as can be: cursors move with what was heard, nothing is kept twice."""

    rig: Rig
    since: datetime | None = None
    cursors: dict[str, str] = field(default_factory=dict)
    mentions: dict[str, Mention] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    malformed: dict[str, Malformed] = field(default_factory=dict)
    pages: int = 0

    def __post_init__(self) -> None:
        # A collector that looks kept mentions up again asks whoever keeps them; its rig stands between.
        memory = getattr(self.rig, "memory", None)
        if memory:
            memory.desk = self

    def standing(self, below: int, limit: int) -> list[tuple[int, str]]:
        """As the store's own."""
        gone = {change.id for change in self.changes if isinstance(change, Deleted)}
        kept = [(number, id_) for number, id_ in enumerate(self.mentions, 1) if id_ not in gone]
        return [entry for entry in reversed(kept) if not below or entry[0] < below][:limit]

    def keep(self, stream: str, page: Page) -> None:
        """One page and its cursor, as one transaction would."""
        self.cursors[stream] = page.cursor
        for mention in page.mentions:
            self.mentions.setdefault(mention.id, mention)
        self.changes += [change for change in page.changes if change not in self.changes and self._is_news(change)]
        self.malformed.update({entry.id: entry for entry in page.malformed})
        self.pages += 1

    def _is_news(self, change: Change) -> bool:
        """The store passes over an edit that says what is kept already."""
        if not isinstance(change, Edited):
            return True
        told = [(one.text, one.address) for one in self.changes if isinstance(one, Edited) and one.id == change.id]
        heard = [(one.text, one.address) for one in self.mentions.values() if one.id == change.id]
        text, address = (told or heard or [("", "")])[-1]
        return (change.text, change.address or address) != (text, address)

    def poll(self) -> "Desk":
        """Reads every stream to its end."""
        collector = self.rig.collector(self.since)
        for stream in collector.streams():
            for page in collector.collect(stream, self.cursors.get(stream)):
                self.keep(stream, page)
        return self

    def step(self) -> None:
        """Reads one page of every stream and is killed: the next step starts from the stored cursors."""
        for stream in self.rig.collector(self.since).streams():
            pages = iter(self.rig.collector(self.since).collect(stream, self.cursors.get(stream)))
            page = next(pages, None)
            if page is not None:
                self.keep(stream, page)
            getattr(pages, "close", lambda: None)()

    def heard(self, said: str) -> Mention:
        """The mention that was made of what a customer said."""
        return self.mentions[self.rig.heard_as(said)]
