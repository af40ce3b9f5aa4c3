"""Writing and approving: every act goes through `responders.review`, and a refusal never loses what was typed."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from desk.web.composer import Typed, TypedForm, composer
from desk.web.conversation import back, show
from desk.web.failures import status_of
from desk.web.matter import gather
from desk.web.pages import is_fragment, page
from desk.web.visit import Acting, Number, Visit
from responders import past, review
from responders.compose import Proposal
from responders.draft import proposals
from twoway.errors import NotFound, Refused, Stale, TwowayError
from twoway.states import After
from twoway.store import conversations, drafts

router = APIRouter(prefix="/conversations/{number}")
CHANGED = "this conversation has changed since you looked at it; read what is new, then go on"
UNSEEN = "you changed the words after the preview; look at the new preview, then approve it"


@router.post("/preview")
def preview(request: Request, seen: Acting, number: Number, words: TypedForm) -> Response:
    """Keeps the words and shows them exactly as they would be posted."""
    status, problem = 200, ""
    try:
        _keep(seen, number, words)
    except (Refused, Stale) as error:
        status, problem = status_of(error), str(error)
    if not is_fragment(request):
        return show(seen, number, status, problem=problem, words=words if problem else None, asked=True)
    matter = gather(seen.store, seen.desk.outlets(), number)
    state = composer(seen, matter, words if problem else None, asked=True)
    said = seen.words.said(problem) if problem else ""
    return page(seen, "preview.html", status, matter=matter, composer=state, problem=said, fragment=True)


@router.post("/approve")
def approve(
    seen: Acting,
    number: Number,
    words: TypedForm,
    sha256: Annotated[str, Form()] = "",
    after: Annotated[After, Form()] = "waiting",
) -> Response:
    """Yes to exactly the preview that was on the page, at the version of the conversation that was on the page."""

    def act() -> None:
        seen.require("approve")
        if _keep(seen, number, words):
            raise Stale(UNSEEN)
        matter = gather(seen.store, seen.desk.outlets(), number)
        if matter.outlet is None:
            raise Refused("this channel is switched off in the configuration; nothing can be sent through it")
        prepared = review.prepare(seen.store, matter.outlet, seen.user, number)
        if prepared.version != words.version:
            raise Stale(CHANGED)
        review.approve(seen.store, matter.outlet, seen.user, seen.session, prepared, sha256, after)

    return attempt(seen, number, act, words)


@router.post("/submit")
def submit(seen: Acting, number: Number, words: TypedForm) -> Response:
    """Keeps the words and hands them to the approvers."""

    def act() -> None:
        _keep(seen, number, words)
        review.submit(seen.store, seen.user, number)

    return attempt(seen, number, act, words)


@router.post("/reject")
def reject(seen: Acting, number: Number, reason: Annotated[str, Form()] = "") -> Response:
    """Gives a submitted draft back."""
    return attempt(seen, number, lambda: review.reject(seen.store, seen.user, number, reason))


@router.post("/drop")
def drop(seen: Acting, number: Number) -> Response:
    """Puts the draft away."""
    return attempt(seen, number, lambda: review.drop(seen.store, seen.user, number))


@router.post("/undo")
def undo(seen: Acting, number: Number) -> Response:
    """Takes back an approval that has not gone out."""
    return attempt(seen, number, lambda: review.undo(seen.store, seen.user, number))


@router.post("/propose")
def propose(seen: Acting, number: Number, words: TypedForm, source: Annotated[str, Form()] = "") -> Response:
    """Begins the answer again from another template, or from what was answered to somebody else."""

    def act() -> None:
        chosen = _offered(seen, number, source)
        if chosen is None:
            raise NotFound("there is no such template for this conversation")
        review.save(seen.store, seen.user, number, chosen.text, chosen.subject, words.seen)

    return attempt(seen, number, act, words)


def _offered(seen: Visit, number: int, source: str) -> Proposal | None:
    writer, initials = seen.desk.writer(), seen.user.initials
    if source.startswith(past.SOURCE):
        seen.require("write")
        return past.proposal(seen.store, writer, number, source, initials)
    offered = proposals(seen.store, writer, number, initials)
    return next((proposal for proposal in offered if proposal.source == source), None)


def attempt(seen: Visit, number: int, act: Callable[[], object], words: Typed | None = None) -> Response:
    """Does something with a conversation; a refusal is explained on its page, with the typed words still there."""
    try:
        act()
    except TwowayError as error:
        conversations.by_id(seen.store, number)
        return show(seen, number, status_of(error), problem=str(error), words=words)
    return back(number)


def _keep(seen: Visit, number: int, words: Typed) -> bool:
    """Save the words if they are new, at the version their writer knows; whether there was anything to save."""
    if conversations.by_id(seen.store, number).version != words.version:
        raise Stale(CHANGED)
    draft = drafts.in_work(seen.store.read(), number)
    if not words.differs(draft):
        return False
    # A draft that began since the page was loaded is somebody else's too.
    review.save(seen.store, seen.user, number, words.text, words.subject, words.seen)
    return True
