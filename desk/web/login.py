"""Signing in and out. A login link asks for a click first, so that a mail scanner does not use it up."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from desk import accounts
from desk.web.pages import page, to
from desk.web.visit import Acting, Asking, Guest, SignedOut, cookie_name, is_secure, visit
from twoway.errors import Refused
from twoway.store import sessions

router = APIRouter()
Text = Annotated[str, Form()]
FORM = "twoway_form"
"""The cookie that a form before sign-in has to match; afterwards the session's own token takes over."""


@router.get("/login")
def ask(request: Request, seen: Asking, next: str = "/") -> Response:  # noqa: A002 - the name people see in the address
    """The sign-in page; whoever is signed in goes on."""
    try:
        visit(request)
    except SignedOut:
        return _form(request, seen, "login.html", next=next)
    return to(_inside(next))


@router.post("/login")
def sign_in(
    request: Request,
    seen: Asking,
    login: Text = "",
    password: Text = "",
    next: Text = "/",  # noqa: A002
    form: Text = "",
) -> Response:
    """A session for whoever knows the password."""
    throttle, address = request.app.state.throttle, request.client.host if request.client else ""
    login = login.strip()
    again = {"login": login, "next": next}
    if not _own(request, form):
        return _form(request, seen, "login.html", 403, problem="login.expired", **again)
    if not throttle.begin(login, address):
        return _form(request, seen, "login.html", 429, problem="login.too_often", **again)
    try:
        token, _, _ = accounts.sign_in(seen.desk.store, login, password)
    except Refused:
        return _form(request, seen, "login.html", 401, problem="login.wrong", **again)
    throttle.succeeded(login, address)
    return welcome(seen, token, _inside(next))


@router.get("/login/link/{token}")
def link(request: Request, seen: Asking, token: str) -> Response:
    """Asks for the click that uses the link; looking at it uses nothing."""
    return _form(request, seen, "link.html", token=token)


@router.post("/login/link/{token}")
def use_link(request: Request, seen: Asking, token: str, form: Text = "") -> Response:
    """A session for whoever holds the link."""
    if not _own(request, form):
        return _form(request, seen, "link.html", 403, problem="login.expired", token=token)
    try:
        found, _ = sessions.use_link(seen.desk.store, token)
    except Refused:
        return _form(request, seen, "link.html", 410, problem="login.link_used", token="")
    return welcome(seen, found, "/")


@router.post("/logout")
def sign_out(seen: Acting) -> Response:
    """Ends this session."""
    sessions.end(seen.store, seen.session.id)
    response = to("/login")
    response.delete_cookie(cookie_name(seen.desk), secure=is_secure(seen.desk), httponly=True, samesite="lax")
    return response


def welcome(seen: Guest, token: str, path: str) -> Response:
    """Hands the session's token to the browser, which no script can read there."""
    response = to(path)
    lasts = int(sessions.LASTS.total_seconds())
    response.set_cookie(
        cookie_name(seen.desk), token, max_age=lasts, httponly=True, samesite="lax", secure=is_secure(seen.desk)
    )
    return response


def _form(request: Request, seen: Guest, template: str, status: int = 200, **values: str) -> Response:
    form = request.cookies.get(FORM) or secrets.token_urlsafe(24)
    values = {"problem": "", "login": "", "next": "/", **values}
    response = page(seen, template, status, form=form, **values)
    response.set_cookie(FORM, form, httponly=True, samesite="strict", secure=is_secure(seen.desk), path="/login")
    return response


def _own(request: Request, form: str) -> bool:
    known = request.cookies.get(FORM, "")
    return bool(known) and secrets.compare_digest(known.encode(), form.encode())


def _inside(path: str) -> str:
    """A path of this desk, whatever was asked for."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if safe else "/"
