"""One answer for many who say the same: its words become a draft for each of them, and each is approved by itself."""

from responders import past
from responders.draft import Writer, greeting
from twoway.errors import Refused
from twoway.states import require
from twoway.store import Store, conversations, deliveries, drafts, likenesses, mentions
from twoway.store.drafts import DraftRow
from twoway.store.users import User

MOST = 100


def words(store: Store, conversation: int) -> DraftRow | None:
    """The words that could be copied: a person's draft in work, else those that were approved last."""
    draft = drafts.in_work(store.read(), conversation)
    rows = [draft] if draft else [row for row in drafts.of_conversation(store, conversation) if row.state == "approved"]
    return next((row for row in reversed(rows) if row.user_id is not None), None)


def free(store: Store, writer: Writer, conversation: int) -> list[int]:
    """Others in which nearly the same is said and nobody has begun an answer; the newest first.

    What was written in private is copied nowhere public.
    """
    private = conversations.by_id(store, conversation).visibility == "private"
    others = likenesses.conversations(store, conversation, MOST)
    return [other for other in others if _free(store, writer, other, private)]


def _free(store: Store, writer: Writer, other: int, private: bool) -> bool:
    found = conversations.by_id(store, other)
    draft = drafts.in_work(store.read(), other)
    begun = draft is not None and (draft.user_id is not None or draft.state != "writing")
    owed = found.state in ("open", "snoozed") and found.awaiting_since is not None
    readable = not private or found.visibility == "private"
    sent = any(row.state in ("pending", "sending", "unknown") for row in deliveries.of_conversation(store, other))
    return owed and readable and not begun and not sent and found.channel_id in writer.outlets


def copy(store: Store, writer: Writer, user: User, conversation: int) -> int:
    """Make it the draft of each of the others, to be read and approved there; how many there were. Raises Refused.

    The greeting is the other customer's; what else is true of the first one alone becomes a gap to fill.
    """
    require(user.role, "write")
    draft = words(store, conversation)
    if draft is None:
        raise Refused("write an answer here first; then it can be copied")
    others = free(store, writer, conversation)
    for other in others:
        known = drafts.in_work(store.read(), other)
        text = _for(store, writer, draft, other)
        seen = known.changed_at if known else ""
        drafts.save(store, other, text, "", source=f"copy:{draft.id}", user=user.id, seen=seen)
    return len(others)


def _for(store: Store, writer: Writer, draft: DraftRow, other: int) -> str:
    ours, theirs = (greeting(store, writer, number) for number in (draft.conversation_id, other))
    body = draft.text.removeprefix(ours) if ours else draft.text
    author = mentions.author(store, conversations.by_id(store, draft.conversation_id).author_id)
    said = past.opened(body, author.name, author.handle)
    return f"{theirs}{said}" if ours and body != draft.text else said
