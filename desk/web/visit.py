"""Who is looking: the session behind a request, its person, their language, and whether a form is really theirs."""

import secrets
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Form, Header, Path, Request

from desk.web.words import Words, preferred
from desk.wiring import Desk
from twoway.errors import Refused
from twoway.states import RIGHTS, require
from twoway.store import Store, sessions, users
from twoway.store.sessions import Session
from twoway.store.users import User


class SignedOut(Exception):
    """Nobody is signed in."""


class Forged(Refused):
    """The form does not carry the session's token: it was not made by a page of this session."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who has not signed in."""

    desk: Desk
    words: Words
    user: None = None

    @property
    def zone(self) -> ZoneInfo:
        """The desk's time zone."""
        return self.desk.config.desk.timezone


@dataclass(frozen=True, slots=True)
class Visit:
    """A person at the desk, in their own session."""

    desk: Desk
    words: Words
    user: User
    session: Session

    @property
    def store(self) -> Store:
        """The desk's file."""
        return self.desk.store

    @property
    def zone(self) -> ZoneInfo:
        """The desk's time zone."""
        return self.desk.config.desk.timezone

    def may(self, right: str) -> bool:
        """Does this person's role allow it? For what is shown; what is done asks again."""
        return right in RIGHTS[self.user.role]

    def require(self, right: str) -> None:
        """Refused unless this person's role allows it."""
        require(self.user.role, right)


def cookie_name(desk: Desk) -> str:
    """Of the session's cookie. Cookies are shared between ports, so that two desks on a machine need two names."""
    name = f"twoway_{desk.config.web.port}"
    return f"__Host-{name}" if is_secure(desk) else name


def is_secure(desk: Desk) -> bool:
    """Do people reach the desk by https?"""
    return desk.config.web.url.startswith("https://")


def guest(request: Request) -> Guest:
    """Whoever asks, without asking who they are."""
    return Guest(request.app.state.desk, Words(preferred(request.headers.get("accept-language", ""))))


def visit(request: Request) -> Visit:
    """The person whose session this is. Raises SignedOut."""
    asking = guest(request)
    token = request.cookies.get(cookie_name(asking.desk), "")
    session = sessions.living(asking.desk.store, token) if token else None
    if session is None:
        raise SignedOut
    user = users.by_id(asking.desk.store, session.user_id)
    words = Words(user.language) if user.language else asking.words
    return Visit(asking.desk, words, user, session)


def signed(
    seen: Annotated[Visit, Depends(visit)],
    csrf: Annotated[str, Form()] = "",
    x_csrf_token: Annotated[str, Header()] = "",
) -> Visit:
    """The person who sent a form that a page of their own session made. Raises SignedOut, Forged."""
    if not secrets.compare_digest((csrf or x_csrf_token).encode(), seen.session.csrf.encode()):
        raise Forged("this form has expired; reload the page and try again")
    return seen


Looking = Annotated[Visit, Depends(visit)]
Acting = Annotated[Visit, Depends(signed)]
Asking = Annotated[Guest, Depends(guest)]
Number = Annotated[int, Path(ge=1, lt=2**63)]
"""Of a conversation, a delivery or a person, as a database can hold it."""
