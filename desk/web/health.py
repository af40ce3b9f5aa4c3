"""How the channels fare: what was heard, what failed, what is paused, what is missing; and who judges."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from desk import health as channel_health
from desk.web.inbox import navigation
from desk.web.pages import page, to
from desk.web.visit import Acting, Looking
from twoway.store import channels

router = APIRouter(prefix="/health")


@router.get("")
def health(seen: Looking) -> Response:
    """Every channel."""
    found = channel_health.of(seen.desk)
    return page(seen, "health.html", healths=found, judge=seen.desk.judge_name, **navigation(seen, "health"))


@router.post("/resume")
def resume(seen: Acting, channel: Annotated[str, Form()] = "") -> Response:
    """Lets a channel work again that is paused, or that its platform told to wait."""
    seen.require("administer")
    channels.resume(seen.store, channel, seen.user.id)
    return to("/health")
