"""The command line: `twoway COMMAND`. Exit 0: done; 1: found a problem; 2: used wrongly."""

import sys
from collections.abc import Iterable
from typing import Any

import typer

from desk.cli.commands import Commands
from twoway import __version__
from twoway.errors import ConfigError, NotFound, TwowayError
from twoway.text import harmless


class _Desk(Commands):
    """What is expected to go wrong is a line without traceback, and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run what was asked for."""
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise _ended(2, error.mistakes) from None
        except TwowayError as error:
            raise _ended(2 if isinstance(error, NotFound) else 1, [str(error)]) from None


def _ended(code: int, problems: Iterable[str]) -> typer.Exit:
    for problem in problems:
        typer.echo(f"twoway: {harmless(problem)}", err=True)
    return typer.Exit(code)


app = typer.Typer(
    cls=_Desk,
    help="A desk that hears every mention of your brand and sends each one a human-approved answer, once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"twoway {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """See `twoway COMMAND --help`, each with an example."""


def main() -> None:
    """The console script."""
    # What is printed is UTF-8 wherever it goes; only what no encoding knows is written as an escape.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    app()
