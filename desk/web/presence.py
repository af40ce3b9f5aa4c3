"""Who else is at a conversation: an open page says that its person is there, and is told who the others are."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from desk.web.pages import page
from desk.web.visit import Acting, Number
from twoway.store import conversations, presence
from twoway.store.presence import What

router = APIRouter(prefix="/conversations/{number}")


@router.post("/presence")
def here(seen: Acting, number: Number, what: Annotated[What, Form()] = "looking") -> Response:
    """A sign of life, every few seconds; the answer names everybody else."""
    conversations.by_id(seen.store, number)
    presence.beat(seen.store, number, seen.user.id, what)
    return page(seen, "present.html", present=presence.others(seen.store, number, seen.user.id))
