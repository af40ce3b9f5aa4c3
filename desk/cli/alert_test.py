"""`twoway alert-test`: does everybody who is to be alerted get it?"""

from typing import Annotated

import typer

from desk.cli import options


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("alert-test")(alert_test)


def alert_test(
    rule: Annotated[str, typer.Option(help="The rule whose message is shown.")] = "severe_complaint",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the message; send nothing.")] = False,
    config: options.Config = None,
    database: options.Database = None,
    as_json: options.Json = False,
) -> None:
    """Send an example to every receiver of alerts, marked as one, and say who took it; exit 1 if somebody did not.

    Example: twoway alert-test --rule clock.breach
    """
    from desk.alerts import example

    with options.at_desk(config, database) as desk:
        shown = example.message(desk, rule, desk.config.desk.languages[0])
        tried = [] if dry_run else example.tell(desk, rule)
    missed = [one for one in tried if not one.took]
    if as_json:
        options.print_json({"title": shown.title, "body": shown.body, "receivers": tried})
    elif dry_run:
        options.say(f"{shown.title}\n\n{shown.body}")
    elif tried:
        rows = [(one.receiver, one.name, "took it" if one.took else "did not take it") for one in tried]
        options.table(("receiver", "kind and mark", ""), rows)
    if not tried and not dry_run:
        options.say("nobody is alerted: set alerts.urls in the configuration", err=True)
        raise typer.Exit(1)
    if missed:
        raise typer.Exit(1)
