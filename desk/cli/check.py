"""`twoway check`: is the configuration right, do the logins work, how do the channels fare, who judges?"""

from typing import TYPE_CHECKING

import typer

from desk.cli import options
from twoway.errors import TwowayError
from twoway.store import channels, hold, standings, users

if TYPE_CHECKING:
    from desk.wiring import Desk


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(config: options.Config = None, database: options.Database = None, as_json: options.Json = False) -> None:
    """Check the configuration and the database, load the judge, log in to every channel, and say how each fares.

    Sends nothing.

    Example: twoway check
    """
    from desk import health, owners
    from desk.cli import faring

    with options.at_desk(config, database) as desk:
        results = {name: _try(desk, name) for name in desk.names}
        found = [one for one in health.of(desk) if one.on]
        zone = desk.config.desk.timezone
        people = [user for user in users.all_of(desk.store) if user.active and user.role in ("approver", "admin")]
        held = hold.of(desk.store.read())
        judge, problem = desk.judge.model, desk.judge_problem
        ownerless = owners.missing(desk)
    if as_json:
        options.print_json(
            {
                "channels": {name: said or "ok" for name, said in results.items()},
                "health": {one.channel.name: faring.facts(one) for one in found},
                "approvers": len(people),
                "held": held.held_reason if held else None,
                "judge": judge,
                "judge_problem": problem or None,
                "lanes": ownerless,
            }
        )
    else:
        options.table(*faring.table(found, results, zone))
        for line in faring.to_do(found):
            options.say(line)
        options.say(f"the judge: {judge}")
        if problem:
            options.say(f"another judge was asked for: {problem}")
        for line in ownerless:
            options.say(line)
        if not people:
            options.say("nobody here may approve yet: twoway user add NAME --role admin")
        if held:
            options.say(f"{hold.words(held)}; see twoway confirm --help")
    if held or problem or ownerless or any(results.values()):
        raise typer.Exit(1)


def _try(desk: "Desk", name: str) -> str:
    try:
        desk.check(name)
    except TwowayError as error:
        return str(error)
    finally:
        standing = desk.standing(name)
        if standing:
            standings.learned(desk.store, channels.by_name(desk.store, name).id, standing)
    return ""
