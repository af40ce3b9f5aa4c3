"""Signing in: passwords by argon2, one-time links, sessions that can be ended."""

from functools import cache
from typing import TYPE_CHECKING

from twoway.errors import NotFound, Refused
from twoway.store import Store, sessions, users
from twoway.store.sessions import Session
from twoway.store.users import User

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 10
WRONG = "login or password is wrong"


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash to compare with when there is no such person, so that the answer takes as long."""
    return _hasher().hash("nobody")


def hash_password(password: str) -> str:
    """The argon2id hash of a new password. Raises Refused if it is too short."""
    if len(password) < SHORTEST:
        raise Refused(f"a password has at least {SHORTEST} characters; a sentence is easy to remember")
    return _hasher().hash(password)


def sign_in(store: Store, login: str, password: str) -> tuple[str, Session, User]:
    """A session for whoever knows the password: its token, itself, its person. Takes about a second. Raises Refused."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        user = users.by_login(store, login)
    except NotFound:
        user = None
    known = user.password_hash if user and user.active and user.password_hash else None
    try:
        _hasher().verify(known or _nobody(), password)
    except (Argon2Error, InvalidHashError):
        raise Refused(WRONG) from None
    if user is None or known is None:
        raise Refused(WRONG)
    token, session = sessions.begin(store, user.id, "password")
    return token, session, user
