"""`twoway queue`: what is on the desk."""

from dataclasses import asdict
from typing import Annotated

import typer

from desk.cli import options
from twoway.errors import NotFound
from twoway.store import inbox
from twoway.store.inbox import Line


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(queue)


WORDS = {
    "complaint": "complaint",
    "urgency": "urgent",
    "reach": "wide reach",
    "time": "little time",
    "repeated": "wrote before",
    "standing": "tag or praise",
    "earlier": "scored earlier",
}


def why(line: Line) -> str:
    """The reasons for its place in its lane, the weightiest first; and how many others say the same."""
    reasons = [f"{WORDS[part]} {points}" for part, points in line.points.items()]
    if line.alike:
        reasons.append(f"{line.alike} alike")
    return ", ".join(reasons)


def queue(
    name: Annotated[str, typer.Argument(help=f"Which list: {', '.join(inbox.LISTS)}.")] = "open",
    limit: Annotated[int, typer.Option(help="How many lines.", min=1)] = 50,
    config: options.Config = None,
    database: options.Database = None,
    as_json: options.Json = False,
) -> None:
    """List conversations, the most pressing first, with the reasons for their order.

    A lane goes before every score: unhappy, super, severe, answer, mention, noise. In one lane more points come first,
    then what is due first.

    Example: twoway queue overdue
    """
    if name not in inbox.LISTS:
        raise NotFound(f"list {name!r}; there are {', '.join(inbox.LISTS)}")
    with options.at_desk(config, database) as desk:
        lines = inbox.lines(desk.store, name, limit)
        counts = inbox.counts(desk.store)
        due = {line.id: options.local(desk, line.promised_at if name == "promised" else line.due_at) for line in lines}
    if as_json:
        for line in lines:
            options.print_json({**asdict(line), "score": sum(line.points.values()), "reasons": line.points})
        return
    rows = [
        (
            line.id,
            line.channel,
            line.lane,
            sum(line.points.values()),
            why(line),
            due[line.id],
            line.author,
            line.draft or line.delivery,
            line.text,
        )
        for line in lines
    ]
    options.table(("id", "channel", "lane", "points", "why", "due", "who", "answer", "words"), rows)
    others = ", ".join(f"{count} {other}" for other, count in counts.items() if count and other != name)
    if others:
        options.say(f"other lists (twoway queue NAME): {others}", err=True)
