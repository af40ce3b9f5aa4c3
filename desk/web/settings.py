"""One's own settings: the language of the desk, the password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from desk import accounts
from desk.web.inbox import navigation
from desk.web.login import welcome
from desk.web.pages import page, to
from desk.web.visit import Acting, Guest, Looking, Visit
from desk.web.words import LANGUAGES
from twoway.errors import Refused
from twoway.store import users

router = APIRouter(prefix="/settings")
Text = Annotated[str, Form()]


@router.get("")
def settings(seen: Looking) -> Response:
    """The page."""
    return _page(seen)


@router.post("/language")
def language(seen: Acting, language: Text = "") -> Response:
    """German, English, or as the browser says."""
    if language not in ("", *LANGUAGES):
        raise Refused("the desk does not speak this language")
    users.set_language(seen.store, seen.user.id, language)
    return to("/settings")


@router.post("/password")
def password(request: Request, seen: Acting, old: Text = "", new: Text = "", again: Text = "") -> Response:
    """A new password, for whoever knows the old one; it ends every other session."""
    throttle, address = request.app.state.throttle, request.client.host if request.client else ""
    if new != again:
        return _page(seen, 422, problem=seen.words("settings.differ"))
    if not throttle.begin(seen.user.login, address):
        return _page(seen, 429, problem=seen.words("login.too_often"))
    try:
        hashed = accounts.hash_password(new)
        if seen.user.password_hash:
            accounts.sign_in(seen.store, seen.user.login, old)
    except Refused as error:
        return _page(seen, 422, problem=seen.words.said(str(error)))
    throttle.succeeded(seen.user.login, address)
    users.set_password(seen.store, seen.user.id, hashed)
    token, _, _ = accounts.sign_in(seen.store, seen.user.login, new)
    return welcome(Guest(seen.desk, seen.words), token, "/settings")


def _page(seen: Visit, status: int = 200, problem: str = "") -> Response:
    return page(seen, "settings.html", status, problem=problem, **navigation(seen, "settings"))
