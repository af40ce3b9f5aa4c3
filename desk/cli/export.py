"""`twoway export`: mentions out of the house, as JSON Lines."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desk.cli import options, signing
from desk.cli.jsonlines import counting
from twoway.errors import Refused
from twoway.store import authors, channels, exporting

if TYPE_CHECKING:
    from desk.wiring import Desk


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    channel: Annotated[str | None, typer.Option(help="Only this channel.")] = None,
    author: Annotated[
        str | None, typer.Option(help="Everything held about one person: a handle or an id; with --channel.")
    ] = None,
    login: Annotated[
        str | None, typer.Option(help="Whom the record names, an admin; the password is asked for.")
    ] = None,
    config: options.Config = None,
    database: options.Database = None,
) -> None:
    """Write every mention as a line of JSON, with judgement, conversation and answers; oldest first.

    The lines are those that `twoway import` reads. Exporting is on the record.

    Example: twoway export --channel support > support.jsonl
    """
    if author and not channel:
        raise Refused("say with --channel where this author is one: an author is of one channel")
    password = signing.ask_password() if login else ""
    with options.at_desk(config, database) as desk, ExitStack() as acting, counting("exported") as more:
        user = acting.enter_context(signing.signed_in(desk, login, password, "administer")).id if login else None
        for line in _lines(desk, channel, author, user):
            options.print_json(_tidy(line))
            more(1)


def _lines(desk: "Desk", channel: str | None, author: str | None, user: int | None) -> Iterator[dict[str, Any]]:
    of = channels.by_name(desk.store, channel).id if channel else None
    who = authors.find(desk.store, of, author).id if author and of else None
    exporting.begin(desk.store, user, of, who)
    return exporting.about(desk.store, who) if who else exporting.everything(desk.store, of)


def _tidy(line: dict[str, Any]) -> dict[str, Any]:
    """One answered post is one id, and what a mention does not have is left out."""
    answered = line["reply_to"]
    found = {**line, "reply_to": answered[0] if len(answered) == 1 else answered}
    if found["reference"] == found["id"]:
        del found["reference"]
    found["author"] = {name: value for name, value in found["author"].items() if value not in (None, "")}
    kept = ("id", "text", "url", "answers", "judgement", "conversation")
    return {name: value for name, value in found.items() if name in kept or value not in (None, "", [])}
