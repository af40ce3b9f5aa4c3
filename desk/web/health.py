"""How the channels fare: what was heard, what failed, what is paused, what is missing; and who judges."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Response

from desk.web.inbox import navigation
from desk.web.pages import page, to
from desk.web.visit import Acting, Looking
from twoway import clock
from twoway.store import Store, channels, figures
from twoway.store.channels import ChannelRow, Trouble
from twoway.store.figures import ChannelFigures

router = APIRouter(prefix="/health")
SINCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Health:
    """One channel: itself, its figures of the last days, its gaps and what could not be read."""

    channel: ChannelRow
    figures: ChannelFigures
    gaps: list[Trouble]
    malformed: list[Trouble]
    on: bool


@router.get("")
def health(seen: Looking) -> Response:
    """Every channel."""
    found = _healths(seen.store, seen.desk.names)
    return page(seen, "health.html", healths=found, judge=seen.desk.judge_name, **navigation(seen, "health"))


@router.post("/resume")
def resume(seen: Acting, channel: Annotated[str, Form()] = "") -> Response:
    """Lets a paused channel work again."""
    seen.require("administer")
    channels.resume(seen.store, channel, seen.user.id)
    return to("/health")


def _healths(store: Store, names: list[str]) -> list[Health]:
    now = clock.now()
    counted = {row.channel: row for row in figures.by_channel(store, now - SINCE, now)}
    return [
        Health(
            channel=row,
            figures=counted[row.name],
            gaps=channels.gaps(store, row.id, now - SINCE),
            malformed=channels.malformed(store, row.id),
            on=row.name in names,
        )
        for row in channels.all_of(store)
    ]
