"""Leaving the list of a digest, and coming back: by the signed link in the mail, without a login (RFC 8058).

Looking asks only, so that a mail scanner that follows links takes nobody off the list; the button in a mail program
and the one on the page send the POST.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from desk.digest import leaving
from desk.web.pages import page
from desk.web.visit import Asking, Guest
from desk.web.words import Words
from twoway.config import Recipient
from twoway.errors import NotFound
from twoway.store import digests
from twoway.store.digests import Kind

router = APIRouter(prefix="/digest")


@router.get("/{token}")
def ask(seen: Asking, token: str) -> Response:
    """Whether they want to leave, or to come back."""
    return _shown(seen, token, *_whose(seen, token))


@router.post("/{token}")
def leave(seen: Asking, token: str, again: Annotated[str, Form()] = "") -> Response:
    """Off the list, or back on it with ``again``; nothing is asked a second time and nobody is sent elsewhere."""
    recipient, kind = _whose(seen, token)
    change = digests.resubscribe if again else digests.unsubscribe
    change(seen.desk.store, leaving.key(recipient), kind)
    return _shown(seen, token, recipient, kind)


def _whose(seen: Guest, token: str) -> tuple[Recipient, Kind]:
    found = leaving.whose(seen.desk, token)
    if found is None:
        raise NotFound("this link is of no use any more: nothing is sent to whom it belonged")
    return found


def _shown(seen: Guest, token: str, recipient: Recipient, kind: Kind) -> Response:
    reader = Guest(seen.desk, Words(recipient.language))
    left = digests.has_left(seen.desk.store, leaving.key(recipient), kind)
    return page(reader, "digest.html", token=token, kind=kind, left=left)
