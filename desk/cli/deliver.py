"""`twoway deliver`: send what is due now."""

import typer

from desk.cli import options
from twoway.store import deliveries, inbox


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(deliver)


def deliver(config: options.Config = None, database: options.Database = None, as_json: options.Json = False) -> None:
    """Send every approved answer that is due, and read back what is in doubt. Safe beside a running desk.

    Example: twoway deliver
    """
    from desk import schedule

    with options.at_desk(config, database) as desk:
        schedule.deliver_all(desk, schedule.worker_name())
        states = deliveries.states(desk.store)
        troubled = inbox.total(desk.store, "trouble")
    if as_json:
        options.print_json(states)
    else:
        options.table(("state", "answers"), sorted(states.items()))
    if troubled:
        options.say(f"{troubled} need{'s' if troubled == 1 else ''} a person: twoway queue trouble", err=True)
        raise typer.Exit(1)
