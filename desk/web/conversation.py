"""A conversation: the whole exchange, the composer, and what can be done with it."""

from fastapi import APIRouter, Request, Response

from desk.web import times
from desk.web.composer import Typed, composer
from desk.web.inbox import navigation
from desk.web.matter import Matter, gather
from desk.web.pages import is_fragment, page, to
from desk.web.visit import Looking, Number, Visit
from responders import past, spread
from responders.draft import proposals
from twoway.states import RIGHTS
from twoway.store import clocks, drafts, follow_ups, presence, tags
from twoway.text import one_line

router = APIRouter()


@router.get("/conversations/{number}")
def one(seen: Looking, number: Number) -> Response:
    """The conversation as it stands."""
    return show(seen, number)


@router.get("/conversations/{number}/past")
def with_past(request: Request, seen: Looking, number: Number) -> Response:
    """The same, with what was answered to others who asked nearly this."""
    seen.require("write")
    found = past.past_answers(seen.store, number)
    if not is_fragment(request):
        return show(seen, number, answered=found)
    return page(seen, "past.html", answered=found, searchable=True, number=number, fragment=True)


def show(
    seen: Visit,
    number: int,
    status: int = 200,
    *,
    problem: str = "",
    words: Typed | None = None,
    asked: bool = False,
    answered: list[past.Past] | None = None,
) -> Response:
    """The page; after a refusal with its reason, and with the words that were in the field.

    ``asked``: the person wants the preview, even of a proposal that nobody has worked on. ``answered``: what was
    answered to others, once it was looked for.
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
        number=number,
        answered=answered,
        clock=clocks.of_conversation(seen.store, number),
        promises=follow_ups.of_conversation(seen.store, number),
        tags=tags.of_author(seen.store, matter.conversation.author_id),
        known_tags=tags.known(seen.store) if seen.may("write") else [],
        copies=_copies(seen, matter),
        searchable=_writable(seen, matter) and past.searchable(seen.store, number),
        **navigation(seen),
    )


def back(number: int) -> Response:
    """To the conversation, after something was done."""
    return to(f"/conversations/{number}")


def _writable(seen: Visit, matter: Matter) -> bool:
    """Is there a composer?"""
    open_ = matter.conversation.state != "resolved" and not matter.under_way
    return open_ and matter.outlet is not None and seen.may("write")


def _copies(seen: Visit, matter: Matter) -> int:
    """To how many others the words here could be copied."""
    number = matter.conversation.id
    if not matter.alike or not seen.may("write") or spread.words(seen.store, number) is None:
        return 0
    return len(spread.free(seen.store, seen.desk.writer(), number))


def _templates(seen: Visit, matter: Matter) -> list[str]:
    """Other templates to begin from."""
    if matter.under_way or not seen.may("write"):
        return []
    draft = drafts.in_work(seen.store.read(), matter.conversation.id)
    offered = proposals(seen.store, seen.desk.writer(), matter.conversation.id, seen.user.initials)
    return [offer.source for offer in offered if draft is None or offer.source != draft.source]


def _title(matter: Matter) -> str:
    return one_line(matter.author.name or matter.author.handle, 60)
