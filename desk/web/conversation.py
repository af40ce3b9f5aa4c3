"""A conversation: the whole exchange, the composer, and what can be done with it."""

from fastapi import APIRouter, Response

from desk.web import times
from desk.web.composer import Typed, composer
from desk.web.inbox import navigation
from desk.web.matter import Matter, gather
from desk.web.pages import page, to
from desk.web.visit import Looking, Number, Visit
from responders.draft import proposals
from twoway.states import RIGHTS
from twoway.store import drafts, presence
from twoway.text import one_line

router = APIRouter()


@router.get("/conversations/{number}")
def one(seen: Looking, number: Number) -> Response:
    """The conversation as it stands."""
    return show(seen, number)


def show(
    seen: Visit, number: int, status: int = 200, *, problem: str = "", words: Typed | None = None, asked: bool = False
) -> Response:
    """The page; after a refusal with its reason, and with the words that were in the field.

    ``asked``: the person wants the preview, even of a proposal that nobody has worked on.
    """
    matter = gather(seen.store, seen.desk.outlets(), number, seen.desk.why)
    return page(
        seen,
        "conversation.html",
        status,
        matter=matter,
        composer=composer(seen, matter, words, asked=asked),
        problem=seen.words.said(problem) if problem else "",
        stale=status == 409,
        fragment=False,
        title=_title(matter),
        present=presence.others(seen.store, number, seen.user.id),
        assignees=[u for u in matter.people.values() if u.active and "write" in RIGHTS[u.role]],
        templates=_templates(seen, matter),
        presets=times.presets(seen.zone),
        **navigation(seen),
    )


def back(number: int) -> Response:
    """To the conversation, after something was done."""
    return to(f"/conversations/{number}")


def _templates(seen: Visit, matter: Matter) -> list[str]:
    """Other templates to begin from."""
    if matter.under_way or not seen.may("write"):
        return []
    draft = drafts.in_work(seen.store.read(), matter.conversation.id)
    offered = proposals(seen.store, seen.desk.writer(), matter.conversation.id, seen.user.initials)
    return [offer.source for offer in offered if draft is None or offer.source != draft.source]


def _title(matter: Matter) -> str:
    return one_line(matter.author.name or matter.author.handle, 60)
