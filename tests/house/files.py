"""The files of the house."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = ("twoway", "listener", "models", "responders", "desk")


def paths(*folders: str, suffix: str = ".py") -> list[Path]:
    """Every file under ``folders``, relative to the root."""
    found = (path for folder in folders for path in (ROOT / folder).rglob(f"*{suffix}"))
    return sorted(path.relative_to(ROOT) for path in found if "__pycache__" not in path.parts)


@cache
def source(path: Path) -> str:
    """The text of a file."""
    return (ROOT / path).read_text("utf-8")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in a tree, also inner ones."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
