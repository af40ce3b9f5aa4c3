"""`twoway collect`: hear now, or bring history."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from desk.cli import options
from twoway import clock
from twoway.errors import NotFound
from twoway.store import channels
from twoway.store.hearing import Kept

if TYPE_CHECKING:
    from desk.wiring import Desk


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(collect)


def collect(
    names: Annotated[list[str] | None, typer.Argument(help="Channels; all when none is named.")] = None,
    backfill: Annotated[int | None, typer.Option(help="Also read what is up to so many days old.", min=1)] = None,
    answer_since: Annotated[
        datetime | None,
        typer.Option(help="What was said since this day is work, not history.", formats=["%Y-%m-%d"]),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Only say of each post of some days why it counts or not; keep nothing.")
    ] = False,
    config: options.Config = None,
    database: options.Database = None,
    as_json: options.Json = False,
) -> None:
    """Poll channels once. Old mentions are history: judged and searchable, nothing to answer.

    Example: twoway collect support --backfill 30 --answer-since 2026-11-01
    """
    if explain:
        return _explain(names, backfill, answer_since, config, database, as_json)
    with options.at_desk(config, database) as desk, options.progress() as bar:
        found = {}
        for name in _asked_for(desk, names):
            if answer_since:
                channel = channels.by_name(desk.store, name)
                since = answer_since.replace(tzinfo=desk.config.desk.timezone)
                channels.answer_since(desk.store, channel.id, since)
            task = bar.add_task(name, total=None)
            found[name] = _collect(desk, name, backfill, partial(bar.advance, task))
        troubles = {row.name: row.last_error for row in channels.all_of(desk.store) if row.name in found}
    if as_json:
        options.print_json({name: {"heard": heard, "error": troubles[name]} for name, heard in found.items()})
    else:
        options.table(("channel", "heard", "error"), [(name, n, troubles[name]) for name, n in found.items()])
    if any(troubles.values()):
        raise typer.Exit(1)
    return None


def _explain(
    names: list[str] | None,
    backfill: int | None,
    answer_since: datetime | None,
    config: options.Config,
    database: options.Database,
    as_json: bool,
) -> None:
    from desk.cli import explaining

    if answer_since:
        raise typer.BadParameter(
            "--explain keeps nothing, so that there is nothing to answer", param_hint="--answer-since"
        )
    with options.at_desk(config, database) as desk:
        went_well = explaining.explain(desk, _asked_for(desk, names), backfill, as_json)
    if not went_well:
        raise typer.Exit(1)


def _asked_for(desk: "Desk", names: list[str] | None) -> list[str]:
    unknown = [name for name in names or () if name not in desk.names]
    if unknown:
        raise NotFound(f"no channel {unknown[0]!r} is switched on; there are {', '.join(desk.names) or 'none'}")
    return names or desk.names


def _collect(desk: "Desk", name: str, backfill: int | None, advance: Callable[[float], None]) -> int:
    from listener.collect import collect_once

    heard: list[int] = []

    def told(kept: Kept) -> None:
        heard.append(kept.mentions)
        advance(kept.mentions)

    since = clock.now() - timedelta(days=backfill) if backfill else None
    connect = partial(desk.collector, name, since)
    standing = partial(desk.standing, name)
    collect_once(desk.store, name, connect, afresh=backfill is not None, heard=told, standing=standing)
    return sum(heard)
