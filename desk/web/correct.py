"""A person says how a mention is to be judged."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response

from desk.web.answer import attempt
from desk.web.visit import Acting, Number
from responders import review
from twoway.errors import NotFound
from twoway.store import mentions
from twoway.store.corrections import Said

router = APIRouter(prefix="/conversations/{number}")
Row = Annotated[int, Form(ge=1, lt=2**63)]
Ticked = Annotated[bool, Form()]
"""A box that is not ticked is not sent."""


@router.post("/correct")
def correct(
    seen: Acting,
    number: Number,
    mention: Row,
    words: Row,
    sentiment: Annotated[Literal["negative", "neutral", "positive"], Form()],
    urgency: Annotated[Literal["calm", "soon", "now"], Form()],
    complaint: Ticked = False,
    wants_answer: Ticked = False,
    noise: Ticked = False,
) -> Response:
    """Every head at once, as the person left it; ``words``: the version of the mention that was on the page."""
    said = Said(sentiment, complaint, wants_answer, urgency, noise)

    def act() -> None:
        if mentions.by_id(seen.store, mention).conversation_id != number:
            raise NotFound(f"mention {mention} is not part of this conversation")
        review.correct(seen.store, seen.user, mention, words, said, seen.desk.placing)

    return attempt(seen, number, act)
