"""What a person says about an answer: where one given by hand stands, and whether one in doubt is there."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from desk.web.answer import attempt
from desk.web.visit import Acting, Number
from responders import review
from twoway.store import deliveries

router = APIRouter(prefix="/deliveries/{number}")


@router.post("/there")
def there(seen: Acting, number: Number, where: Annotated[str, Form()] = "") -> Response:
    """The answer stands there: its address, or who gave it and how."""
    conversation = deliveries.get(seen.store.read(), number).conversation_id
    return attempt(seen, conversation, lambda: review.answered_by_hand(seen.store, seen.user, number, where))


@router.post("/absent")
def absent(seen: Acting, number: Number) -> Response:
    """The answer is not on the platform."""
    conversation = deliveries.get(seen.store.read(), number).conversation_id
    return attempt(seen, conversation, lambda: review.not_there(seen.store, seen.user, number))
