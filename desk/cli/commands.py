"""Which commands there are. Each is imported once it is asked for: a quick one does not wait for the others."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS: Mapping[str, str] = {
    "init": "Write a first twoway.toml into a folder.",
    "check": "Check the configuration and log in everywhere.",
    "run": "Run the desk: hear, judge, queue, deliver, report.",
    "collect": "Poll channels once.",
    "judge": "Judge texts, JSON Lines in and out.",
    "score": "Hold a judge against labels.",
    "train": "Fit the judge to what people corrected.",
    "queue": "List conversations, the most pressing first.",
    "show": "Tell a conversation's whole story.",
    "approve": "Approve an answer in a terminal.",
    "deliver": "Send every approved answer that is due.",
    "digest": "Show a digest; nothing is sent.",
    "log": "Write down what a customer said elsewhere.",
    "import": "Bring mentions from a file.",
    "export": "Write mentions, judgements and answers.",
    "erase": "Blank everything personal of an author.",
    "channel": "How channels fare; sign in, let one go on.",
    "alert-test": "Send an example to who is alerted.",
    "user": "Who works here, and what they may do.",
    "audit": "Check every promise on a database.",
    "backup": "Copy the database, beside a running desk.",
    "restore": "Put a backup in the place of the database.",
    "confirm": "Let a restored or moved desk send again.",
    "demo": "Open the desk of a made-up brand.",
}
"""Name and purpose; `desk.cli.NAME` adds it."""


class Commands(TyperGroup):
    """The commands of the table."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every name, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, imported now; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name.replace('-', '_')}{'_' if cmd_name == 'import' else ''}"
        holder = typer.Typer(rich_markup_mode=None)
        import_module(f"desk.cli.{module}").add_to(holder)
        return typer.main.get_group(holder).commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """What each is for, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
