"""`twoway init`: a first configuration."""

import json
import shlex
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from desk.cli.options import say
from twoway.config import load
from twoway.config.read import FILE
from twoway.errors import Refused
from twoway.text import one_line


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(init)


def init(
    folder: Annotated[Path, typer.Argument(help="The folder of the new desk.")],
    brand: Annotated[str, typer.Option(help="The name of your brand.")] = "Our brand",
    config: Annotated[
        Path | None,
        typer.Option(help="The file to write, in place of twoway.toml in that folder.", show_default=False),
    ] = None,
    database: Annotated[
        Path | None,
        typer.Option(help="The database that it names, in place of twoway.db beside it.", show_default=False),
    ] = None,
) -> None:
    """Write a first twoway.toml into a folder, ready to run, with the next steps in it.

    Example: twoway init desk --brand "Fjordlicht Coffee"
    """
    target = config or folder / "twoway.toml"
    text = files("desk.cli").joinpath("starter.toml").read_text("utf-8")
    text = text.replace("@BRAND@", _quoted(one_line(brand, 200)))
    text = text.replace("@DATABASE@", _quoted(str(database.absolute() if database else "twoway.db")))
    _write(target, text)
    say(f"wrote {target}. Next:")
    for step in _steps(target):
        say(f"  {step}")


def _steps(target: Path) -> list[str]:
    found = target.name == FILE  # in its folder it is found without being named
    named = "" if found else f" --config {shlex.quote(target.name)}"
    steps = [f"twoway {words}{named}" for words in ("user add NAME --role admin", "check", "run")]
    return steps if target.parent == Path() else [f"cd {shlex.quote(str(target.parent))}", *steps]


def _quoted(value: str) -> str:
    """As it stands between the quotes of a TOML string."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Refused(f"{target} is there already; edit it, or name another folder") from None
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}") from None
    try:
        load(target)
    except BaseException:
        target.unlink()
        raise
