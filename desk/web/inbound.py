"""The inbound door for other systems: a signed request is kept before it is acknowledged.

known? -> not too often? -> not too large? -> read -> admitted by its kind -> kept, committed -> 202

Who may push is shown by the signature alone: there is no session, no cookie and no form of ours to forge.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from desk.web.guard import PUSHED
from desk.web.rates import Rate
from desk.wiring import Desk
from twoway import channels as kinds
from twoway.channel import Intake
from twoway.errors import NotAdmitted, StoreError
from twoway.store import channels, inbound

log = structlog.get_logger(__name__)
router = APIRouter()
READ_SECONDS = 20
"""How long a request may take to arrive."""
STRANGERS = 30
"""Requests of one address without a right signature, in a quarter of an hour, that are told what is wrong."""
AFTER = 10
"""Seconds after which a sender may try again when the file cannot be written."""


class Rates:
    """What was pushed lately: taken, by channel; not signed, by address."""

    def __init__(self) -> None:
        self.taken = Rate(timedelta(minutes=1))
        self.strange = Rate(timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Pushed:
    """A request as it arrived, not yet admitted."""

    desk: Desk
    channel: str
    intake: Intake
    rates: Rates
    address: str
    headers: Mapping[str, str]
    body: bytes


async def pushed(request: Request, name: str) -> Pushed:
    """The whole request, read only once it is known that it can be for us. Raises NotAdmitted."""
    desk: Desk = request.app.state.desk
    intake = _intake(desk, name)
    rates: Rates = request.app.state.rates
    address = request.client.host if request.client else ""
    if wait := rates.taken.full(name, intake.per_minute):
        raise _too_often(wait)
    body = await _body(request, intake.largest)
    return Pushed(desk, name, intake, rates, address, request.headers, body)


def _intake(desk: Desk, name: str) -> Intake:
    """How that channel takes requests. All that is not such a channel looks the same from outside."""
    found = kinds.channel(desk.config.channels[name].kind).intake if name in desk.names else None
    if found is None:
        raise NotAdmitted(404, "nothing is taken in under this name; look at the end of the address")
    return found


def _too_often(wait: int) -> "TooOften":
    return TooOften(429, f"too many requests; try again in {wait} seconds", wait)


async def _body(request: Request, largest: int) -> bytes:
    said = f"the body may have {largest} bytes at most"
    # What hides its length was refused before (`desk.web.guard`), and the server holds everybody to theirs.
    if int(request.headers["content-length"]) > largest:
        raise NotAdmitted(413, said)
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await request.body()
    except TimeoutError:
        raise NotAdmitted(408, f"the body did not arrive within {READ_SECONDS} seconds") from None
    except ClientDisconnect:
        raise NotAdmitted(400, "the body did not arrive whole") from None


@router.post(PUSHED + "{name}")
def take(request: Annotated[Pushed, Depends(pushed)]) -> Response:
    """Keeps a request and says so once that is committed; 202 what is new, 200 what came before, to the byte."""
    settings = request.desk.config.channels[request.channel].settings
    try:
        unique_id = request.intake.admit(settings, request.headers, request.body)
    except NotAdmitted as error:
        raise _as_a_stranger(request, error) from None
    request.rates.taken.count(request.channel)
    try:
        return _keep(request, unique_id)
    except StoreError as error:
        log.error("nothing was taken in", channel=request.channel, why=str(error))
        raise TooOften(503, "the desk cannot keep anything right now; send it again", AFTER) from error


def _as_a_stranger(request: Pushed, refusal: NotAdmitted) -> NotAdmitted:
    """Whoever is not signed is slowed down, but never at the cost of who is: behind a proxy all have one address."""
    if refusal.status != 401:
        return refusal
    key = f"{request.channel} {request.address}"
    wait = request.rates.strange.begin({key: STRANGERS})
    return _too_often(wait) if wait else refusal


def _keep(request: Pushed, unique_id: str) -> Response:
    store = request.desk.store
    channel = channels.by_name(store, request.channel).id
    media_type = request.headers.get("content-type", "")
    if inbound.put(store, channel, media_type, request.body, unique_id=unique_id) is not None:
        return JSONResponse({"taken": unique_id}, 202)
    # The second copy is not news, and senders repeat themselves until they hear a 2xx; one that was erased stays so.
    if inbound.kept(store, channel, unique_id) in (request.body, b""):
        return JSONResponse({"taken": unique_id}, 200)
    raise NotAdmitted(409, "another message came with this webhook-id; give each message an id of its own")


class TooOften(NotAdmitted):
    """Not now; after ``seconds``."""

    def __init__(self, status: int, said: str, seconds: int) -> None:
        super().__init__(status, said)
        self.seconds = seconds


def refused(status: int, said: str, fields: Mapping[str, str] | None = None) -> JSONResponse:
    """A refusal as programs read it."""
    return JSONResponse({"error": said, **({"fields": dict(fields)} if fields else {})}, status)


def not_admitted(request: Request, error: Exception) -> Response:
    """What becomes of NotAdmitted."""
    assert isinstance(error, NotAdmitted)  # noqa: S101 - registered for nothing else
    answer = refused(error.status, str(error), error.fields)
    if isinstance(error, TooOften):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer
