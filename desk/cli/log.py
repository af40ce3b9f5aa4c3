"""`twoway log`: write down a call, a letter, a visit."""

from datetime import datetime
from typing import Annotated, Literal

import typer

from desk.cli import options
from twoway.channels.log import MEDIA_TYPE, log_entry
from twoway.errors import NotFound
from twoway.store import channels, inbound


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(log)


def log(
    who: Annotated[str, typer.Argument(help="The customer's name.")],
    text: Annotated[str, typer.Argument(help="What they said.")],
    medium: Annotated[Literal["call", "letter", "visit", "other"], typer.Option(help="How they said it.")] = "call",
    contact: Annotated[str, typer.Option(help="How to reach them.")] = "",
    at: Annotated[datetime | None, typer.Option(help="When, in local time; now when not given.")] = None,
    channel: Annotated[str | None, typer.Option(help="Which log, where there are several.")] = None,
    config: options.Config = None,
    database: options.Database = None,
) -> None:
    """Write down what a customer said elsewhere; it is judged and queued like any mention.

    Example: twoway log "Anna Berger" "Die Kaffeemühle ist kaputt angekommen." --contact "+49 170 0000000"
    """
    with options.at_desk(config, database) as desk:
        logs = [name for name in desk.names if desk.config.channels[name].kind == "log"]
        name = channel or next(iter(logs), None)
        if name not in logs:
            raise NotFound(f'log channel {name or ""}; add one to the configuration: [channels.counter] kind = "log"')
        when = at.replace(tzinfo=desk.config.desk.timezone) if at else None
        body = log_entry(who, text, medium=medium, at=when, contact=contact)
        inbound.put(desk.store, channels.by_name(desk.store, name).id, MEDIA_TYPE, body)
        options.say("written down")
