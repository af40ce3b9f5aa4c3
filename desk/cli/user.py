"""`twoway user`: the people of this desk."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from desk.accounts import hash_password
from desk.cli import options
from twoway.states import Role
from twoway.store import sessions, users

Login = Annotated[str, typer.Argument(help="The login.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Who works at this desk, and what they may do.", no_args_is_help=True)
    for name, command in COMMANDS.items():
        group.command(name)(command)
    app.add_typer(group, name="user")


def add(
    login: Login,
    role: Annotated[Role, typer.Option(help="What this person may do.")] = "agent",
    name: Annotated[str, typer.Option(help="The full name; the login when not given.")] = "",
    initials: Annotated[str, typer.Option(help="How this person signs.")] = "",
    config: options.Config = None,
    database: options.Database = None,
) -> None:
    """Add a person. The password is asked for, or read from standard input where that is no terminal.

    Example: twoway user add anna --role approver --name "Anna Berger"
    """
    with options.at_desk(config, database) as desk:
        full = name or login
        signs = initials or "".join(word[0].upper() for word in full.split())
        users.add(desk.store, login, full, signs, role, hash_password(_new_password()))
        options.say(f"{login} can sign in at {desk.config.web.url}")


def listing(config: options.Config = None, database: options.Database = None, as_json: options.Json = False) -> None:
    """Everybody, with role.

    Example: twoway user list
    """
    with options.at_desk(config, database) as desk:
        people = users.all_of(desk.store)
    if as_json:
        for person in people:
            options.print_json(
                {"login": person.login, "name": person.name, "role": person.role, "active": bool(person.active)}
            )
    else:
        rows = [(p.login, p.name, p.role, "yes" if p.active else "no") for p in people]
        options.table(("login", "name", "role", "active"), rows)


def link(login: Login, config: options.Config = None, database: options.Database = None) -> None:
    """Print a link that signs a person in once, within half an hour.

    Example: twoway user link anna
    """
    with options.at_desk(config, database) as desk:
        token = sessions.make_link(desk.store, users.by_login(desk.store, login).id)
        options.say(f"{desk.config.web.url}/login/link/{token}")


def password(login: Login, config: options.Config = None, database: options.Database = None) -> None:
    """Set a new password; every session of this person ends.

    Example: twoway user password anna
    """
    with options.at_desk(config, database) as desk:
        users.set_password(desk.store, users.by_login(desk.store, login).id, hash_password(_new_password()))
        options.say("done; all sessions of this person have ended")


def role(
    login: Login,
    new: Annotated[Role, typer.Argument(help="What this person may do from now on.")],
    config: options.Config = None,
    database: options.Database = None,
) -> None:
    """Give a person another role.

    Example: twoway user role anna admin
    """
    with options.at_desk(config, database) as desk:
        users.set_role(desk.store, users.by_login(desk.store, login).id, new, None)
        options.say(f"{login} is {new} now")


def deactivate(login: Login, config: options.Config = None, database: options.Database = None) -> None:
    """Shut a person out; approvals of theirs that have not gone out are withdrawn.

    Example: twoway user deactivate anna
    """
    with options.at_desk(config, database) as desk:
        users.deactivate(desk.store, users.by_login(desk.store, login).id, None)
        options.say(f"{login} can no longer sign in")


def _new_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


COMMANDS: dict[str, Callable[..., None]] = {
    "add": add,
    "list": listing,
    "link": link,
    "password": password,
    "role": role,
    "deactivate": deactivate,
}
