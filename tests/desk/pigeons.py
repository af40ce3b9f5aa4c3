"""Two kinds of pigeons, one whose answers go as their words say, one that forbids to quote; a desk that has both."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from desk.wiring import Desk, open_desk
from responders import review
from responders.deliver import deliver_once
from responders.queue import queue_once
from twoway import channels as kinds
from twoway import clock
from twoway.channel import Channel, Limits, Policy
from twoway.config import load
from twoway.domain import (
    Author,
    Draft,
    Finding,
    Flag,
    Judgement,
    Mention,
    Page,
    Part,
    Preview,
    Receipt,
    Scores,
    Target,
    Unclear,
    Visibility,
)
from twoway.errors import DeliveryUnknown, Rejected
from twoway.ports import Access
from twoway.store import channels, drafts, hearing, judgements, mentions, sessions, users
from twoway.store.sessions import Session
from twoway.store.users import User


class Settings(BaseModel):
    """Pigeons need none."""


class Collector:
    """Hears nothing by itself: the tests say what was heard."""

    def __init__(self, connection: Any, settings: Any, since: Any) -> None: ...

    def streams(self) -> list[str]:
        return ["loft"]

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        yield from ()


class Sender:
    """Words that say *refuse me* are refused, *lose me* get lost on the way; all others arrive."""

    def __init__(self, connection: Access, settings: Any) -> None:
        self.name = connection.name

    def preview(self, draft: Draft, address: str) -> Preview:
        return Preview(self.name, address, "public", (draft.text,))

    def look(self, preview: Preview) -> Target:
        return Target()

    def send(self, part: Part) -> Receipt:
        if "refuse me" in part.text:
            raise Rejected(self.name, "send", "too heavy for a pigeon")
        if "lose me" in part.text:
            raise DeliveryUnknown(self.name, "send", "the pigeon did not come back")
        return Receipt(part.key, clock.now())

    def find(self, part: Part, since: Any) -> Finding:
        return Unclear("pigeons do not talk")


def kind(
    name: str, policy: Policy, settings: type[BaseModel] = Settings, collector: str = f"{__name__}:Collector"
) -> Channel:
    """A kind of pigeon; its connection is what it was given to connect with."""
    return Channel(
        kind=name,
        label=name,
        settings=settings,
        connect=lambda settings, access: access,
        check=lambda connection: None,
        limits=Limits(length=None, sends_per_minute=None, read_back_lag=None),
        policy=policy,
        collector=collector,
        sender=f"{__name__}:Sender",
    )


PIGEON = kind("pigeon", Policy())
SHY = kind("shy", Policy(quote_in_alerts=False))


def known() -> dict[str, str]:
    """The kinds there are, with these two among them."""
    return {**kinds.CHANNELS, "pigeon": f"{__name__}:PIGEON", "shy": f"{__name__}:SHY"}


BASIC = """
[desk]
brand = "Fjordlicht"

[web]
public_url = "https://desk.example.org"

[channels.loft]
kind = "pigeon"
undo_seconds = 0

[channels.attic]
kind = "shy"
"""


@dataclass
class Scene:
    """A desk on which things happen to order."""

    desk: Desk
    numbers: count = field(default_factory=lambda: count(1))  # type: ignore[type-arg]
    _person: tuple[User, Session] | None = None

    def says(
        self,
        text: str = "Wo bleibt meine Lampe?",
        *,
        channel: str = "loft",
        name: str = "Anna Beispiel",
        followers: int | None = None,
        severe: bool = False,
        noise: bool = False,
        wants: bool = True,
        mood: str = "",
        complaint: bool = False,
        below: str = "",
        visibility: Visibility = "public",
    ) -> int:
        """Somebody writes, is judged so, and is queued; the conversation. ``below``: in answer to that post."""
        number = next(self.numbers)
        row = channels.by_name(self.desk.store, channel)
        mention = Mention(
            id=f"m{number}",
            author=Author(f"a{number}", f"handle{number}", name, followers=followers),
            text=text,
            created_at=clock.now(),
            address="{}",
            visibility=visibility,
            raw=text.encode("utf-8", "replace"),
            replies_to=(below,) if below else (),
        )
        stream = channels.stream(self.desk.store, row.id, "loft")
        hearing.keep_page(self.desk.store, stream, Page(cursor=str(number), mentions=(mention,)))
        (waiting,) = judgements.unjudged(self.desk.store, 10)
        judgements.keep(self.desk.store, [(waiting, judgement(severe, noise, wants, mood, complaint))])
        queue_once(self.desk.store)
        queued = mentions.by_id(self.desk.store, waiting.mention_id).conversation_id
        assert queued is not None
        return queued

    def judge_all(self) -> None:
        """Whatever has no judgement, such as words that changed, is judged to be an ordinary question."""
        for waiting in judgements.unjudged(self.desk.store, 100):
            judgements.keep(self.desk.store, [(waiting, judgement(False, False, True))])
        queue_once(self.desk.store)

    def begin_session(self) -> None:
        """The person signs in anew."""
        user = self.person[0]
        self._person = (user, sessions.begin(self.desk.store, user.id, "password")[1])

    @property
    def person(self) -> tuple[User, Session]:
        """Somebody who may approve, signed in for these days."""
        if self._person is None:
            user = users.add(self.desk.store, "mara", "Mara", "MB", "approver", None)
            self._person = (user, sessions.begin(self.desk.store, user.id, "password")[1])
        return self._person

    def drafts(self, conversation: int, text: str = "Sie ist unterwegs.") -> None:
        """A person writes an answer and hands it in."""
        drafts.save(self.desk.store, conversation, text, "", source="person", user=self.person[0].id)
        review.submit(self.desk.store, self.person[0], conversation)

    def answers(self, conversation: int, text: str = "Sie ist unterwegs.") -> None:
        """A person writes, approves, and the desk delivers."""
        self.drafts(conversation, text)
        outlet = self.desk.outlet("loft")
        prepared = review.prepare(self.desk.store, outlet, self.person[0], conversation)
        review.approve(self.desk.store, outlet, *self.person, prepared, prepared.preview.sha256)
        deliver_once(self.desk.store, self.desk.outlets(), "test")


def judgement(severe: bool, noise: bool, wants: bool, mood: str = "", complaint: bool = False) -> Judgement:
    """What a judge would have said; ``mood``: else negative where it is severe."""
    bad = 0.95 if severe else 0.1
    felt = mood or ("negative" if severe else "neutral")
    moods = {name: 0.9 if name == felt else 0.05 for name in ("negative", "neutral", "positive")}
    return Judgement(
        language="de",
        sentiment=Scores(felt, moods),
        complaint=Flag(severe or complaint, 0.9 if complaint else bad),
        wants_answer=Flag(wants, 0.9 if wants else 0.1),
        noise=Flag(noise, 0.9 if noise else 0.0),
        urgency=Scores("now" if severe else "calm", {"calm": 1 - bad, "soon": 0.0, "now": bad}),
        abstained=False,
        model="test 1",
    )


def open_scene(folder: Path, more: str = "", basic: str = BASIC) -> Scene:
    """A desk in ``folder`` with ``more`` in its configuration; opened again it is the same desk."""
    path = folder / "twoway.toml"
    path.write_text(basic + more, "utf-8")
    return Scene(open_desk(load(path)))
