"""Writing down a call, a letter or a visit: it goes through the inbound door like anything that is pushed."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response

from desk.web import times
from desk.web.inbox import navigation
from desk.web.pages import page
from desk.web.visit import Acting, Looking, Visit
from twoway import clock
from twoway.channels.log import CHANNEL, MEDIA_TYPE, log_entry
from twoway.errors import Refused
from twoway.store import channels, inbound

router = APIRouter(prefix="/log")
MEDIA: tuple[Literal["call", "letter", "visit", "other"], ...] = ("call", "letter", "visit", "other")
Text = Annotated[str, Form()]


@router.get("")
def ask(seen: Looking) -> Response:
    """The form."""
    return _form(seen)


@router.post("")
def write(
    seen: Acting,
    channel: Text = "",
    who: Text = "",
    contact: Text = "",
    medium: Text = "call",
    at: Text = "",
    text: Text = "",
) -> Response:
    """Keeps an entry; it is heard with the next look at the door."""
    seen.require("write")
    entry = {"channel": channel, "who": who, "contact": contact, "medium": medium, "at": at, "text": text}
    if channel not in logs(seen):
        raise Refused("there is no such log; choose one of the list")
    try:
        moment = times.typed(at, seen.zone) if at else clock.now()
        body = log_entry(who, text.replace("\r\n", "\n"), medium=_medium(medium), at=moment, contact=contact)
    except (ValueError, Refused):
        return _form(seen, 422, entry=entry, problem=_wrong(who, text))
    inbound.put(seen.store, channels.by_name(seen.store, channel).id, MEDIA_TYPE, body, user=seen.user.id)
    return _form(seen, 201, done=True)


def logs(seen: Visit) -> list[str]:
    """The logs that are switched on."""
    return [name for name in seen.desk.names if seen.desk.config.channels[name].kind == CHANNEL.kind]


def _medium(value: str) -> Literal["call", "letter", "visit", "other"]:
    for medium in MEDIA:
        if medium == value:
            return medium
    raise ValueError(value)


def _wrong(who: str, text: str) -> str:
    """The key of what to say."""
    return "log.wrong_who" if not who.strip() else "log.wrong_text" if not text.strip() else "log.wrong"


def _form(seen: Visit, status: int = 200, **values: object) -> Response:
    now = clock.now().astimezone(seen.zone)
    empty = {"channel": "", "who": "", "contact": "", "medium": "call", "at": f"{now:%Y-%m-%dT%H:%M}", "text": ""}
    values = {"entry": empty, "problem": "", "done": False, **values}
    return page(seen, "log.html", status, logs=logs(seen), media=MEDIA, **values, **navigation(seen, "log"))
