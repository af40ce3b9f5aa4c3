"""What a person does with a conversation. The inbox, the command line and the demo's reviewer all come through here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from responders import checks
from responders.outlet import Outlet
from twoway import clock
from twoway.domain import Draft, Preview, Receipt
from twoway.errors import ChannelError, Gone, Refused, Rejected, Stale
from twoway.states import After, require
from twoway.store import (
    Store,
    approvals,
    conversations,
    corrections,
    deliveries,
    doubts,
    drafts,
    eyes,
    follow_ups,
    hearing,
    hold,
    judgements,
    mentions,
    moves,
    tags,
)
from twoway.store.corrections import Said
from twoway.store.deliveries import DeliveryRow
from twoway.store.drafts import DraftRow
from twoway.store.mentions import MentionRow
from twoway.store.queueing import Placing
from twoway.store.sessions import Session
from twoway.store.users import User
from twoway.text import sha256, storable

GONE = "the customer's words are gone from the platform"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft shown exactly as it would be posted, and what stands against it."""

    conversation: int
    version: int
    draft: DraftRow
    target: MentionRow
    preview: Preview
    findings: tuple[checks.Finding, ...]
    changed: str = ""
    """What has changed on the platform since the desk last heard, or why nothing is sent; approving is refused."""
    barred: str = ""
    """Why somebody else than this person has to approve it."""

    @property
    def approvable(self) -> bool:
        """Nothing stands against approving it."""
        return not self.changed and not self.barred and not checks.stopped(self.findings)


def save(
    store: Store, user: User, conversation: int, text: str, subject: str = "", seen: str | None = None
) -> DraftRow:
    """Keep what the person writes. ``seen``: the ``changed_at`` of the draft they began from."""
    require(user.role, "write")
    return drafts.save(store, conversation, text, subject, source="person", user=user.id, seen=seen)


def prepare(store: Store, outlet: Outlet, user: User, conversation: int, *, look: bool = True) -> Prepared:
    """The draft in work as the platform would get it. Raises Rejected, Refused.

    ``look`` asks the platform what has changed there; while somebody types it is left out, before approving never.
    """
    require(user.role, "read")
    found = conversations.by_id(store, conversation)
    if found.channel_id != outlet.channel_id:
        raise Refused(f"conversation {conversation} is not on the channel {outlet.name}")
    draft = drafts.in_work(store.read(), conversation)
    target = mentions.latest(store.read(), conversation)
    if draft is None:
        raise Refused("there is no draft in work in this conversation; write one first")
    if target is None:
        raise Refused("there is nothing to answer in this conversation: the customer's words are gone")
    preview = outlet.answering(target.address).preview(Draft(draft.text, draft.subject), target.address)
    findings = _findings(store, outlet, draft, target)
    held = hold.of(store.read())
    changed = hold.words(held) if held else _look(store, outlet, preview) if look else ""
    barred = eyes.barred(store.read(), found.channel_id, draft.id, user.id)
    return Prepared(conversation, found.version, draft, target, preview, tuple(findings), changed, barred)


def _findings(store: Store, outlet: Outlet, draft: DraftRow, target: MentionRow) -> list[checks.Finding]:
    judged = judgements.of_mention(store, target.id)
    return checks.check(
        draft.text,
        address=outlet.address,
        customer_language=judged.language if judged else "",
        language_of=outlet.language_of,
        drafted=(draft.text,) if draft.user_id is None else (),
    )


def _look(store: Store, outlet: Outlet, preview: Preview) -> str:
    """What has changed on the platform, in plain words; '' if nothing, or if it cannot be asked right now."""
    try:
        target = outlet.answering(preview.address).look(preview)
    except Gone:
        return GONE
    except Rejected as error:
        return error.said
    except ChannelError:
        return ""  # the delivery looks again; a platform that is down must not keep people from working
    if target.answer and hearing.keep_changes(store, outlet.channel_id, [target.answer]):
        return "an answer of ours is there already"
    if not target.there:
        return GONE
    if target.edited or mentions.unheard(store, outlet.channel_id, target.newer):
        return "the customer has written again; it will be here with the next poll"
    return ""


def approve(
    store: Store, outlet: Outlet, user: User, session: Session, prepared: Prepared, seen: str, after: After = "waiting"
) -> DeliveryRow:
    """Say yes to the exact preview whose SHA-256 ``seen`` the person had before them; it goes out after the undo time.

    Raises Stale when anything has changed since, Refused without the right or with something against it.
    """
    require(user.role, "approve")
    if session.user_id != user.id:
        raise Refused("an approval is given in one's own session")
    if prepared.preview.sha256 != seen:
        raise Stale("this answer has changed since you looked at it; look again")
    if not prepared.approvable:
        raise Refused(
            prepared.changed or prepared.barred or next(f.text("en") for f in prepared.findings if f.level == "stop")
        )
    decision = approvals.Decision(
        conversation=prepared.conversation,
        version=prepared.version,
        draft=prepared.draft,
        preview=prepared.preview,
        route=prepared.target.route,  # type: ignore[arg-type]  # the schema's CHECK
        after=after,
        not_before=clock.now() + timedelta(seconds=outlet.undo_seconds),
    )
    return approvals.approve(store, decision, session)


def submit(store: Store, user: User, conversation: int) -> DraftRow:
    """Hand the draft to the approvers."""
    require(user.role, "write")
    return drafts.submit(store, conversation, user.id)


def reject(store: Store, user: User, conversation: int, reason: str) -> DraftRow:
    """Give a submitted draft back with a reason."""
    require(user.role, "approve")
    return drafts.hand_back(store, conversation, user.id, reason)


def drop(store: Store, user: User, conversation: int) -> DraftRow:
    """Put the draft away."""
    require(user.role, "write")
    return drafts.drop(store, conversation, user.id)


def undo(store: Store, user: User, conversation: int) -> None:
    """Take back an approval that has not gone out."""
    require(user.role, "approve")
    approvals.undo(store, conversation, user.id)


def close(store: Store, user: User, conversation: int, version: int | None, reason: str) -> None:
    """Close it with a reason."""
    require(user.role, "write")
    moves.close(store, conversation, version, reason, user.id)


def wait(store: Store, user: User, conversation: int, version: int | None) -> None:
    """Wait for the customer."""
    require(user.role, "write")
    moves.wait(store, conversation, version, user.id)


def snooze(store: Store, user: User, conversation: int, version: int | None, until: datetime) -> None:
    """Put it aside until then."""
    require(user.role, "write")
    moves.snooze(store, conversation, version, until, user.id)


def reopen(store: Store, user: User, conversation: int, version: int | None) -> None:
    """Bring it back onto the desk."""
    require(user.role, "write")
    moves.reopen(store, conversation, version, user.id)


def assign(store: Store, user: User, conversation: int, assignee: int | None) -> None:
    """Hand it to a colleague, or to nobody in particular."""
    require(user.role, "write")
    moves.assign(store, conversation, assignee, user.id)


def hand_over(store: Store, user: User, conversation: int, assignee: int, note: str) -> None:
    """Hand it to a colleague, with a note that says what they have to know."""
    require(user.role, "write")
    moves.hand_over(store, conversation, assignee, note, user.id)


def take(store: Store, user: User, conversation: int) -> None:
    """See to it oneself. Raises Stale when somebody else does already."""
    require(user.role, "write")
    moves.take(store, conversation, user.id)


def note(store: Store, user: User, conversation: int, text: str) -> None:
    """Write an internal note."""
    require(user.role, "write")
    moves.note(store, conversation, text, user.id)


def set_lane(store: Store, user: User, conversation: int, lane: str) -> None:
    """Say where it belongs: `answer` for what was no noise, `noise`, `severe`, `mention`."""
    require(user.role, "write")
    moves.set_lane(store, conversation, lane, user.id)


def correct(store: Store, user: User, mention: int, version: int, said: Said, placing: Placing) -> None:
    """Say how a mention is to be judged. ``version``: of the words that the person has read."""
    require(user.role, "write")
    corrections.correct(store, mention, version, said, user.id, placing)


def promise(store: Store, user: User, conversation: int, said: str, due: datetime) -> None:
    """Promise something by then, such as a call; the conversation comes back when its time has come."""
    require(user.role, "write")
    follow_ups.add(store, conversation, said, due, user.id)


def keep_promise(store: Store, user: User, conversation: int, follow_up: int) -> None:
    """Say that it is done."""
    require(user.role, "write")
    follow_ups.finish(store, conversation, follow_up, user.id)


def tag(store: Store, user: User, conversation: int, said: str, placing: Placing) -> None:
    """Say a word of the author, such as VIP."""
    require(user.role, "write")
    tags.add(store, conversation, said, user.id, placing)


def untag(store: Store, user: User, conversation: int, said: str, placing: Placing) -> None:
    """Take such a word back."""
    require(user.role, "write")
    tags.remove(store, conversation, said, user.id, placing)


def answered_by_hand(store: Store, user: User, delivery: int, where: str) -> None:
    """Say where an approved answer stands that was given by hand, or one in doubt that is on the platform after all.

    ``where``: the address of the answer, or in words who did it and how (a call has no address).
    """
    require(user.role, "approve")
    if not where.strip():
        raise Refused("say where the answer stands: its address, or who gave it and how")
    told = storable(where.strip())
    address = told if told.startswith(("http://", "https://")) else ""
    receipt = Receipt(address or f"by-hand:{delivery}:{sha256(told)[:16]}", clock.now(), address)
    doubts.by_hand(store, delivery, receipt, user.id, told="" if address else told)


def not_there(store: Store, user: User, delivery: int) -> None:
    """Say that an answer in doubt is not on the platform; it is sent again if its approval still holds."""
    require(user.role, "approve")
    if deliveries.get(store.read(), delivery).state != "unknown":
        raise Refused("this answer is not in doubt")
    doubts.absent(store, delivery, user.id)
