"""Small files and small functions, each module with a word about itself."""

import ast
from statistics import quantiles

from tests.house import files

LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 60
LINES_OF_NINE_IN_TEN = 30

HOUSE = files.paths(*files.FLOORS)
EVERYTHING = [*HOUSE, *files.paths("tests")]


def lengths() -> dict[str, int]:
    """The lines of every function."""
    return {
        f"{path}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in EVERYTHING
        for function in files.functions(ast.parse(files.source(path)))
    }


def test_no_file_is_long() -> None:
    long = {str(path): lines for path in HOUSE if (lines := len(files.source(path).splitlines())) > LINES_OF_A_FILE}
    assert long == {}


def test_no_function_is_long() -> None:
    assert {name: lines for name, lines in lengths().items() if lines > LINES_OF_A_FUNCTION} == {}


def test_nine_functions_in_ten_are_short() -> None:
    assert quantiles(lengths().values(), n=10)[-1] <= LINES_OF_NINE_IN_TEN


def test_every_module_says_what_it_is_for() -> None:
    told = (path for path in EVERYTHING if files.source(path).strip() or path.parts[0] != "tests")
    silent = [str(path) for path in told if not ast.get_docstring(ast.parse(files.source(path)))]
    assert silent == []


def test_every_public_name_says_what_it_means() -> None:
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path in HOUSE
        for node in ast.parse(files.source(path)).body
        if isinstance(node, kinds) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []
