"""Everything a person needs to see of one conversation, gathered; and the exchange in its order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from desk.difference import Piece, difference
from responders.outlet import Outlet
from twoway.domain import Preview
from twoway.errors import NotFound, Refused
from twoway.store import (
    Store,
    approvals,
    channels,
    conversations,
    corrections,
    deliveries,
    draft_versions,
    events,
    inbox,
    judgements,
    likenesses,
    mentions,
    outside,
    topics,
    users,
)
from twoway.store.conversations import Conversation, Note
from twoway.store.corrections import Correction
from twoway.store.deliveries import DeliveryRow, PartRow
from twoway.store.events import Event
from twoway.store.inbox import Line
from twoway.store.judgements import JudgementRow
from twoway.store.mentions import AuthorRow, MentionRow, Version
from twoway.store.outside import OutsideAnswer
from twoway.store.users import User

UNDER_WAY = ("pending", "sending", "unknown")
MOST_ALIKE = 100
"""So many others are counted."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A mention, who said it, and what it said before."""

    mention: MentionRow
    author: AuthorRow
    earlier: list[Version]


@dataclass(frozen=True, slots=True)
class Edits:
    """What one person changed about words that another had submitted."""

    by: int | None
    submitted_by: int | None
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Answer:
    """An approved answer: what exactly, by whom, and how it fared. ``preview`` is None once erased."""

    delivery: DeliveryRow
    approved_by: int | None
    approved_at: str
    preview: Preview | None
    parts: list[PartRow]
    expires_at: str
    """Until when the approval holds."""
    edits: Edits | None
    """What the approver changed about words that somebody else submitted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the exchange."""

    at: str
    kind: Literal["heard", "answer", "outside", "note"]
    item: Heard | Answer | OutsideAnswer | Note


@dataclass(frozen=True, slots=True)
class Matter:
    """A conversation with all that belongs to it."""

    conversation: Conversation
    line: Line
    author: AuthorRow
    exchange: list[Entry]
    events: list[Event]
    target: MentionRow | None
    """What an answer would answer."""
    judgement: JudgementRow | None
    others: list[Line]
    linked: Line | None
    people: Mapping[int, User]
    paused: bool
    """The channel stands still: what is approved waits."""
    outlet: Outlet | None
    """None where the channel is switched off."""
    reasons: list[str] = field(default_factory=list)
    """The words that carried the judgement, each with its head."""
    correction: Correction | None = None
    """Who has corrected the judgement, if somebody did."""
    answers: list[Answer] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    alike: list[Line] = field(default_factory=list)
    """Others in which nearly the same is said, the newest first."""

    @property
    def current(self) -> Answer | None:
        """The answer that is under way, or the last one if it failed."""
        last = self.answers[-1] if self.answers else None
        return last if last and last.delivery.state in (*UNDER_WAY, "failed") else None

    @property
    def why(self) -> Mapping[str, list[str]]:
        """The words that carried the judgement, by what they say."""
        said: dict[str, list[str]] = {}
        for reason in self.reasons:
            head, _, words = reason.partition(": ")
            said.setdefault(head, []).append(words)
        return said

    @property
    def teaches(self) -> bool:
        """The platform lets the judge learn from what is said here."""
        return self.outlet is not None and self.outlet.channel.policy.train

    @property
    def under_way(self) -> bool:
        """An answer has been approved and its end is not known: no other may be."""
        return self.current is not None and self.current.delivery.state in UNDER_WAY


Why = Callable[[JudgementRow, str], list[str]]
"""The words that carried a judgement of these words."""


def kept(judgement: JudgementRow, words: str) -> list[str]:
    """Those that were kept with it."""
    return judgement.why


def gather(store: Store, outlets: Mapping[str, Outlet], number: int, why: Why = kept) -> Matter:
    """The conversation. Raises NotFound."""
    found = conversations.by_id(store, number)
    line = inbox.line(store, number)
    if line is None:
        raise NotFound(f"there is no conversation {number}")
    target = mentions.latest(store.read(), number)
    judgement = judgements.of_mention(store, target.id) if target else None
    answers = [_answer(store, row) for row in deliveries.of_conversation(store, number)]
    return Matter(
        conversation=found,
        line=line,
        author=mentions.author(store, found.author_id),
        exchange=_exchange(store, number, answers),
        events=events.of_conversation(store, number),
        target=target,
        judgement=judgement,
        reasons=why(judgement, judgements.words(target.title, target.text)) if judgement and target else [],
        others=inbox.of_author(store, found.author_id, number),
        linked=inbox.line(store, found.linked_to) if found.linked_to else None,
        people={user.id: user for user in users.all_of(store)},
        paused=channels.by_name(store, line.channel).paused_at is not None,
        outlet=outlets.get(line.channel),
        correction=corrections.of_mention(store, target.id) if target else None,
        answers=answers,
        topics=topics.of_conversation(store, number),
        alike=inbox.of_numbers(store, likenesses.conversations(store, number, MOST_ALIKE)),
    )


def _exchange(store: Store, number: int, answers: list[Answer]) -> list[Entry]:
    heard = (
        Heard(
            row,
            mentions.author(store, row.author_id),
            mentions.versions(store, row.id)[:-1] if row.version > 1 else [],
        )
        for row in mentions.of_conversation(store, number)
    )
    entries = [
        *(Entry(one.mention.created_at, "heard", one) for one in heard),
        *(Entry(answer.delivery.sent_at or answer.approved_at, "answer", answer) for answer in answers),
        *(Entry(found.created_at, "outside", found) for found in outside.of_conversation(store, number)),
        *(Entry(note.at, "note", note) for note in conversations.notes(store, number)),
    ]
    return sorted(entries, key=lambda entry: entry.at)


def _answer(store: Store, row: DeliveryRow) -> Answer:
    approval = approvals.by_id(store, row.approval_id)
    try:
        preview = deliveries.preview(store.read(), row.sha256)
    except Refused:
        preview = None
    return Answer(
        delivery=row,
        approved_by=approval.user_id if approval else None,
        approved_at=approval.at if approval else row.created_at,
        preview=preview,
        parts=deliveries.parts(store.read(), row.id),
        expires_at=approval.expires_at if approval else "",
        edits=edits(store, approval.draft_id, approval.draft_version) if approval else None,
    )


def edits(store: Store, draft: int, version: int | None = None) -> Edits | None:
    """What became of submitted words in other hands; None where they stayed as they were."""
    found = draft_versions.edited(store, draft, version)
    if found is None:
        return None
    before, after = (f"{row.subject}\n\n{row.text}".lstrip("\n") for row in found)
    return Edits(found[1].user_id, found[0].submitted_by, difference(before, after))
