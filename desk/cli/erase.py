"""`twoway erase`: forget a person, or one thing they said."""

from typing import TYPE_CHECKING, Annotated

import typer

from desk.cli import options, signing
from twoway.errors import Refused
from twoway.store import authors, channels, erasing, mentions
from twoway.store.blanking import Blanked
from twoway.store.mentions import AuthorRow
from twoway.text import one_line

if TYPE_CHECKING:
    from desk.wiring import Desk


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(erase)


def erase(
    login: Annotated[str, typer.Option(help="An admin; the password is asked for.", prompt=True)],
    mention: Annotated[int | None, typer.Option(help="The mention's number, as `twoway show --json` tells it.")] = None,
    author: Annotated[str | None, typer.Option(help="A person: a handle or an id; with --channel.")] = None,
    channel: Annotated[str | None, typer.Option(help="Where this person is known by that name.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask no further.")] = False,
    config: options.Config = None,
    database: options.Database = None,
    as_json: options.Json = False,
) -> None:
    """Blank everything personal of an author, or one mention and the answers to it, and tell what was blanked.

    Events, hashes, order and approvals stay; backups and what others hold are for you to see to.

    Example: twoway erase --author @anna --channel support --login chief
    """
    if (mention is None) == (author is None) or (author is None) != (channel is None):
        raise Refused("say what to erase: --mention ID, or --author HANDLE and --channel NAME")
    password = signing.ask_password()
    with options.at_desk(config, database) as desk, signing.signed_in(desk, login, password, "administer") as user:
        found = _author(desk, author, channel) if author and channel else None
        if not yes and not typer.confirm(_question(desk, found, mention), err=True):
            raise Refused("nothing was erased")
        blanked = _erase(desk, found, mention, user.id)
    if as_json:
        options.print_json(dict(blanked))
    else:
        options.table(("blanked", "rows"), sorted(blanked.items()))


def _author(desk: "Desk", name: str, channel: str) -> AuthorRow:
    return authors.find(desk.store, channels.by_name(desk.store, channel).id, name)


def _question(desk: "Desk", author: AuthorRow | None, mention: int | None) -> str:
    row = author or mentions.author(desk.store, mentions.by_id(desk.store, mention or 0).author_id)
    what = "everything of" if author else f"mention {mention} by"
    return f"Erase {what} {one_line(row.handle)} {one_line(row.name)} for good?"


def _erase(desk: "Desk", author: AuthorRow | None, mention: int | None, user: int) -> Blanked:
    if author:
        return erasing.author(desk.store, author.id, user)
    return erasing.mention(desk.store, mention or 0, user)
