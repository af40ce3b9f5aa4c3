"""`twoway audit`: do the promises hold on this database?"""

import typer

from desk.cli import options
from twoway.config import find, load
from twoway.store import open_untouched
from twoway.store.audit import Check, Report
from twoway.store.audit import audit as examine
from twoway.store.database import plain_words


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(audit)


def audit(config: options.Config = None, database: options.Database = None, as_json: options.Json = False) -> None:
    """Check every promise on a database, naming the rows that break one. Changes nothing; exit 1 on any.

    Example: twoway audit --database twoway.db
    """
    path = database or load(find(config)).desk.database
    store = open_untouched(path)
    try:
        with plain_words(path):
            report = examine(store)
    finally:
        store.close()
    if as_json:
        options.print_json(report.as_json())
    else:
        _show(report)
    if not report.ok:
        raise typer.Exit(1)


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
