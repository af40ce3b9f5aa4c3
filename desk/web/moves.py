"""What is done with a conversation besides answering: close, wait, snooze, hand over, note, put in another lane."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Response

from desk.web import times
from desk.web.answer import attempt
from desk.web.visit import Acting, Number, Visit
from responders import review, spread
from twoway.errors import Refused

router = APIRouter(prefix="/conversations/{number}")
Text = Annotated[str, Form()]
Version = Annotated[int, Form()]


@router.post("/close")
def close(seen: Acting, number: Number, version: Version, reason: Text = "", words: Text = "") -> Response:
    """Closes it with a reason: one of the usual ones, or the person's own words."""
    said = words.strip() or reason
    return attempt(seen, number, lambda: review.close(seen.store, seen.user, number, version, said))


@router.post("/wait")
def wait(seen: Acting, number: Number, version: Version) -> Response:
    """Waits for the customer."""
    return attempt(seen, number, lambda: review.wait(seen.store, seen.user, number, version))


@router.post("/snooze")
def snooze(seen: Acting, number: Number, version: Version, preset: Text = "", until: Text = "") -> Response:
    """Puts it aside until a usual time or a typed one."""
    return attempt(
        seen, number, lambda: review.snooze(seen.store, seen.user, number, version, _moment(seen, preset, until))
    )


def _moment(seen: Visit, preset: str, until: str) -> datetime:
    """The usual time of that name, or the typed one. Raises Refused."""
    try:
        return times.typed(until, seen.zone) if until else times.presets(seen.zone)[preset]
    except (ValueError, KeyError):
        raise Refused("this is no time; choose one of the list or type a date") from None


@router.post("/promise")
def promise(seen: Acting, number: Number, said: Text = "", preset: Text = "", until: Text = "") -> Response:
    """Promises something by a usual time or a typed one."""
    return attempt(
        seen, number, lambda: review.promise(seen.store, seen.user, number, said, _moment(seen, preset, until))
    )


@router.post("/promised")
def promised(seen: Acting, number: Number, follow_up: Annotated[int, Form(ge=1, lt=2**63)]) -> Response:
    """Says that it is done."""
    return attempt(seen, number, lambda: review.keep_promise(seen.store, seen.user, number, follow_up))


@router.post("/reopen")
def reopen(seen: Acting, number: Number, version: Version) -> Response:
    """Brings it back."""
    return attempt(seen, number, lambda: review.reopen(seen.store, seen.user, number, version))


@router.post("/assign")
def assign(seen: Acting, number: Number, assignee: Text = "", note: Text = "") -> Response:
    """Hands it to a colleague, with a note where there is one; or to nobody."""
    to = int(assignee) if assignee.isascii() and assignee.isdigit() and len(assignee) < 16 else None
    said = note.replace("\r\n", "\n").strip()

    def act() -> None:
        if to is not None and said:
            review.hand_over(seen.store, seen.user, number, to, said)
        elif said:
            raise Refused("choose the colleague for whom this note is")
        else:
            review.assign(seen.store, seen.user, number, to)

    return attempt(seen, number, act)


@router.post("/take")
def take(seen: Acting, number: Number) -> Response:
    """Whoever clicks sees to it."""
    return attempt(seen, number, lambda: review.take(seen.store, seen.user, number))


@router.post("/note")
def note(seen: Acting, number: Number, text: Text = "") -> Response:
    """Writes an internal note."""
    return attempt(seen, number, lambda: review.note(seen.store, seen.user, number, text.replace("\r\n", "\n")))


@router.post("/lane")
def lane(seen: Acting, number: Number, lane: Text = "") -> Response:
    """Says where it belongs: no noise after all, or noise."""
    return attempt(seen, number, lambda: review.set_lane(seen.store, seen.user, number, lane))


@router.post("/tag")
def tag(seen: Acting, number: Number, tag: Text = "") -> Response:
    """Says a word of the author; what is open of theirs goes where it then belongs."""
    return attempt(seen, number, lambda: review.tag(seen.store, seen.user, number, tag, seen.desk.placing))


@router.post("/untag")
def untag(seen: Acting, number: Number, tag: Text = "") -> Response:
    """Takes it back."""
    return attempt(seen, number, lambda: review.untag(seen.store, seen.user, number, tag, seen.desk.placing))


@router.post("/spread")
def copy(seen: Acting, number: Number) -> Response:
    """Makes the words here a draft for all who say the same; each is approved by itself."""
    return attempt(seen, number, lambda: spread.copy(seen.store, seen.desk.writer(), seen.user, number))
