"""`twoway channel`: how channels fare, signing in to one, and letting a paused one work again."""

from typing import Annotated

import typer

from desk.cli import options
from twoway.store import channels


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="How channels fare; sign in to one; let a paused one work again.", no_args_is_help=True)
    group.command("list")(listing)
    group.command()(resume)
    group.command()(login)
    app.add_typer(group, name="channel")


def listing(config: options.Config = None, database: options.Database = None, as_json: options.Json = False) -> None:
    """Every channel: last heard, last success, last error, paused.

    Example: twoway channel list
    """
    with options.at_desk(config, database) as desk:
        rows = channels.all_of(desk.store)
        heard = {
            row.id: (options.local(desk, row.last_heard_at), options.local(desk, row.last_success_at)) for row in rows
        }
    if as_json:
        for row in rows:
            options.print_json(row)
        return
    shown = [(row.name, row.kind, *heard[row.id], row.paused_reason or row.last_error) for row in rows]
    options.table(("channel", "kind", "last heard", "last success", "trouble"), shown)


def resume(
    name: Annotated[str, typer.Argument(help="The channel.")],
    config: options.Config = None,
    database: options.Database = None,
) -> None:
    """Let a paused channel hear and send again, once its login is mended; or one that its platform told to wait.

    Example: twoway channel resume support
    """
    with options.at_desk(config, database) as desk:
        channels.resume(desk.store, name, None)
        options.say(f"{name} works again")


def login(
    name: Annotated[str, typer.Argument(help="The channel; its configuration says who gives its tokens.")],
    config: options.Config = None,
    database: options.Database = None,
) -> None:
    """Sign in to a channel that logs in with tokens, in a browser on any machine; once, until they are withdrawn.

    Example: twoway channel login support
    """
    with options.at_desk(config, database) as desk:
        desk.sign_in(name, _where)
        desk.check(name)
        options.say(f"signed in; {name} can be read and answered")
        if channels.by_name(desk.store, name).paused_at:
            channels.resume(desk.store, name, None)
            options.say(f"{name} works again")


def _where(address: str, code: str) -> None:
    options.say(f"Open {address} and type the code {code}; this waits until you are done.")
