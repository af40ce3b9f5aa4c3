"""`twoway train`: the judge learns from what the team corrected."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desk.cli import options, scratch

if TYPE_CHECKING:
    from desk.learning import Trained
    from desk.wiring import Desk


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(train)


def train(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would come of it and keep nothing.")] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Let the version before judge again.")] = False,
    show: Annotated[bool, typer.Option("--list", help="List every version that was kept.")] = False,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Make a whole model anew; needs no desk.")
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option(
            help="With --from-scratch: a folder with the public sets; takes an hour, and the extra `train`. "
            "Without: heads from our own corpus alone, over the encoder that is here.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="With --from-scratch: the folder that it is written to.")] = Path("model"),
    config: options.Config = None,
    database: options.Database = None,
    as_json: options.Json = False,
) -> None:
    """Fit the judge's heads anew to what people corrected in the inbox, and keep those that are better for it.

    Each head is held against the one that judges now, on corrections and on texts of our own that neither has learnt
    from; where it is worse anywhere, beyond what chance would do, it stays as it was. Only where a channel's platform
    allows it are corrections learnt from. A running desk takes the new version by itself; `twoway judge --again`
    judges what is stored anew.

    Example: twoway train --dry-run
    """
    if dry_run + rollback + show + from_scratch > 1:
        raise typer.BadParameter("--dry-run, --rollback, --list and --from-scratch are different things; name one")
    if data and not from_scratch:
        raise typer.BadParameter("--data belongs to --from-scratch")
    if from_scratch:
        scratch.from_scratch(data, out)
        return
    with options.at_desk(config, database) as desk:
        if show:
            _list(desk, as_json)
        elif rollback:
            _roll_back(desk, as_json)
        else:
            _refit(desk, as_json, dry_run=dry_run)


def _refit(desk: "Desk", as_json: bool, *, dry_run: bool) -> None:
    from desk import learning

    with options.progress() as bar:
        done = learning.train(desk, dry_run=dry_run, told=options.steps(bar, "read"))
    if as_json:
        options.print_json(_as_json(done, dry_run))
    else:
        _show(done, dry_run)


def _as_json(done: "Trained", dry_run: bool) -> dict[str, Any]:
    found = done.refitted
    return {
        "before": done.before,
        "version": done.version,
        "dry_run": dry_run,
        "corrections": {"made": done.corrections, "used": done.used},
        "heads": {
            head: {"corrections": found.corrections[head], "adopted": not reason, "reason": reason}
            for head, reason in found.verdicts.items()
        },
        "figures": [asdict(figure) for figure in found.figures],
    }


def _show(done: "Trained", dry_run: bool) -> None:
    found = done.refitted
    options.say(f"{done.corrections} corrections, {done.used} of them to learn from")
    if found.figures:
        options.say()
        options.table(
            ("head", "held out", "language", "texts", "before", "after", ""),
            [(one.head, one.part, one.language, one.texts, f"{one.before:.3f}", f"{one.after:.3f}",
              "worse" if one.worse else "") for one in found.figures],
        )  # fmt: skip
    options.say()
    kept = "would be adopted" if dry_run else "adopted"
    options.table(
        ("head", "corrections", ""),
        [(head, found.corrections[head], reason or kept) for head, reason in found.verdicts.items()],
    )
    options.say()
    if done.version == done.before:
        options.say(f"embedded {done.before} goes on judging")
    else:
        options.say(f"embedded {done.version} judges from now on; twoway train --rollback goes back to {done.before}")


def _roll_back(desk: "Desk", as_json: bool) -> None:
    from desk import learning

    version = learning.go_back(desk)
    if as_json:
        options.print_json({"version": version})
    else:
        options.say(f"embedded {version} judges from now on; twoway judge --again judges what is stored anew")


def _list(desk: "Desk", as_json: bool) -> None:
    from desk import learning

    found = learning.every_version(desk)
    if as_json:
        options.print_json([asdict(version) for version in found])
        return
    rows = [
        (one.name, options.local(desk, one.made_at), one.parent, ", ".join(one.heads), "judges" if one.current else "")
        for one in found
    ]
    options.table(("version", "made", "from", "learnt anew", ""), rows)
