"""The composer's state: what the person has in the field, and the exact preview of what is saved."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form

from desk.web.matter import Edits, Matter, edits
from desk.web.visit import Visit
from responders import review
from responders.compose import Proposal
from responders.draft import proposals
from responders.review import Prepared
from twoway.channel import Limits
from twoway.errors import ChannelError, Refused
from twoway.store import drafts
from twoway.store.drafts import DraftRow
from twoway.text import storable


@dataclass(frozen=True, slots=True)
class Typed:
    """What a composer form brought: the words, and what its writer had before them."""

    text: str
    subject: str
    seen: str
    version: int

    def differs(self, draft: DraftRow | None) -> bool:
        """Are these other words than those that are kept?"""
        kept = (draft.text, draft.subject) if draft else ("", "")
        return (self.text, self.subject) != kept


def typed(
    text: Annotated[str, Form()] = "",
    subject: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
    version: Annotated[int, Form()] = 0,
) -> Typed:
    """The fields of the composer; browsers write line ends in two characters."""
    return Typed(storable(text.replace("\r\n", "\n")), storable(" ".join(subject.split())), seen, version)


TypedForm = Annotated[Typed, Depends(typed)]


@dataclass(frozen=True, slots=True)
class Composer:
    """What the composer shows."""

    text: str
    subject: str
    draft: DraftRow | None
    prepared: Prepared | None
    counts: tuple[int, ...]
    limits: Limits | None
    refusal: str = ""
    """Why there is no preview, in the desk's English."""
    unsaved: bool = False
    """The field holds other words than those that are kept and previewed."""
    edits: Edits | None = None
    """What became of submitted words in other hands."""

    @property
    def proposed(self) -> bool:
        """Nobody has worked on these words yet."""
        return self.draft is not None and self.draft.user_id is None and not self.unsaved


def composer(seen: Visit, matter: Matter, words: Typed | None = None, *, asked: bool = False) -> Composer:
    """The composer of a conversation; ``words`` stay in the field whatever has been kept meanwhile.

    A proposal that nobody has worked on is signed by whoever reads it; its preview tells nothing until it is ``asked``
    for, since it has gaps.
    """
    draft = drafts.in_work(seen.store.read(), matter.conversation.id)
    proposed = draft is not None and draft.user_id is None
    prepared, refusal = _prepared(seen, matter, draft) if asked or words or not proposed else (None, "")
    limits = matter.outlet.channel.limits if matter.outlet else None
    shown = words or (_signed(seen, draft) if draft and proposed else draft)
    return Composer(
        text=shown.text if shown else "",
        subject=shown.subject if shown else "",
        draft=draft,
        prepared=prepared,
        counts=tuple(limits.counted(prepared.preview, part) for part in prepared.preview.parts)
        if prepared and limits
        else (),
        limits=limits,
        refusal=refusal,
        unsaved=words is not None and words.differs(draft),
        edits=edits(seen.store, draft.id) if draft else None,
    )


def _signed(seen: Visit, draft: DraftRow) -> DraftRow | Proposal:
    offered = proposals(seen.store, seen.desk.writer(), draft.conversation_id, seen.user.initials)
    return next((proposal for proposal in offered if proposal.source == draft.source), draft)


def _prepared(seen: Visit, matter: Matter, draft: DraftRow | None) -> tuple[Prepared | None, str]:
    if draft is None or matter.outlet is None or matter.target is None:
        return None, ""
    try:
        return review.prepare(seen.store, matter.outlet, seen.user, matter.conversation.id, look=False), ""
    except ChannelError as error:
        return None, error.said
    except Refused as error:
        return None, str(error)
