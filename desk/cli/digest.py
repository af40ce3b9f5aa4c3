"""`twoway digest`: what the mail of a day says, and who gets it."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from desk.cli import options
from twoway.errors import NotFound, Refused
from twoway.store import digests

if TYPE_CHECKING:
    from desk.digest.render import Rendered
    from desk.wiring import Desk
    from twoway.config import Recipient


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(digest)


def digest(
    on: Annotated[
        datetime | None, typer.Option("--date", help="The digest of this day; today's else.", formats=["%Y-%m-%d"])
    ] = None,
    preview: Annotated[
        Path | None, typer.Option(help="Write it there: HTML, or plain text where the name ends in .txt.")
    ] = None,
    weekly: Annotated[bool, typer.Option("--weekly", help="The digest of the seven days before.")] = False,
    to: Annotated[str | None, typer.Option(help="As this recipient gets it; as the first one else.")] = None,
    language: Annotated[Literal["de", "en"] | None, typer.Option(help="In this language.")] = None,
    recipients: Annotated[bool, typer.Option("--recipients", help="Only list who gets a digest.")] = False,
    config: options.Config = None,
    database: options.Database = None,
    as_json: options.Json = False,
) -> None:
    """Show a digest as it would be written now; nothing is sent. Without --preview its text is printed.

    Lists and clocks are those of this moment, whatever the date.

    Example: twoway digest --date 2026-11-23 --preview digest.html
    """
    with options.at_desk(config, database) as desk:
        if recipients:
            return _recipients(desk, as_json)
        reader = _reader(desk, to, language)
        day = on.date() if on else _today(desk, reader)
        return _digest(desk, reader, day, "weekly" if weekly else "daily", preview, as_json)


def _digest(
    desk: "Desk", reader: "Recipient", day: date, kind: digests.Kind, preview: Path | None, as_json: bool
) -> None:
    from desk.digest import sending

    if as_json:
        options.print_json(sending.told(desk, reader, day, kind))
        if not preview:
            return
    rendered = sending.preview(desk, reader, day, kind)
    if preview:
        _write(preview, rendered)
    if not as_json:
        options.say(f"{rendered.subject}\n{preview}" if preview else rendered.text.rstrip("\n"))


def _write(path: Path, rendered: "Rendered") -> None:
    try:
        path.write_text(rendered.text if path.suffix == ".txt" else rendered.html, "utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}") from None


def _reader(desk: "Desk", to: str | None, language: Literal["de", "en"] | None) -> "Recipient":
    """Whose digest it is; where nobody gets one, that of somebody who reads the desk's own language."""
    from twoway.config import Recipient

    known = desk.config.digest.recipients
    found = next((one for one in known if to is None or one.address.lower() == to.lower()), None)
    if found is None and to is not None:
        raise NotFound(f"recipient {to!r}; there are {', '.join(one.address for one in known) or 'none'}")
    found = found or Recipient(address="nobody@localhost", language=desk.config.desk.languages[0])
    return found.model_copy(update={"language": language}) if language else found


def _today(desk: "Desk", reader: "Recipient") -> date:
    from desk.digest import sending
    from twoway import clock

    return clock.now().astimezone(sending.zone_of(desk, reader)).date()


def _recipients(desk: "Desk", as_json: bool) -> None:
    from desk.digest import leaving

    rows = []
    for one in desk.config.digest.recipients:
        for kind in leaving.kinds(one):
            last = digests.last(desk.store, leaving.key(one), kind)
            rows.append(
                {
                    "address": one.address,
                    "digest": kind,
                    "language": one.language,
                    "at": f"{one.at:%H:%M}",
                    "last_date": last.local_date if last else None,
                    "sent_at": last.sent_at if last else None,
                    "error": last.last_error if last else None,
                    "unsubscribed": digests.has_left(desk.store, leaving.key(one), kind),
                }
            )
    if as_json:
        options.print_json(rows)
        return
    shown = [({**row, "unsubscribed": "yes" if row["unsubscribed"] else ""}).values() for row in rows]
    options.table(("address", "digest", "language", "at", "last", "sent", "error", "unsubscribed"), [*map(list, shown)])
