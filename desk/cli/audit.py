"""`twoway audit`: do the promises hold on this database, and does what stands on the platforms agree?"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desk.cli import options
from twoway import clock
from twoway.config import find, load
from twoway.store import open_untouched
from twoway.store.audit import Check, Report
from twoway.store.audit import audit as examine
from twoway.store.database import plain_words

if TYPE_CHECKING:
    from responders.readback import Comparison, Named


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(audit)


def audit(
    against_platform: Annotated[
        bool,
        typer.Option(
            "--against-platform", help="Also compare with what stands on the platforms in our name, and hear them."
        ),
    ] = False,
    days: Annotated[int, typer.Option(help="How many days back the platforms are asked.", min=1, max=3650)] = 30,
    config: options.Config = None,
    database: options.Database = None,
    as_json: options.Json = False,
) -> None:
    """Check every promise on a database, naming the rows that break one; exit 1 on any. Changes nothing in it.

    Against the platforms: every post in our name needs an approval, or a record that it was made elsewhere.

    Example: twoway audit --against-platform --days 7
    """
    report = _examined(database or load(find(config)).desk.database)
    compared = _compared(config, database, days) if against_platform else []
    if as_json:
        options.print_json(_as_json(report, compared, against_platform))
    else:
        _show(report)
        for one in compared:
            _show_compared(one)
    if not (report.ok and all(one.ok for one in compared)):
        raise typer.Exit(1)


def _examined(path: Path) -> Report:
    store = open_untouched(path)
    try:
        with plain_words(path):
            return examine(store)
    finally:
        store.close()


def _compared(config: Path | None, database: Path | None, days: int) -> "list[Comparison]":
    from desk.platforms import comparisons

    since = clock.now() - timedelta(days=days)
    with options.at_desk(config, database) as desk, options.progress() as bar:

        def watch(name: str) -> Callable[[], None]:
            task = bar.add_task(name, total=None)
            return lambda: bar.advance(task)

        return list(comparisons(desk, since, watch))


def _as_json(report: Report, compared: "list[Comparison]", asked: bool) -> dict[str, Any]:
    found = report.as_json()
    if not asked:
        return found
    platforms = [{**asdict(one), "since": clock.stamp(one.since), "ok": one.ok} for one in compared]
    return {**found, "ok": found["ok"] and all(one.ok for one in compared), "platforms": platforms}


def _show(report: Report) -> None:
    for promise in report.promises:
        options.say(f"{promise.number}. {promise.title}: {'holds' if promise.ok else 'BROKEN'}")
        for check in promise.checks:
            _show_check(check)
        options.say(f"     shown by the tests only: {promise.elsewhere}")
    under_way = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in report.in_progress.items() if count)
    options.say(f"under way, and no violation: {under_way or 'nothing'}")
    broken = report.broken()
    options.say(f"{len(broken)} checks failed" if broken else "every promise holds")


def _show_check(check: Check) -> None:
    options.say(f"  {'ok ' if check.ok else 'NO '} {check.asked} ({check.rows} checked)")
    if not check.ok:
        more = f" and {check.broken - len(check.offending)} more" if check.broken > len(check.offending) else ""
        options.say(f"     {check.broken} broken: {', '.join(check.offending)}{more}")


def _show_compared(one: "Comparison") -> None:
    """Posts by id and address, never by text."""
    if one.unlisted:
        options.say(f"--  {one.channel}: cannot be compared: {one.unlisted}")
        return
    options.say(
        f"{'ok ' if one.ok else 'NO '} {one.channel}, since {one.since:%Y-%m-%d %H:%M} UTC: {one.approved} posts are"
        f" approved answers, {one.elsewhere} were made elsewhere, {one.under_way} are just being sent"
    )
    if one.down:
        options.say(f"     not asked or heard to the end: {one.down}")
    _show_named(one.wrong, "without approval or record")
    _show_named(one.gone, "sent, and no longer listed; posts may be deleted")


def _show_named(named: "Named", what: str) -> None:
    if named.count:
        options.say(f"     {named.count} {what}:")
    for post in named.posts:
        options.say(f"       {post.id} {post.url} {post.said}".rstrip())
    if named.count > len(named.posts):
        options.say(f"       and {named.count - len(named.posts)} more")
