"""A platform in memory, with faults to order: it keeps what was posted and shows it when asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tests.store.desk import Desk
from twoway import clock
from twoway.channels.square import CHANNEL
from twoway.domain import Absent, Draft, Finding, Found, OwnPost, Part, Preview, Receipt, Target, Unclear
from twoway.errors import ChannelError, DeliveryUnknown, Rejected

from responders.outlet import Outlet  # isort: skip


@dataclass
class Platform:
    """Posts by key. ``before`` and ``after`` hold errors to raise before or after the next posts are taken."""

    posts: list[tuple[str, str, Receipt]] = field(default_factory=list)
    before: list[Exception] = field(default_factory=list)
    after: list[Exception] = field(default_factory=list)
    target: Target = field(default_factory=Target)
    looking: Exception | None = None
    readable: bool = True
    meanwhile: Callable[[], object] = lambda: None
    """What happens elsewhere while the desk looks."""

    def preview(self, draft: Draft, address: str) -> Preview:
        """One part a line."""
        if not draft.text.strip():
            raise Rejected("square", "preview", "an answer needs words")
        return Preview("square", address, "public", tuple(draft.text.splitlines()), ("@kim",), draft.subject)

    def look(self, preview: Preview) -> Target:
        """What there is, and what happens meanwhile."""
        self.meanwhile()
        if self.looking:
            raise self.looking
        return self.target

    def send(self, part: Part) -> Receipt:
        """Takes a part, unless ordered otherwise."""
        if self.before:
            raise self.before.pop(0)
        receipt = Receipt(f"post-of-ours-{len(self.posts)}", clock.now(), "https://square.example/1")
        self.posts.append((part.key, part.text, receipt))
        if self.after:
            raise self.after.pop(0)
        return receipt

    def find(self, part: Part, since: datetime) -> Finding:
        """By key; unclear where its own posts cannot be read."""
        if not self.readable:
            return Unclear("this platform shows nothing")
        found = [receipt for key, _, receipt in self.posts if key == part.key]
        return Found(found[0]) if found else Absent("not among our posts")

    def outlet(self, desk: Desk, undo_seconds: int = 0) -> Outlet:
        """The way out to here."""
        return Outlet("square", desk.channel, CHANNEL, lambda: self, lambda text: "und", undo_seconds=undo_seconds)

    @property
    def texts(self) -> list[str]:
        """What stands there in our name."""
        return [text for _, text, _ in self.posts]


def lost() -> DeliveryUnknown:
    """Nobody knows whether it was taken."""
    return DeliveryUnknown("square", "send", "the connection broke")


def refusal(kind: type[ChannelError], said: str = "no") -> ChannelError:
    """The platform's no."""
    return kind("square", "send", said)


def answer_elsewhere(remote_id: str = "theirs", replies_to: str = "a") -> OwnPost:
    """An answer of ours that a colleague gave."""
    return OwnPost(remote_id, (replies_to,), "done already", clock.now(), b"own")
