"""Acts at the command line that are a named person's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from twoway.states import require
from twoway.store import sessions

if TYPE_CHECKING:
    from desk.wiring import Desk
    from twoway.store.users import User


def ask_password() -> str:
    """The password, typed unseen."""
    typed: str = typer.prompt("Password", hide_input=True, err=True)
    return typed


@contextmanager
def signed_in(desk: "Desk", login: str, password: str, right: str) -> Iterator["User"]:
    """The person, while they do what takes this right; their session ends with it. Raises Refused."""
    from desk.accounts import sign_in

    _, session, user = sign_in(desk.store, login, password)
    try:
        require(user.role, right)
        yield user
    finally:
        sessions.end(desk.store, session.id)
