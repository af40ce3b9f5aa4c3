"""People at this desk, for admins: add, give a role, make a login link, set a password, let go."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Response

from desk import accounts
from desk.web.failures import status_of
from desk.web.inbox import navigation
from desk.web.pages import page, to
from desk.web.visit import Acting, Looking, Number, Visit
from twoway.errors import Refused
from twoway.states import RIGHTS
from twoway.store import sessions, users

router = APIRouter(prefix="/users")
Text = Annotated[str, Form()]


@router.get("")
def everybody(seen: Looking) -> Response:
    """The list and the form for somebody new."""
    seen.require("administer")
    return _page(seen)


@router.post("")
def add(seen: Acting, login: Text = "", name: Text = "", initials: Text = "", role: Text = "agent") -> Response:
    """Somebody new; they sign in by a link first."""

    def act() -> None:
        if not login.strip() or not name.strip():
            raise Refused("a person needs a login and a name")
        users.add(seen.store, login.strip(), name.strip(), initials.strip(), role, None)

    return _attempt(seen, act)


@router.post("/{number}/role")
def give_role(seen: Acting, number: Number, role: Text = "") -> Response:
    """Another role."""

    def act() -> None:
        users.set_role(seen.store, users.by_id(seen.store, number).id, role, seen.user.id)

    return _attempt(seen, act)


@router.post("/{number}/link")
def make_link(seen: Acting, number: Number) -> Response:
    """A login link that works once, shown once."""
    seen.require("administer")
    person = users.by_id(seen.store, number)
    if not person.active:
        raise Refused("this person has left; a login link would not work")
    token = sessions.make_link(seen.store, person.id)
    return _page(seen, made=f"{seen.desk.config.web.url}/login/link/{token}", person=person)


@router.post("/{number}/password")
def set_password(seen: Acting, number: Number, password: Text = "") -> Response:
    """A new password; it ends this person's sessions."""

    def act() -> None:
        person = users.by_id(seen.store, number)
        users.set_password(seen.store, person.id, accounts.hash_password(password))

    return _attempt(seen, act)


@router.post("/{number}/deactivate")
def deactivate(seen: Acting, number: Number) -> Response:
    """This person no longer works here."""

    def act() -> None:
        users.deactivate(seen.store, users.by_id(seen.store, number).id, seen.user.id)

    return _attempt(seen, act)


def _attempt(seen: Visit, act: Callable[[], None]) -> Response:
    seen.require("administer")
    try:
        act()
    except Refused as error:
        return _page(seen, status_of(error), problem=seen.words.said(str(error)))
    return to("/users")


def _page(seen: Visit, status: int = 200, **values: object) -> Response:
    values = {"problem": "", "made": "", "person": None, **values}
    return page(
        seen, "users.html", status, everybody=users.all_of(seen.store), roles=list(RIGHTS), **values,
        **navigation(seen, "users"),
    )  # fmt: skip
