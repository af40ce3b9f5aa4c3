"""`twoway approve ID`: say yes in a terminal, in one's own session."""

from typing import TYPE_CHECKING, Annotated

import typer

from desk.cli import options
from twoway.errors import Refused
from twoway.states import After, require
from twoway.store import channels, conversations, sessions
from twoway.store.sessions import Session
from twoway.store.users import User

if TYPE_CHECKING:
    from desk.wiring import Desk
    from responders.review import Prepared


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(approve)


def approve(
    conversation: Annotated[int, typer.Argument(help="The conversation's number.")],
    login: Annotated[str, typer.Option(help="Who approves; the password is asked for.", prompt=True)],
    text: Annotated[str | None, typer.Option(help="The answer, in place of the draft's words.")] = None,
    resolve: Annotated[bool, typer.Option("--resolve", help="Close the conversation once it is sent.")] = False,
    config: options.Config = None,
    database: options.Database = None,
) -> None:
    """Show an answer exactly as it will be posted and, after a yes, let it go out.

    Example: twoway approve 12 --login anna
    """
    from desk.accounts import sign_in

    password = typer.prompt("Password", hide_input=True)
    with options.at_desk(config, database) as desk:
        _, session, user = sign_in(desk.store, login, password)
        try:
            require(user.role, "approve")
            _decide(desk, user, session, conversation, text, "resolved" if resolve else "waiting")
        finally:
            sessions.end(desk.store, session.id)


def _decide(desk: "Desk", user: User, session: Session, conversation: int, text: str | None, after: After) -> None:
    from responders import review

    found = conversations.by_id(desk.store, conversation)
    outlet = desk.outlet(next(row.name for row in channels.all_of(desk.store) if row.id == found.channel_id))
    if text is not None:
        review.save(desk.store, user, conversation, text)
    prepared = review.prepare(desk.store, outlet, user, conversation)
    _show(prepared)
    if not prepared.approvable or not typer.confirm("Send exactly this?"):
        raise Refused("not approved")
    answer = review.approve(desk.store, outlet, user, session, prepared, prepared.preview.sha256, after)
    options.say(f"approved; a running desk sends answer {answer.id} in {outlet.undo_seconds} s (or: twoway deliver)")


def _show(prepared: "Prepared") -> None:
    preview = prepared.preview
    options.say(f"to {', '.join(preview.recipients) or 'the thread'} ({preview.visibility}) {preview.subject}")
    for number, part in enumerate(preview.parts, 1):
        options.say(f"--- part {number} of {len(preview.parts)}, {len(part)} characters")
        options.say(part)
    options.say("---")
    for finding in prepared.findings:
        options.say(f"{finding.level}: {finding.text('en')}")
    for stop in filter(None, (prepared.changed, prepared.barred)):
        options.say(f"stop: {stop}")
