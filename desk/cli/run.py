"""`twoway run`: the desk at work, in one process."""

import typer

from desk.cli import options
from twoway.store import hold, users


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(run)


def run(config: options.Config = None, database: options.Database = None) -> None:
    """Hear, judge, queue, deliver and report, and serve the inbox, until stopped (Ctrl-C or SIGTERM).

    Example: twoway run
    """
    from desk import owners
    from desk.running import serve

    with options.at_desk(config, database) as desk:
        if not any(user.active for user in users.all_of(desk.store)):
            options.say("nobody can sign in yet; in another terminal: twoway user add NAME --role admin")
        for line in owners.missing(desk):
            options.say(line, err=True)
        held = hold.of(desk.store.read())
        if held:
            options.say(f"{hold.words(held)}; see twoway confirm --help", err=True)
        serve(desk, started=lambda: options.say(f"the inbox: {desk.config.web.url} (Ctrl-C stops the desk)"))
