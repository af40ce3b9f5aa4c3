"""`twoway demo`: a made-up brand's desk, with nothing to set up."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desk.cli import options
from twoway.errors import Refused

if TYPE_CHECKING:
    from desk.demo.world import Files


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Play the whole journey without a browser, then stop.")] = False,
    data: Annotated[Path | None, typer.Option(help="Keep the demo's files in this folder.", show_default=False)] = None,
    port: Annotated[int, typer.Option(help="The inbox' port.", min=1, max=65535)] = 8620,
    config: Annotated[
        Path | None, typer.Option(help="Where it writes its configuration, if not there.", show_default=False)
    ] = None,
    database: Annotated[
        Path | None, typer.Option(help="Where it keeps its database, if not there.", show_default=False)
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Open the desk of a made-up brand in the browser: no account, no key, no network.

    Example: twoway demo --once --json --data /tmp/demo
    """
    from twoway.logging import set_up

    set_up()
    with _files(data, config, database) as files:
        if once:
            _play_once(files, as_json)
        else:
            from desk.demo import live

            live.play(files, port, options.say)


@contextmanager
def _files(data: Path | None, config: Path | None, database: Path | None) -> Iterator["Files"]:
    from desk.demo.world import Files

    if data:
        yield Files.of(data, config, database)
        return
    with tempfile.TemporaryDirectory(prefix="twoway-demo-") as folder:
        yield Files.of(Path(folder), config, database)


def _play_once(files: "Files", as_json: bool) -> None:
    from desk.demo.once import play

    if files.database.exists():
        raise Refused(f"{files.database} is there already; name an empty folder: --data DIR")
    figures: dict[str, Any] = play(files)
    if as_json:
        options.print_json(figures)
    else:
        options.table(("what", "how many"), list(figures.items()))
    if figures["audit"] != "holds":
        raise typer.Exit(1)
