"""A desk made by hand: what collectors, the judge and people do, without any of them."""

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from twoway import clock
from twoway.alerting import Terms
from twoway.domain import (
    Author,
    Change,
    Flag,
    Judgement,
    Mention,
    OwnPost,
    Page,
    Preview,
    Receipt,
    Scores,
    Visibility,
)
from twoway.store import (
    Store,
    alerting,
    approvals,
    channels,
    conversations,
    deliveries,
    drafts,
    hearing,
    judgements,
    mentions,
    open_store,
    outcomes,
    queueing,
    receipts,
    sessions,
    users,
)
from twoway.store.alerts import AlertRow
from twoway.store.deliveries import Claim, DeliveryRow
from twoway.store.drafts import DraftRow
from twoway.store.queueing import Placed
from twoway.store.sessions import Session
from twoway.store.users import User

LEASE = timedelta(minutes=3)
FREE = Terms(on=True, quiet_until=None, cooldown=timedelta(0), flood=1, escalate_after=None)
ANSWER_SECONDS = 3600
WANTS_DRAFT = """NOT EXISTS (SELECT 1 FROM drafts d WHERE d.conversation_id = conversations.id
  AND (d.state IN ('writing', 'submitted', 'returned') OR d.created_at >= conversations.last_heard_at))"""
LANES = {"unhappy": 500, "super": 400, "severe": 300, "answer": 200, "mention": 100, "noise": 0}


def judgement(
    *,
    wants: bool = True,
    complaint: bool = False,
    noise: bool = False,
    abstained: bool = False,
    now: bool = False,
    model: str = "test 1",
) -> Judgement:
    """What a judge might think."""
    return Judgement(
        language="en",
        sentiment=Scores("negative" if complaint else "neutral", {"negative": 0.5, "neutral": 0.3, "positive": 0.2}),
        complaint=Flag(complaint, 0.9 if complaint else 0.1),
        wants_answer=Flag(wants, 0.9 if wants else 0.1),
        noise=Flag(noise, 0.9 if noise else 0.1),
        urgency=Scores("now" if now else "calm", {"calm": 0.5, "soon": 0.2, "now": 0.3}),
        abstained=abstained,
        model=model,
    )


def preview(
    text: str = "Hello", *, visibility: Visibility = "public", parts: int = 1, channel: str = "square"
) -> Preview:
    """Exactly what will be posted."""
    return Preview(channel, '{"post":"1"}', visibility, tuple(f"{text} {n}" for n in range(parts)), ("@kim",))


@dataclass
class Desk:
    """A store with one channel and two people, and short ways to bring something about."""

    store: Store
    name: str = "square"
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.channel = channels.register(self.store, self.name, "square", ANSWER_SECONDS).id
        self.stream = channels.stream(self.store, self.channel, "mentions")
        self.approver, self.session = self.person(f"ada@{self.name}", "approver")
        self.agent, _ = self.person(f"bo@{self.name}", "agent")

    def person(self, login: str, role: str) -> tuple[User, Session]:
        """Somebody new, signed in."""
        user = users.add(self.store, login, login.title(), login[:2], role, None)
        return user, sessions.begin(self.store, user.id, "password")[1]

    def mention(self, **fields: Any) -> Mention:
        """Something said just now, for hearing it."""
        number = fields.pop("id", None) or f"post-{next(self._numbers)}"
        author = fields.pop("author", "kim")
        values = {
            "text": f"words of {number}",
            "created_at": clock.now(),
            "address": '{"post":"1"}',
            "visibility": "public",
            "raw": number.encode(),
            **fields,
        }
        return Mention(id=number, author=Author(author, f"@{author}", author.title()), **values)

    def hear(self, *heard: Mention, cursor: str = "1", changes: tuple[Change, ...] = ()) -> hearing.Kept:
        """Keep a page."""
        return hearing.keep_page(self.store, self.stream, Page(cursor, tuple(heard), changes))

    def change(self, change: Change) -> bool:
        """Keep a page with a change alone; whether it was news."""
        return bool(self.hear(changes=(change,)).changes)

    def judge(self, **how: Any) -> None:
        """Judge whatever is unjudged, all alike."""
        found = judgements.unjudged(self.store, 1000)
        judgements.keep(self.store, [(words, judgement(**how)) for words in found])

    def queue(self, lane: str = "answer", rank: int = 0, *, alarming: bool = False) -> list[int]:
        """Queue whatever is judged; the conversations."""
        waiting, alarms = queueing.unqueued(self.store, 1000), ("severe_complaint",) if alarming else ()
        points = min(rank - LANES[lane], 99)
        placed = Placed(lane, {"urgency": points} if points > 0 else {})
        ids = [queueing.enqueue(self.store, judged, placed, alarms) for judged in waiting]
        return [found for found in ids if found is not None]

    def alarm(self, terms: Terms = FREE) -> AlertRow | None:
        """Claim the alert that is due, by rules that let everything through; nobody else gets it for a week."""
        claimed = alerting.claim(self.store, timedelta(days=7), lambda rule, level, now: terms)
        return claimed.row if claimed else None

    def said(self, **fields: Any) -> int:
        """A customer says something that wants an answer; its conversation."""
        mention = self.mention(**fields)
        self.hear(mention)
        self.judge()
        self.queue()
        found = self.row(mention.id)["conversation_id"]
        assert found is not None
        return int(found)

    def row(self, remote_id: str) -> Any:
        """The row of a mention."""
        return self.one("SELECT * FROM mentions WHERE remote_id = ?", remote_id)

    def one(self, sql: str, *values: Any) -> Any:
        """The first row of a query."""
        return self.store.read().execute(sql, values).fetchone()

    def all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Every row of a query."""
        return [tuple(row) for row in self.store.read().execute(sql, values)]

    def write(self, text: str = "Hello", user: User | None = None, **how: Any) -> DraftRow:
        """Somebody writes the draft of a conversation."""
        conversation = how.pop("conversation", 1)
        return drafts.save(self.store, conversation, text, "", source="person", user=(user or self.agent).id, **how)

    def decision(self, conversation: int = 1, **how: Any) -> approvals.Decision:
        """A yes to the draft in work as it is now."""
        draft = drafts.in_work(self.store.read(), conversation) or self.write(conversation=conversation)
        found = conversations.by_id(self.store, conversation)
        shown = {"parts": how.pop("parts", 1), "visibility": found.visibility}
        values = {
            "version": found.version,
            "draft": draft,
            "preview": preview(draft.text, channel=self.name, **shown),
            "route": "api",
            "after": "waiting",
            "not_before": clock.now(),
            **how,
        }
        return approvals.Decision(conversation=conversation, **values)

    def approve(self, conversation: int = 1, session: Session | None = None, **how: Any) -> DeliveryRow:
        """Write something and approve it."""
        return approvals.approve(self.store, self.decision(conversation, **how), session or self.session)

    def claim(self, worker: str = "worker", lease: timedelta = LEASE) -> Claim:
        """Take what is due."""
        held = deliveries.claim(self.store, worker, {self.name: timedelta(0)}, lease)
        assert held is not None
        return held

    def begin(self, held: Claim) -> bool:
        """Begin the next part."""
        part = deliveries.next_part(self.store.read(), held.delivery.id, held.preview)
        assert part is not None
        return outcomes.begin_part(self.store, held, part, LEASE)

    def send(self, held: Claim, *remote_ids: str) -> None:
        """Send part after part."""
        for number, remote_id in enumerate(remote_ids):
            assert self.begin(held)
            receipts.part_sent(self.store, held.delivery.id, number, receipt(remote_id), "sent")

    def send_begun(self, held: Claim, remote_id: str = "answer-1", number: int = 0) -> None:
        """The platform answers for a part that was begun."""
        receipts.part_sent(self.store, held.delivery.id, number, receipt(remote_id), "sent")

    def answered(self, conversation: int = 1, remote_id: str = "answer-1", **how: Any) -> DeliveryRow:
        """Approve and send an answer of one part."""
        self.approve(conversation, **how)
        held = self.claim()
        self.send(held, remote_id)
        return self.delivery(held.delivery.id)

    def delivery(self, delivery: int = 1) -> DeliveryRow:
        """A delivery as it is now."""
        return deliveries.get(self.store.read(), delivery)

    def conversation(self, conversation: int = 1) -> conversations.Conversation:
        """A conversation as it is now."""
        return conversations.by_id(self.store, conversation)

    def draft(self, conversation: int = 1) -> DraftRow | None:
        """The draft in work."""
        return drafts.in_work(self.store.read(), conversation)

    def kinds(self, conversation: int = 1) -> list[str]:
        """Kinds of the events of a conversation."""
        sql = "SELECT kind FROM events WHERE conversation_id = ? ORDER BY id"
        return [row[0] for row in self.all(sql, conversation)]

    def texts(self, conversation: int = 1) -> list[str]:
        """What was said in a conversation."""
        return [row.text for row in mentions.of_conversation(self.store, conversation)]

    def consistent(self) -> bool:
        """Whether every clock, and whether a proposal is wanted, is what can be derived from the facts."""
        if self.all(f"SELECT id FROM conversations WHERE undrafted <> {WANTS_DRAFT}"):
            return False
        rows = self.all("SELECT id, state, awaiting_since FROM conversations")
        return all(
            awaiting == (None if state == "resolved" else conversations.awaiting_since(self.store.read(), number))
            for number, state, awaiting in rows
        )


def receipt(remote_id: str = "answer-1") -> Receipt:
    """The platform's word."""
    return Receipt(remote_id, clock.now(), f"https://square.example/{remote_id}")


def own_post(remote_id: str, replies_to: str, text: str = "We are on it", **fields: Any) -> OwnPost:
    """A post of ours, heard."""
    values = {"created_at": clock.now(), "raw": b"own", **fields}
    return OwnPost(remote_id, (replies_to,), text, **values)


def make(folder: Path, *, demo: bool = False) -> Desk:
    """A desk with a file of its own."""
    return Desk(open_store(folder / "twoway.db", demo=demo))
