"""`twoway confirm`: let a restored, copied or moved database send again."""

from typing import Annotated

import typer

from desk.cli import options
from twoway.errors import Refused
from twoway.states import require
from twoway.store import hold, sessions


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(confirm)


def confirm(
    login: Annotated[str, typer.Option(help="An admin; the password is asked for.", prompt=True)],
    config: options.Config = None,
    database: options.Database = None,
) -> None:
    """Say that this database is the only one of its desk at work, so that it may send again.

    Sending is held where a database was restored, copied or moved: it may not know what was sent meanwhile.

    Example: twoway confirm --login anna
    """
    from desk.accounts import sign_in

    password = typer.prompt("Password", hide_input=True)
    with options.at_desk(config, database) as desk:
        _, session, user = sign_in(desk.store, login, password)
        try:
            require(user.role, "administer")
            found = hold.of(desk.store.read())
            if found is None:
                raise Refused("sending is not held; there is nothing to confirm")
            options.say(f"held since {options.local(desk, found.held_at)}: {found.held_reason}")
            if not typer.confirm("Is no other copy of this database at work?"):
                raise Refused("not confirmed; sending stays held")
            hold.confirm(desk.store, session)
            options.say("confirmed; answers in doubt are read back from the platforms: twoway queue trouble")
        finally:
            sessions.end(desk.store, session.id)
